"""Compiled quadrature of the two-parameter posterior of one case after the other.

Given k_d, the likelihood in E0 is narrow and nearly Gaussian: a Gauss-Legendre rule over the part of the box where it
is not negligible, found anew for every node of k_d. Across k_d the same, over the part of the box where the marginal
is not negligible. Nothing depends on a grid that is fixed beforehand.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.likelihood import (
    E0_HIGH,
    E0_LOW,
    K_D_HIGH,
    K_D_LOW,
    Trace,
    log_likelihood,
    log_likelihoods,
    look_at,
    number_of_samples,
    room,
    tabulated,
)
from bench.compiled import compiled
from bench.world.integrator import integrate
from bench.world.kinetics import PH0
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, ph_at, unit_exposure

Mask = NDArray[np.bool_]

NEGLIGIBLE = 18.0
"""Log density below the peak at which the tails are cut: 1.5e-8 of the peak."""
LIGHT = 1e-7
"""Nodes of k_d of less weight than this, beside the heaviest, do not widen the window of a marginal."""
LIGHT_IN_FORECAST = 1e-5
"""Nodes of less weight than this, beside the heaviest, are left out of a forecast: 1e-6 pH."""
MAX_MOVES = 60
"""More than any bracketing or mode search needs."""


@compiled
def conditional_mode(start: float, k_d: float, trace: Trace) -> tuple[float, float, float, float]:
    """Best E0 inside the box at one k_d, and the log likelihood there with its slope and expected curvature."""
    look_at(k_d, trace)
    low, high = trace.settings[E0_LOW], trace.settings[E0_HIGH]
    x = min(max(start, low), high)
    value, slope, curvature = log_likelihood(x, k_d, trace)
    for _ in range(MAX_MOVES):
        moved = min(max(x + slope / curvature, low), high) - x
        if abs(moved) * math.sqrt(curvature) < 1e-3:
            break
        best = value
        for _ in range(30):
            value, slope, curvature = log_likelihood(x + moved, k_d, trace)
            if value >= best - 1e-9 * abs(best):
                break
            moved *= 0.5
        x += moved
    return x, value, slope, curvature


@compiled
def window(mode: float, width: float, slope_out: float, low: float, high: float) -> tuple[float, float]:
    """Part of [low, high] where a Gaussian of the given width is not negligible beside its largest value there.

    ``slope_out`` is the derivative of the log density at the mode: not 0 only on an edge of the box, from which the
    density then falls towards the inside.
    """
    peak = mode + slope_out * width * width
    base = 0.0
    if peak < low:
        base = low - peak
    elif peak > high:
        base = peak - high
    half = math.sqrt(base * base + 2.0 * NEGLIGIBLE * width * width)
    return max(low, peak - half), min(high, peak + half)


@compiled
def log_marginal(start: float, k_d: float, trace: Trace) -> tuple[float, float]:
    """Rough log marginal likelihood of a k_d, with E0 maximised and its Gaussian width added, and the best E0."""
    mode, value, _, curvature = conditional_mode(start, k_d, trace)
    return value - 0.5 * math.log(curvature), mode


@compiled
def k_d_window(start: float, trace: Trace) -> tuple[float, float, float]:
    """Part of the box of k_d where the marginal is not negligible, and the best E0 at its peak."""
    low, high = trace.settings[K_D_LOW], trace.settings[K_D_HIGH]
    # Golden sections on the rough marginal, which has one peak.
    ratio = 0.5 * (math.sqrt(5.0) - 1.0)
    a, b = low, high
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    value_c, mode = log_marginal(start, c, trace)
    value_d, mode = log_marginal(mode, d, trace)
    for _ in range(MAX_MOVES):
        if abs(value_c - value_d) < 0.05 and b - a < 0.25 * (high - low):
            break
        if value_c > value_d:
            b, d, value_d = d, c, value_c
            c = b - ratio * (b - a)
            value_c, mode = log_marginal(mode, c, trace)
        else:
            a, c, value_c = c, d, value_d
            d = a + ratio * (b - a)
            value_d, mode = log_marginal(mode, d, trace)
        if b - a < 1e-9 * (high - low):
            break
    peak, top = (c, value_c) if value_c > value_d else (d, value_d)
    for edge in (low, high):
        value, _ = log_marginal(mode, edge, trace)
        if value > top:
            peak, top = edge, value
    _, mode_at_peak = log_marginal(mode, peak, trace)
    left = _reach(peak, low, top, mode_at_peak, trace)
    right = _reach(peak, high, top, mode_at_peak, trace)
    return left, right, mode_at_peak


@compiled
def _reach(peak: float, edge: float, top: float, mode: float, trace: Trace) -> float:
    """Where, between the peak and an edge of the box, the rough marginal has become negligible, or the edge."""
    near, far = 0.0, edge - peak
    value, _ = log_marginal(mode, edge, trace)
    if far == 0.0 or value > top - 1.5 * NEGLIGIBLE:
        return edge
    for _ in range(MAX_MOVES):
        middle = 0.5 * (near + far)
        value, _ = log_marginal(mode, peak + middle, trace)
        if value > top - NEGLIGIBLE:
            near = middle
        elif value < top - 1.5 * NEGLIGIBLE:
            far = middle
        else:
            return peak + middle
    return peak + far


@compiled
def quadrature(
    time_s: Array,
    ph: Array,
    valid: Mask,
    packed: Array,
    carbon: Array,
    settings: Array,
    rules: tuple[Array, Array, Array],
    windows: Array,
    log_density: Array,
) -> None:
    """Fill, a case, the windows (1 + n_k_d, 2) and the log likelihood at the nodes (n_k_d, n_E0).

    ``rules`` are those of the electrode, of E0 and of k_d. ``windows[i, 0]`` is the window of k_d,
    ``windows[i, 1 + a]`` that of E0 at node a. A curve that could not be tabulated gives NaN.
    """
    lag_rule, rule_E0, rule_k_d = rules
    curve, panels = room()
    for i in range(packed.shape[0]):
        n = number_of_samples(valid[i])
        u_stop = settings[E0_HIGH] * unit_exposure(time_s[i, n - 1], settings[K_D_LOW])[0]
        trace = tabulated(time_s[i, :n], ph[i, :n], settings, lag_rule, packed[i], carbon[i], u_stop, curve, panels)
        if trace.n_nodes < 0:
            log_density[i] = math.nan
            continue
        left, right, mode = k_d_window(0.5 * (settings[E0_LOW] + settings[E0_HIGH]), trace)
        windows[i, 0, 0], windows[i, 0, 1] = left, right
        for a in range(rule_k_d.shape[1]):
            k_d = 0.5 * (left + right) + 0.5 * (right - left) * rule_k_d[0, a]
            mode, _, slope, curvature = conditional_mode(mode, k_d, trace)
            low, high = window(mode, 1.0 / math.sqrt(curvature), slope, settings[E0_LOW], settings[E0_HIGH])
            windows[i, 1 + a, 0], windows[i, 1 + a, 1] = low, high
            E0 = 0.5 * (low + high) + 0.5 * (high - low) * rule_E0[0]
            log_likelihoods(E0, k_d, trace, log_density[i, a])


@compiled
def densities_at(
    time_s: Array,
    ph: Array,
    valid: Mask,
    packed: Array,
    carbon: Array,
    targets: Array,
    settings: Array,
    rule: Array,
    value: Array,
) -> None:
    """Fill the log likelihood of one point a case."""
    curve, panels = room()
    for i in range(packed.shape[0]):
        n = number_of_samples(valid[i])
        E0, k_d = targets[i]
        u_stop = E0 * unit_exposure(time_s[i, n - 1], k_d)[0]
        trace = tabulated(time_s[i, :n], ph[i, :n], settings, rule, packed[i], carbon[i], u_stop, curve, panels)
        look_at(k_d, trace)
        value[i], _, _ = log_likelihood(E0, k_d, trace)


@compiled
def predictive(
    time_s: Array, packed: Array, carbon: Array, k_d: Array, E0: Array, weight: Array, mean: Array, sd: Array
) -> None:
    """Fill the posterior mean and standard deviation of the noise-free pH (case, sample), times ascending."""
    integrated = np.empty(time_s.shape[0])
    curve = np.empty((N_ROWS, MAX_NODES))
    phi = np.empty(time_s.shape[0])
    for i in range(packed.shape[0]):
        u_stop = E0[i].max() * unit_exposure(time_s.max(), k_d[i].min())[0]
        n, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        if n < 0:
            mean[i] = math.nan
            continue
        mean[i] = 0.0
        sd[i] = 0.0
        least = LIGHT_IN_FORECAST * weight[i].max()
        total = 0.0
        for a in range(k_d.shape[1]):
            for k in range(time_s.shape[0]):
                phi[k], _ = unit_exposure(time_s[k], k_d[i, a])
            for b in range(E0.shape[2]):
                share = weight[i, a, b]
                if share < least:
                    continue
                total += share
                if carbon.shape[1] > 0 and not integrate(
                    E0[i, a, b], k_d[i, a], time_s, 0.0, packed[i], carbon[i], integrated
                ):
                    integrated[:] = math.nan
                j = 0
                for k in range(time_s.shape[0]):
                    if carbon.shape[1] > 0:
                        ph = integrated[k]
                    else:
                        ph, _, j = ph_at(E0[i, a, b] * phi[k], curve, n, ph_eq, j)
                    mean[i, k] += share * (ph - ph_eq)
                    sd[i, k] += share * (ph - ph_eq) ** 2
        for k in range(time_s.shape[0]):
            mean[i, k] /= total
            sd[i, k] = math.sqrt(max(sd[i, k] / total - mean[i, k] ** 2, 0.0))
            mean[i, k] += ph_eq
