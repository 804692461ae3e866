"""Compiled posterior means: a Gaussian in E0 at every node of an integral over k_d, one progress curve a case.

At a fixed k_d the exposure is linear in E0, so its likelihood is close to a Gaussian: one evaluation near the optimum
gives where it lies, how wide it is and, cut off at the prior's ends, its mass and moments. What is left is one
integral over k_d, between ends that the least-squares fit gives.
Source: Tierney & Kadane (1986), doi:10.1080/01621459.1986.10478240, section 4, for the marginal of one parameter.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.kinetics import PH0
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, ph_at, unit_exposure
from bench.world.quantities import E0, K_D
from models._lm_kernel import H_00, H_01, H_11

REACH = 5.0
"""How far from the optimum the integral over k_d goes, in standard deviations where it is a Gaussian."""
FAR = 5.0
"""Standard deviations beyond which a tail is taken from its asymptotic series."""
NARROWEST = 1e-3
"""Least standard deviation of k_d, as a share of the integral's range: a posterior between two nodes is no point."""
WIDEST = 30.0
"""Largest standard deviation of E0, in widths of the prior: where a trace says nothing of it."""

MEAN_E0, MEAN_K_D, VAR_E0, VAR_K_D = range(4)
"""Columns of the moments of a case."""
N_MOMENTS = 4


@compiled
def tail_moments(a: float) -> tuple[float, float, float]:
    """Log mass, mean and variance of a standard normal above a, for a of at least ``FAR``."""
    x = 1.0 / (a * a)
    log_mass = -0.5 * a * a - math.log(a * math.sqrt(2.0 * math.pi)) + math.log1p(x * (-1.0 + x * (3.0 - 15.0 * x)))
    return log_mass, a + (1.0 - x * (2.0 - 10.0 * x)) / a, x * (1.0 - 6.0 * x)


@compiled
def cut_normal(a: float, b: float) -> tuple[float, float, float]:
    """Log mass, mean and variance of a standard normal between a and b; in its far tails, of that beyond the nearer."""
    if a > FAR:
        return tail_moments(a)
    if b < -FAR:
        log_mass, mean, variance = tail_moments(-b)
        return log_mass, -mean, variance
    # Of two tails the difference, on the side where they are small: no digits are lost.
    half = math.sqrt(0.5)
    mass = (
        0.5 * (math.erfc(a * half) - math.erfc(b * half))
        if a > 0.0
        else 0.5 * (math.erf(b * half) - math.erf(a * half))
    )
    at_a = math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi)
    at_b = math.exp(-0.5 * b * b) / math.sqrt(2.0 * math.pi)
    mean = (at_a - at_b) / mass
    return math.log(mass), mean, 1.0 + (a * at_a - b * at_b) / mass - mean * mean


@compiled
def _conditional(
    x: float, y: float, time_s: Array, ph: Array, n: int, curve: Array, n_nodes: int, ph_eq: float
) -> tuple[float, float, float]:
    """Half the sum of squared residuals at E0 = x and k_d = y, its derivative by E0 and its curvature."""
    cost = slope_cost = curvature = 0.0
    j = 0
    for k in range(n):
        phi = unit_exposure(time_s[k], y)[0]
        fitted, slope, j = ph_at(x * phi, curve, n_nodes, ph_eq, j)
        residual = fitted - ph[k]
        cost += residual * residual
        slope_cost += slope * phi * residual
        curvature += slope * phi * slope * phi
    return 0.5 * cost, slope_cost, curvature


@compiled
def _steepness(fit: Array, time_s: Array, ph: Array, n: int, curve: Array, n_nodes: int, ph_eq: float) -> float:
    """Size of the derivative by k_d of half the sum of squares at a fit: what is left of it on an end of the prior."""
    slope_cost = 0.0
    j = 0
    for k in range(n):
        phi, phi_k_d = unit_exposure(time_s[k], fit[K_D])
        fitted, slope, j = ph_at(fit[E0] * phi, curve, n_nodes, ph_eq, j)
        slope_cost += slope * fit[E0] * phi_k_d * (fitted - ph[k])
    return abs(slope_cost)


@compiled
def _window(fit: Array, steepness: float, noise: float, low: float, high: float) -> tuple[float, float]:
    """Ends of the integral over k_d: where the exponent has fallen by what ``REACH`` standard deviations are."""
    information = fit[H_11] - fit[H_01] * fit[H_01] / fit[H_00] if fit[H_00] > 0.0 else 0.0
    fall = (REACH * noise) ** 2
    slope = steepness + math.sqrt(steepness * steepness + max(information, 0.0) * fall)
    if not slope > 0.0:
        return low, high
    return max(low, fit[K_D] - fall / slope), min(high, fit[K_D] + fall / slope)


@compiled
def integrate_cases(
    time_s: Array,
    ph: Array,
    lengths: NDArray[np.int64],
    packed: Array,
    fits: Array,
    noise: float,
    box: Array,
    rule: Array,
    moments: Array,
) -> int:
    """Fill moments (case, column) from least-squares fits; the number of cases, -1 if a curve fails."""
    curve = np.empty((N_ROWS, MAX_NODES))
    n_rule = rule.shape[1]
    log_weight, mean, variance = np.empty(n_rule), np.empty(n_rule), np.empty(n_rule)
    low, high = box[0], box[1]
    least = (noise / (WIDEST * (high[E0] - low[E0]))) ** 2
    for i in range(packed.shape[0]):
        n = lengths[i]
        u_stop = max(high[E0] * unit_exposure(time_s[i, n - 1], low[K_D])[0], 1e-6)
        n_nodes, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        if n_nodes < 0:
            return -1
        steepness = 0.0
        if fits[i, K_D] <= low[K_D] or fits[i, K_D] >= high[K_D]:
            steepness = _steepness(fits[i], time_s[i], ph[i], n, curve, n_nodes, ph_eq)
        start, stop = _window(fits[i], steepness, noise, low[K_D], high[K_D])
        along = fits[i, H_01] / fits[i, H_00] if fits[i, H_00] > 0.0 else 0.0
        for node in range(n_rule):
            y = start + (stop - start) * rule[0, node]
            x = min(max(fits[i, E0] - along * (y - fits[i, K_D]), low[E0]), high[E0])
            cost, slope_cost, curvature = _conditional(x, y, time_s[i], ph[i], n, curve, n_nodes, ph_eq)
            curvature = max(curvature, least)
            optimum, sd = x - slope_cost / curvature, noise / math.sqrt(curvature)
            log_mass, at, spread = cut_normal((low[E0] - optimum) / sd, (high[E0] - optimum) / sd)
            least_cost = cost - 0.5 * slope_cost * slope_cost / curvature
            log_weight[node] = log_mass + math.log(sd * rule[1, node]) - least_cost / (noise * noise)
            mean[node], variance[node] = optimum + sd * at, sd * sd * spread
        _moments(log_weight, mean, variance, start + (stop - start) * rule[0], moments[i])
        moments[i, VAR_K_D] = max(moments[i, VAR_K_D], (NARROWEST * (stop - start)) ** 2)
    return len(packed)


@compiled
def _moments(log_weight: Array, mean: Array, variance: Array, y: Array, moments: Array) -> None:
    """Means and variances of both targets, from what is known at every node."""
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    moments[MEAN_E0] = (weight * mean).sum()
    moments[MEAN_K_D] = (weight * y).sum()
    moments[VAR_E0] = (weight * (variance + (mean - moments[MEAN_E0]) ** 2)).sum()
    moments[VAR_K_D] = (weight * (y - moments[MEAN_K_D]) ** 2).sum()
