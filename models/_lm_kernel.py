"""Compiled Levenberg-Marquardt over (E0, k_d) in the prior's box, one progress curve a case.

In exposure the model is E0 times a function of k_d and t that is nearly quadratic in k_d, so a Gauss-Newton step on
the measured exposures, weighted by the slope of the curve, starts within a few percent of the optimum. The steps in
pH solve their bounded quadratic model exactly: the optimum of k_d often lies on a bound.
Source: Levenberg (1944), Quart. Appl. Math. 2, 164-168; Marquardt (1963), doi:10.1137/0111030.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.kinetics import PH0
from bench.world.progress import MAX_NODES, N_ROWS, Q, build_curve, exposure_at, ph_at, unit_exposure
from bench.world.quantities import E0, K_D

MAX_EVALUATIONS = 200
"""A case of a task takes three; two samples in 2,000 s with residuals of 0.3 pH take thirty."""
TOLERANCE = 1e-13
"""Predicted decrease, relative to the cost, at which a fit has converged: about the rounding of the cost itself."""
NOISE_FREE = 1e-24
"""Predicted decrease per sample [pH2] below which residuals are rounding."""
SINGULAR = 1e-12
"""Relative determinant below which the optimum of the quadratic model is taken to lie on an edge of the box."""

Prior = tuple[float, float]
"""Mean of a Gaussian prior of k_d [1/s], and the variance of the pH noise over its variance [pH2 s2]."""
NO_PRIOR: Prior = (0.0, 0.0)

# What a fit returns for a case, beside the two targets: half the sum of squares, and the Gauss-Newton matrix.
COST, H_00, H_01, H_11 = range(2, 6)
N_COLUMNS = 6


@compiled
def _cost(
    x: float, y: float, time_s: Array, ph: Array, n: int, curve: Array, n_nodes: int, ph_eq: float, prior: Prior
) -> tuple[float, float, float, float, float, float]:
    """Half the sum of squared residuals at E0 = x and k_d = y, its gradient (2) and Gauss-Newton matrix (3)."""
    pull = prior[1] * (y - prior[0])
    cost, g_0, g_1, h_00, h_01, h_11 = pull * (y - prior[0]), 0.0, pull, 0.0, 0.0, prior[1]
    j = 0
    for k in range(n):
        phi, phi_k_d = unit_exposure(time_s[k], y)
        fitted, slope, j = ph_at(x * phi, curve, n_nodes, ph_eq, j)
        residual = fitted - ph[k]
        d_0, d_1 = slope * phi, slope * x * phi_k_d
        cost += residual * residual
        g_0 += d_0 * residual
        g_1 += d_1 * residual
        h_00 += d_0 * d_0
        h_01 += d_0 * d_1
        h_11 += d_1 * d_1
    return 0.5 * cost, g_0, g_1, h_00, h_01, h_11


@compiled
def _rise(d_0: float, d_1: float, g_0: float, g_1: float, h_00: float, h_01: float, h_11: float) -> float:
    """Value of the quadratic model at a step."""
    return d_0 * (g_0 + 0.5 * h_00 * d_0 + h_01 * d_1) + d_1 * (g_1 + 0.5 * h_11 * d_1)


@compiled
def _within(g: float, h: float, low: float, high: float) -> float:
    """Minimiser of g d + h d^2 / 2 between low and high, which enclose 0."""
    return min(max(-g / h, low), high) if h > 0.0 else 0.0


@compiled
def bounded_step(
    g_0: float, g_1: float, h_00: float, h_01: float, h_11: float, low: tuple[float, float], high: tuple[float, float]
) -> tuple[float, float]:
    """Minimiser of a convex quadratic in two variables over a box that holds 0: interior, or the best of four edges."""
    determinant = h_00 * h_11 - h_01 * h_01
    if determinant > SINGULAR * h_00 * h_11:
        d_0 = (h_01 * g_1 - h_11 * g_0) / determinant
        d_1 = (h_01 * g_0 - h_00 * g_1) / determinant
        if low[0] <= d_0 <= high[0] and low[1] <= d_1 <= high[1]:
            return d_0, d_1
    best_0 = best_1 = best = 0.0
    for side in range(4):
        if side < 2:
            d_0 = low[0] if side == 0 else high[0]
            d_1 = _within(g_1 + h_01 * d_0, h_11, low[1], high[1])
        else:
            d_1 = low[1] if side == 2 else high[1]
            d_0 = _within(g_0 + h_01 * d_1, h_00, low[0], high[0])
        rise = _rise(d_0, d_1, g_0, g_1, h_00, h_01, h_11)
        if rise < best:
            best_0, best_1, best = d_0, d_1, rise
    return best_0, best_1


@compiled
def _start(
    time_s: Array, ph: Array, n: int, curve: Array, n_nodes: int, ph_eq: float, low: Array, high: Array
) -> tuple[float, float]:
    """Least squares on the measured exposures: E0 at the middle k_d, then one bounded Gauss-Newton step in both."""
    lowest, highest = ph_eq - 1.0 / curve[Q, 0], ph_eq - 1.0 / curve[Q, n_nodes - 1]
    y = 0.5 * (low[K_D] + high[K_D])
    h_00 = h_01 = h_11 = b_0 = b_1 = 0.0
    j = 0
    for k in range(n):
        measured = min(max(ph[k], lowest), highest)
        u, slope, j = exposure_at(measured, curve, n_nodes, ph_eq, j)
        phi, phi_k_d = unit_exposure(time_s[k], y)
        weight = 1.0 / (slope * slope)
        h_00 += weight * phi * phi
        h_01 += weight * phi * phi_k_d
        h_11 += weight * phi_k_d * phi_k_d
        b_0 += weight * u * phi
        b_1 += weight * u * phi_k_d
    if not h_00 > 0.0:
        return 0.5 * (low[E0] + high[E0]), y
    x = min(max(b_0 / h_00, low[E0]), high[E0])
    d_0, d_1 = bounded_step(
        x * h_00 - b_0,
        x * (x * h_01 - b_1),
        h_00,
        x * h_01,
        x * x * h_11,
        (low[E0] - x, low[K_D] - y),
        (high[E0] - x, high[K_D] - y),
    )
    return x + d_0, y + d_1


@compiled
def _descend(
    x: float,
    y: float,
    time_s: Array,
    ph: Array,
    n: int,
    curve: Array,
    n_nodes: int,
    ph_eq: float,
    low: Array,
    high: Array,
    prior: Prior,
    fit: Array,
) -> int:
    """Levenberg-Marquardt from (x, y), into one row of fits; returns the number of evaluations."""
    damping = 0.0
    cost, g_0, g_1, h_00, h_01, h_11 = _cost(x, y, time_s, ph, n, curve, n_nodes, ph_eq, prior)
    evaluations = 1
    while evaluations < MAX_EVALUATIONS:
        room_low, room_high = (low[E0] - x, low[K_D] - y), (high[E0] - x, high[K_D] - y)
        d_0, d_1 = bounded_step(g_0, g_1, h_00, h_01, h_11, room_low, room_high)
        if -_rise(d_0, d_1, g_0, g_1, h_00, h_01, h_11) <= TOLERANCE * cost + NOISE_FREE * n:
            break
        if damping > 0.0:
            d_0, d_1 = bounded_step(g_0, g_1, h_00 * (1.0 + damping), h_01, h_11 * (1.0 + damping), room_low, room_high)
        # Clipped again: a bound less the value, plus the value, can round to just outside.
        x_new = min(max(x + d_0, low[E0]), high[E0])
        y_new = min(max(y + d_1, low[K_D]), high[K_D])
        trial = _cost(x_new, y_new, time_s, ph, n, curve, n_nodes, ph_eq, prior)
        evaluations += 1
        gain = (trial[0] - cost) / _rise(d_0, d_1, g_0, g_1, h_00, h_01, h_11)
        if gain > 0.0:
            x, y = x_new, y_new
            cost, g_0, g_1, h_00, h_01, h_11 = trial
        if gain > 0.75:
            damping = 0.2 * damping if damping > 1e-4 else 0.0
        elif not gain > 0.25:
            damping = max(4.0 * damping, 1e-3)
            if damping > 1e12:
                break
    fit[E0], fit[K_D] = x, y
    fit[COST], fit[H_00], fit[H_01], fit[H_11] = cost, h_00, h_01, h_11
    return evaluations


@compiled
def fit_cases(
    time_s: Array,
    ph: Array,
    lengths: NDArray[np.int64],
    packed: Array,
    low: Array,
    high: Array,
    prior: Prior,
    fits: Array,
) -> int:
    """Fill fits (case, column) with the best targets in the box; the number of evaluations, -1 if a curve fails."""
    curve = np.empty((N_ROWS, MAX_NODES))
    evaluations = 0
    for i in range(packed.shape[0]):
        n = lengths[i]
        # At least one panel, for the slope where every time is 0.
        u_stop = max(high[E0] * unit_exposure(time_s[i, n - 1], low[K_D])[0], 1e-6)
        n_nodes, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        if n_nodes < 0:
            return -1
        x, y = _start(time_s[i], ph[i], n, curve, n_nodes, ph_eq, low, high)
        evaluations += _descend(x, y, time_s[i], ph[i], n, curve, n_nodes, ph_eq, low, high, prior, fits[i])
    return evaluations
