"""Peer: diffrax, all cases in one vmap, the pH as the state; the cheapest tolerance that is exact enough."""

from __future__ import annotations

import diffrax
import jax
import jax.numpy as jnp

from bench.timing import cpu_seconds
from bench.world.kinetics import PH0
from commands._peers.chemistry import balance, rate
from commands._peers.exchange import Arrays, serve

jax.config.update("jax_enable_x64", True)

TOLERANCES = (1e-5, 1e-6, 1e-7, 1e-8, 1e-9)


def extent(ph, case):
    """Extent that the charge balance gives at a pH [mol/L]."""
    gained, brought = balance(ph, case, jnp.exp)
    return gained / brought


def ph_gain(t, ph, arguments):
    """PH gained a second."""
    case, E0, k_d = arguments
    xi, extent_by_ph = jax.value_and_grad(extent)(ph, case)
    return E0 * jnp.exp(-k_d * t) * rate(ph, xi, case, jnp.exp, jnp.interp) / extent_by_ph


def simulate(time_s, packed, targets, tolerance):
    """PH of all cases, shape (case, sample)."""

    def one(case, target):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(ph_gain),
            diffrax.Tsit5(),
            t0=0.0,
            t1=time_s[-1],
            dt0=1e-3,
            y0=case[PH0],
            args=(case, target[0], target[1]),
            saveat=diffrax.SaveAt(ts=time_s),
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
        )
        return solution.ys

    return jax.vmap(one)(packed, targets)


def answer(given: Arrays) -> Arrays:
    """Time all cases at the first tolerance that keeps the checked ones within the error asked for."""
    check = len(given["exact"])
    solve = jax.jit(simulate)
    for tolerance in TOLERANCES:
        ph = solve(given["time_s"], given["packed"], given["targets"], tolerance).block_until_ready()
        error = float(abs(ph[:check] - given["exact"]).max())
        if error <= given["error"]:
            break
    arguments = [jnp.asarray(given[name]) for name in ("time_s", "packed", "targets")]
    seconds = cpu_seconds(lambda: solve(*arguments, tolerance).block_until_ready())
    return {"seconds": jnp.asarray(seconds / len(ph)), "error": jnp.asarray(error), "tolerance": jnp.asarray(tolerance)}


if __name__ == "__main__":
    serve(answer)
