"""Fits and exact posteriors of 30 s @ 0.3 s: this suite beside scipy, lmfit and emcee."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from bench.arrays import Array
from bench.ceiling.posterior import N_E0, N_K_D, exact_posterior
from bench.draw import draw_cases
from bench.timing import Figure, cpu_seconds, n_cores, seconds_on_cores
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED as WORLD
from bench.world.kinetics import pack_cases
from bench.world.simulator import ph_and_derivatives
from commands._peers.chemistry import simulate
from commands._timing.peers import beside_peer
from models._least_squares import HIGH, LOW
from models._lm_kernel import COST, N_COLUMNS, NO_PRIOR, fit_cases

ACQUISITION = Acquisition(30.0, 0.3)
STREAM = "timing"
ERROR_OF_MEAN = 0.01
"""Error of a posterior mean, in its standard deviations, that a sampler is run for: what the tests ask of ours."""
FITS, POSTERIOR = "fit", "posterior"


def fits(quick: bool) -> Iterator[Figure]:
    """Time least squares of both targets beside what a user would write."""
    n_cases, n_looped, n_scipy = (2_000, 2, 50) if quick else (20_000, 8, 200)
    traces = draw_cases((ACQUISITION,), WORLD, STREAM, n_cases).traces
    packed, lengths = pack_cases(traces.known, WORLD), traces.lengths
    time_s, ph = np.ascontiguousarray(traces.time_s), np.ascontiguousarray(traces.ph)
    fitted = np.empty((n_cases, N_COLUMNS))

    def fit_some(time_s: Array, ph: Array, lengths: NDArray[np.int64], packed: Array, fitted: Array) -> None:
        fit_cases(time_s, ph, lengths, packed, LOW, HIGH, NO_PRIOR, fitted)

    us = 1e6 * seconds_on_cores(fit_some, time_s, ph, lengths, packed, fitted) / n_cases

    def excess(costs: Array) -> str:
        above = max(float((costs / fitted[: len(costs), COST]).max()) - 1.0, 0.0)
        return f"the peer's sum of squares is above ours by up to {above:.0e} of it"

    work = f"a fit of both targets, {n_cores()} cores"

    def on_loop(case: int) -> float:
        return _by_scipy(lambda x: simulate(time_s[case], packed[case], *x) - ph[case], "2-point")

    def on_ours(case: int) -> float:
        def at(x: Array) -> tuple[Array, Array]:
            shown, derivatives = ph_and_derivatives(time_s[case], traces.known[[case]], x[None], WORLD)
            return shown[0], derivatives[0]

        return _by_scipy(lambda x: at(x)[0] - ph[case], lambda x: at(x)[1])

    for name, fit, n, aim in (
        ("least_squares on solve_ivp", on_loop, n_looped, 20_000.0),
        ("least_squares on our simulator", on_ours, n_scipy, 100.0),
    ):
        costs = np.array([fit(case) for case in range(n)])
        us_peer = 1e6 * cpu_seconds(lambda fit=fit, n=n: [fit(case) for case in range(n)], 1) / n
        yield Figure(FITS, work, us, "us", name, us_peer, aim, note=excess(costs))
    given = {"time_s": time_s[:n_scipy], "ph": ph[:n_scipy], "known": traces.known[:n_scipy]}
    figure = Figure(FITS, work, us, "us", "lmfit on our simulator")
    yield beside_peer(figure, "by_lmfit", given, 100.0, lambda answer: excess(answer["cost"]))
    yield Figure(FITS, f"fits a second, {n_cores()} cores", 1e6 / us, "1/s", least=80_000.0)


def posteriors(quick: bool) -> Iterator[Figure]:
    """Time the exact posterior beside an ensemble sampler that knows the mean to 1 % of its standard deviation."""
    n_cases, n_sampled = (500, 2) if quick else (4_000, 8)
    traces = draw_cases((ACQUISITION,), WORLD, STREAM, n_cases).traces
    ms = 1e3 * cpu_seconds(partial(exact_posterior, traces, ACQUISITION, WORLD), 5) / n_cases
    few = traces.take(slice(0, 500))
    posterior = exact_posterior(few, ACQUISITION, WORLD)
    fine = exact_posterior(few, ACQUISITION, WORLD, n_E0=2 * N_E0, n_k_d=2 * N_K_D)
    error = np.abs((posterior.mean - fine.mean) / fine.sd).max()
    note = f"error of the mean {error:.0e} sd in 500 cases, peer {ERROR_OF_MEAN:.0e} sd by its autocorrelation"
    cases = {"time_s": traces.time_s, "ph": traces.ph, "known": traces.known}
    cases |= {"mean": posterior.mean, "sd": posterior.sd}
    given = {name: values[:n_sampled] for name, values in cases.items()}
    given |= {"noise_sd": np.array(ACQUISITION.noise_sd), "error": np.array(ERROR_OF_MEAN)}
    work, name, least_ratio = "a posterior of 101 samples, one core", "emcee on our simulator", 1000.0
    figure = Figure(POSTERIOR, work, ms, "ms", name, least_ratio=least_ratio, most=0.2)
    yield beside_peer(figure, "by_emcee", given, least_ratio, lambda answer: note)


def _by_scipy(residual: Callable[[Array], Array], derivatives: Callable[[Array], Array] | str) -> float:
    """Half the sum of squares [pH2] where scipy's trust-region method ends, with its usual tolerances."""
    start = 0.5 * (LOW + HIGH)
    return float(least_squares(residual, start, derivatives, bounds=(LOW, HIGH), x_scale="jac").cost)


def fit_seconds(n_cases: int, n_samples: int) -> float:
    """Processor seconds to fit some cases, 30 s long."""
    traces = draw_cases((Acquisition(30.0, 30.0 / (n_samples - 1)),), WORLD, STREAM, n_cases).traces
    packed, fitted = pack_cases(traces.known, WORLD), np.empty((n_cases, N_COLUMNS))
    time_s, ph = np.ascontiguousarray(traces.time_s), np.ascontiguousarray(traces.ph)
    return cpu_seconds(partial(fit_cases, time_s, ph, traces.lengths, packed, LOW, HIGH, NO_PRIOR, fitted))
