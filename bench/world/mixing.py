"""What a laboratory writes down of a beaker: mixing takes time, the electrode trails, the reading is rounded."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Traces
from bench.compiled import compiled
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.acquisition import LAG_STEP_S, SHORTEST_LAG_S, _sample_times
from bench.world.equilibria import World
from bench.world.kinetics import PH0, pack_cases
from bench.world.laboratory import Circumstances, Laboratory, draw_circumstances
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, ph_at, unit_exposure
from bench.world.quantities import E0, K_D

STEP_GROWTH = 0.02
"""Steps of the electrode's integration grow by this share of the time since mixing, in which the curve straightens."""
SHORTEST_RAMP_S = 1e-3
"""Mixing that is faster than this is at once."""


def measure_in_laboratory(
    laboratory: Laboratory, recorded: Array, targets: Array, world: World, stream_name: str, numbers: range
) -> Traces:
    """Measure cases: exact pH of what the beaker held, electrode, offset, drift, noise, outliers, rounding.

    Parameters
    ----------
    laboratory : Laboratory
        How they are measured.
    recorded, targets : array, shape (case, 5) and (case, 2)
        The cases, with the known inputs that the protocol has.
    world : World
        Chemistry that they live in.
    stream_name : str
        Name of the random streams.
    numbers : range
        Case numbers in those streams.

    Returns
    -------
    Traces
        What was written down, with the recorded known inputs.

    Raises
    ------
    BenchError
        A case whose progress curve cannot be tabulated.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> known, targets = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[0.5, 1e-3]])
    >>> laboratory = Laboratory(30.0, 10.0)
    >>> traces = measure_in_laboratory(laboratory, known, targets, TEMPERATURE_CORRECTED, "example", range(1))
    >>> bool(np.allclose(traces.ph * 100, np.round(traces.ph * 100)))
    True
    """
    time_s, valid = _sample_times(laboratory, stream_name, numbers)
    drawn = draw_circumstances(laboratory, recorded, stream_name, numbers)
    ph = shown_ph(time_s, valid, targets, drawn, world)
    ph += drawn.offset[:, None] + drawn.drift_per_s[:, None] * time_s
    ph += drawn.noise_sd[:, None] * _normal(f"{stream_name}/noise", numbers, time_s.shape[1])
    chance = [g.random(time_s.shape[1]) for g in Stream(f"{stream_name}/outliers").cases(numbers)]
    struck = np.reshape(chance, ph.shape) < laboratory.outlier_fraction
    ph += np.where(struck, laboratory.outlier_sd * _normal(f"{stream_name}/bubbles", numbers, time_s.shape[1]), 0.0)
    if laboratory.step_ph > 0:
        ph = np.round(ph / laboratory.step_ph) * laboratory.step_ph
    return Traces(time_s, np.where(valid, ph, 0.0), valid, recorded)


def shown_ph(time_s: Array, valid: NDArray[np.bool_], targets: Array, drawn: Circumstances, world: World) -> Array:
    """PH that the electrode shows before offset, drift and noise, exact in continuous time.

    Parameters
    ----------
    time_s, valid : array, shape (case, sample)
        Sample times [s].
    targets : array, shape (case, 2)
        E0 and k_d.
    drawn : Circumstances
        Of the cases.
    world : World
        Chemistry, without the carbonate.

    Returns
    -------
    array, shape (case, sample)
        Until mixing the initial pH; 0 where not valid.

    Raises
    ------
    BenchError
        A case whose progress curve cannot be tabulated.
    """
    ph = np.zeros(time_s.shape)
    rule = np.array(np.polynomial.legendre.leggauss(5))
    packed = packed_with_carbonate(drawn.known, drawn.carbonate_uM, world)
    timing = np.stack([drawn.lag_s, drawn.start_s, drawn.ramp_s], axis=1)
    _show(time_s, valid, packed, np.ascontiguousarray(targets), timing, rule, ph)
    if np.isnan(ph).any():
        case = int(np.argmax(np.isnan(ph).any(axis=1)))
        raise BenchError(f"laboratory 'case {case}': pH must be finite, got NaN. Report this case as a bug.")
    return ph


def packed_with_carbonate(known: Array, carbonate_uM: Array, world: World) -> Array:
    """Pack the constants of cases that hold a carbonate of their own.

    Parameters
    ----------
    known : array, shape (case, 5)
        Known inputs.
    carbonate_uM : array, shape (case,)
        Carbonate at the beginning [uM].
    world : World
        Chemistry, whose own carbonate is not counted where a case has some.

    Returns
    -------
    array, shape (case, constant)
        As ``pack_cases``.
    """
    return pack_cases(known, replace(world, carbonate_uM=carbonate_uM) if carbonate_uM.any() else world)


def _normal(name: str, numbers: range, n_samples: int) -> Array:
    """Standard normal draws, shape (case, sample)."""
    draws = [g.standard_normal(n_samples) for g in Stream(name).cases(numbers)]
    return np.reshape(draws, (len(numbers), n_samples))


@compiled
def mixed_exposure(s: float, k_d: float, ramp_s: float) -> float:
    """Exposure per enzyme load [s] at a time s after mixing began: activity 1 - exp(-s / ramp) times exp(-k_d s)."""
    phi, _ = unit_exposure(s, k_d)
    if ramp_s < SHORTEST_RAMP_S:
        return phi
    rate = k_d + 1.0 / ramp_s
    return phi + math.expm1(-rate * s) / rate


@compiled
def _show(
    time_s: Array, valid: NDArray[np.bool_], packed: Array, targets: Array, timing: Array, rule: Array, ph: Array
) -> None:
    """Fill ph (case, sample) where valid; ``timing`` (case, 3) holds lag, start and ramp."""
    curve = np.empty((N_ROWS, MAX_NODES))
    for i in range(packed.shape[0]):
        n_valid = 0
        while n_valid < valid.shape[1] and valid[i, n_valid]:
            n_valid += 1
        load, k_d = targets[i, E0], targets[i, K_D]
        lag, start, ramp = timing[i, 0], timing[i, 1], timing[i, 2]
        u_stop = load * mixed_exposure(max(time_s[i, n_valid - 1] - start, 0.0), k_d, ramp) + 1e-9
        n, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        shown = packed[i, PH0]
        t = 0.0  # since mixing
        j = 0
        for m in range(n_valid):
            until = time_s[i, m] - start
            if n < 0:
                ph[i, m] = math.nan
                continue
            if until > 0.0 and lag < SHORTEST_LAG_S:
                shown, _, j = ph_at(load * mixed_exposure(until, k_d, ramp), curve, n, ph_eq, j)
            while lag >= SHORTEST_LAG_S and t < until:
                left = until - t
                h = left / math.ceil(left / min(LAG_STEP_S + STEP_GROWTH * t, lag))
                drive = 0.0
                for p in range(rule.shape[1]):
                    x = 0.5 * h * (1.0 + rule[0, p])
                    exact, _, j = ph_at(load * mixed_exposure(t + x, k_d, ramp), curve, n, ph_eq, j)
                    drive += 0.5 * h * rule[1, p] * math.exp((x - h) / lag) / lag * exact
                shown = shown * math.exp(-h / lag) + drive
                t = until if left - h < 1e-9 else t + h
            ph[i, m] = shown
