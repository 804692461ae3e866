"""What the probe shows of a progress curve: the pH itself, or, with a lag, a first-order electrode's.

The electrode solves lag dy/dt = pH(t) - y, y(0) = pH(0), in continuous time, by Gauss-Legendre quadrature of the
convolution over steps between the samples; the samples themselves are never filtered.
"""

from __future__ import annotations

import math

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.progress import ph_at, unit_exposure


@compiled
def shown_trace(
    E0: float,
    k_d: float,
    time_s: Array,
    lag_s: float,
    step_s: float,
    growth: float,
    rule: Array,
    curve: Array,
    n: int,
    ph_eq: float,
    out: Array,
) -> None:
    """Fill ``out`` (2, sample) with the pH that the probe shows and its derivative by E0.

    With a lag, a step at time t is at most ``step_s + growth * t`` and at most the lag: the curve bends most at its
    beginning. ``rule`` (2, point) holds nodes and weights on [-1, 1].
    """
    j = 0
    if lag_s == 0.0:
        for i in range(time_s.shape[0]):
            phi, _ = unit_exposure(time_s[i], k_d)
            out[0, i], slope, j = ph_at(E0 * phi, curve, n, ph_eq, j)
            out[1, i] = slope * phi
        return
    shown, _, _ = ph_at(0.0, curve, n, ph_eq, 0)
    shown_slope = 0.0
    t = 0.0
    for i in range(time_s.shape[0]):
        while t < time_s[i]:
            left = time_s[i] - t
            h = left / math.ceil(left / min(step_s + growth * t, lag_s))
            keep = math.exp(-h / lag_s)
            drive = drive_slope = 0.0
            for m in range(rule.shape[1]):
                x = 0.5 * h * (1.0 + rule[0, m])
                phi, _ = unit_exposure(t + x, k_d)
                exact, slope, j = ph_at(E0 * phi, curve, n, ph_eq, j)
                weight = 0.5 * h * rule[1, m] * math.exp((x - h) / lag_s) / lag_s
                drive += weight * exact
                drive_slope += weight * slope * phi
            shown = shown * keep + drive
            shown_slope = shown_slope * keep + drive_slope
            t = time_s[i] if left - h < 1e-9 else t + h  # so that rounding leaves no step of nothing
        out[0, i] = shown
        out[1, i] = shown_slope
