"""What the electrode shows of draws of a posterior in any world, by their own exact curves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.beaker import LN_U_STEP, LOWEST_LN_U, Curves, fill, show
from bench.ceiling.untold.likelihood import CARBONATE, DECAY, LAG, LOAD, RAMP, START, Run, log_density
from bench.ceiling.untold.sampling import Beaker
from bench.compiled import compiled
from bench.errors import BenchError
from bench.world.carbon import pack_world
from bench.world.integrator import integrate
from bench.world.kinetics import PH0
from bench.world.progress import MAX_NODES, N_ROWS, unit_exposure


def shown_by(posterior: UntoldPosterior, rows: NDArray[np.int64], time_s: Array) -> Array:
    """What the electrode shows of draws before offset and drift, by their own exact curves.

    Parameters
    ----------
    posterior : UntoldPosterior
        Where the draws are from.
    rows : integer array, shape (draw,)
        Which of its draws.
    time_s : array, shape (sample,)
        Times by the protocol's clock, ascending [s].

    Returns
    -------
    array, shape (draw, sample)
        PH.
    """
    beaker = Beaker(posterior.known, posterior.laboratory, posterior.world)
    return shown_at(beaker, posterior.draws[rows], posterior.sample.beta[rows], time_s)


def shown_at(beaker: Beaker, drawn: Array, beta: Array, time_s: Array) -> Array:
    """What the electrode shows of points before offset and drift.

    Parameters
    ----------
    beaker : Beaker
        What is known of the beaker, and its world.
    drawn : array, shape (draw, 12)
        Values of the points.
    beta : array, shape (draw, 5)
        Linear nuisances of the points.
    time_s : array, shape (sample,)
        Times by the protocol's clock, ascending [s].

    Returns
    -------
    array, shape (draw, sample)
        PH.

    Raises
    ------
    BenchError
        A curve that cannot be had.
    """
    world = beaker.world
    if drawn[:, CARBONATE].any():
        world = replace(world, carbonate_uM=drawn[:, CARBONATE])
    packed, carbon = pack_world(beaker.held(beta[:, 2:]), world)
    shown = np.empty((len(drawn), len(time_s)))
    _show_all(np.ascontiguousarray(drawn), packed, carbon, np.ascontiguousarray(time_s), shown)
    if np.isnan(shown).any():
        raise BenchError(f"world '{world.name}': progress curve must be had, got none. Report it as a bug.")
    return shown


@compiled
def _show_all(points: Array, packed: Array, carbon: Array, time_s: Array, shown: Array) -> None:
    """Fill what the electrode shows of points by their exact curves; NaN where one cannot be had."""
    curve, other = np.empty((N_ROWS, MAX_NODES)), np.empty((1, time_s.shape[0]))
    for i in range(points.shape[0]):
        load, k_d, start = points[i, LOAD], points[i, DECAY], points[i, START]
        longest_s = max(time_s[-1] - start, 0.0)
        reach = longest_s if carbon.shape[1] > 0 else load * unit_exposure(longest_s, k_d)[0]
        n_nodes = 4 + int(max(math.log(max(reach, 1e-9)) - LOWEST_LN_U, 0.0) / LN_U_STEP)
        one = Curves(np.empty((n_nodes, 2)), np.empty(1))
        if carbon.shape[1] > 0:  # over the time since mixing, which takes the place of the exposure
            done = _fill_in_time(load, k_d, packed[i], carbon[i], one)
            load, k_d = 1.0, 0.0
        else:
            done = fill(packed[i], reach, curve, one)
        show(load, k_d, points[i, LAG], start, points[i, RAMP], time_s, one, other)
        for k in range(time_s.shape[0]):
            shown[i, k] = other[0, k] if done else math.nan


@compiled
def _fill_in_time(load: float, k_d: float, packed: Array, carbon: Array, one: Curves) -> bool:
    """Fill the curve of a beaker over the log of the time since mixing; whether it could be integrated."""
    n = one.nodes.shape[0]
    times, ph = np.exp(LOWEST_LN_U + LN_U_STEP * np.arange(n)), np.empty(n)
    done: bool = integrate(load, k_d, times, 0.0, packed, carbon, ph)
    for i in range(n):
        one.nodes[i, 0] = ph[i]
        if 2 <= i < n - 2:
            one.nodes[i, 1] = (8.0 * (ph[i + 1] - ph[i - 1]) - ph[i + 2] + ph[i - 2]) / (12.0 * LN_U_STEP)
        else:
            left, right = max(i - 1, 0), min(i + 1, n - 1)
            one.nodes[i, 1] = (ph[right] - ph[left]) / ((right - left) * LN_U_STEP)
    one.origin[0] = packed[PH0]
    return done


@compiled
def log_ratios(
    exact: Array, simple: Array, noise: Array, beta: Array, shifted: Run, run: Run, log_ratio: Array
) -> None:
    """Fill the log of how much likelier the trace is by the exact curves than the shifted one by the simple ones."""
    for i in range(exact.shape[0]):
        log_ratio[i] = log_density(exact[i], noise[i], beta[i], run) - log_density(
            simple[i], noise[i], beta[i], shifted
        )
