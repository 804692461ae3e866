"""Simulating 30 s @ 0.3 s over the prior: this suite, a scipy loop, diffrax and CVODE, all to 1e-6 pH."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.integrate import solve_ivp

from bench.arrays import Array
from bench.draw import draw_parameters
from bench.timing import Figure, cpu_seconds, n_cores, seconds_on_cores
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.kinetics import PH0, pack_cases
from bench.world.simulator import simulate_ph
from commands._peers.chemistry import ph_rate, simulate
from commands._peers.exchange import Arrays
from commands._timing.peers import beside_peer

TIME_S = 0.3 * np.arange(101)
ERROR_PH = 1e-6
"""Largest error allowed to everybody."""
STREAM = "timing"
SECTION = "simulate"


def simulation(quick: bool) -> Iterator[Figure]:
    """Time the simulator beside its peers, a core and on all cores."""
    n_cases, n_checked = (2_000, 30) if quick else (20_000, 60)
    known, targets = draw_parameters(STREAM, range(n_cases))
    packed = pack_cases(known, TEMPERATURE_CORRECTED)
    exact = np.array([_exact(case, *target) for case, target in zip(packed[:n_checked], targets, strict=False)])
    ours = partial(simulate_ph, TIME_S, known, targets)
    error = np.abs(simulate_ph(TIME_S, known[:n_checked], targets[:n_checked]) - exact).max()
    us = 1e6 * cpu_seconds(ours, 5) / n_cases
    us_all = 1e6 * seconds_on_cores(partial(simulate_ph, TIME_S), known, targets) / n_cases

    def loop() -> Array:
        return np.array([simulate(TIME_S, packed[i], *targets[i]) for i in range(n_checked)])

    error_of_loop = np.abs(loop() - exact).max()
    us_loop = 1e6 * cpu_seconds(loop, 1) / n_checked
    work = "a trace of 30 s @ 0.3 s, one core"
    name = "scipy LSODA, rtol 1e-8, root solve for pH"
    note = f"largest error {error:.0e} pH, peer {error_of_loop:.0e} pH"
    yield Figure(SECTION, work, us, "us", name, us_loop, note=note)
    yield Figure(SECTION, f"a trace of 30 s @ 0.3 s, {n_cores()} cores", us_all, "us", name, us_loop, 4000.0, note=note)
    given = {"packed": packed[:2000], "targets": targets[:2000], "time_s": TIME_S, "exact": exact}
    given["error"] = np.array(ERROR_PH)

    def said(answer: Arrays) -> str:
        return f"largest error {error:.0e} pH, peer {answer['error']:.0e} pH at rtol {answer['tolerance']:.0e}; no root"

    for name, script in (("diffrax Tsit5, vmap, jit", "by_diffrax"), ("CVODE (scikit-sundae)", "by_cvode")):
        yield beside_peer(Figure(SECTION, work, us, "us", name), script, given, 10.0, said)
    yield Figure(SECTION, f"traces a second, {n_cores()} cores", 1e6 / us_all, "1/s", least=250_000.0)


def cost_of_cases(n_cases: int, n_samples: int) -> float:
    """Processor seconds to simulate some cases, 30 s long."""
    known, targets = draw_parameters(STREAM, range(n_cases))
    return cpu_seconds(partial(simulate_ph, np.linspace(0.0, 30.0, n_samples), known, targets))


def _exact(case: Array, E0: float, k_d: float) -> Array:
    """PH of one case by a tight solution, with the pH as its state."""

    def gain(t: float, ph: Array) -> list[float]:
        return [E0 * math.exp(-k_d * t) * ph_rate(float(ph[0]), case)]

    solved = solve_ivp(gain, (0.0, TIME_S[-1]), [case[PH0]], "LSODA", t_eval=TIME_S, rtol=1e-12, atol=1e-13)
    return np.asarray(solved.y[0])
