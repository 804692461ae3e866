"""Compiled likelihood of one trace: pH from tabulated polynomials, an unknown constant offset integrated out.

One k_d is looked at with many E0 in a row, so what depends on the times and k_d only, the exposure per load, is
computed once for them; and the polynomials of the progress curve are laid out panel by panel once a case.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.electrode import shown_trace
from bench.world.integrator import integrate
from bench.world.kinetics import PH0
from bench.world.progress import MAX_NODES, N_ROWS, POWER_1, Q, U, build_curve, unit_exposure
from bench.world.progress import PER_WIDTH as ROW_PER_WIDTH

Mask = NDArray[np.bool_]

FIRST_STEP_S = 0.05
STEP_GROWTH = 0.2
"""Steps of the electrode's integration: longer ones move no mean by 1e-3 of its standard deviation."""

DIFFERENCE = 1e-3
"""Relative step of E0 of a derivative where there is none in closed form; it steers searches, and enters no density."""

# What is known of a trace: noise variance, offset variance, lag, box of E0, box of k_d.
NOISE, OFFSET, LAG, E0_LOW, E0_HIGH, K_D_LOW, K_D_HIGH = range(7)
N_SETTINGS = 7

# A panel of a curve: its left end and 1 / width in exposure, then the coefficients of q, lowest power first.
LEFT, PER_WIDTH, FIRST_POWER = 0, 1, 2
N_COEFFICIENTS = 8


class Trace(NamedTuple):
    """One measured trace with its tabulated progress curve, and room to work in.

    ``carbon`` (5,) holds the rates of a world with slow CO2 or air, which is integrated instead; it is empty elsewhere.
    ``panels`` (node, 8) ends with one of no slope, for exposures past the curve. ``phi`` (sample,) holds the exposures
    per load at the k_d that is looked at, ``shown`` (2, sample) what ``shown_trace`` fills.
    """

    time_s: Array
    ph: Array
    settings: Array
    rule: Array
    case: Array
    carbon: Array
    curve: Array
    n_nodes: int
    ph_eq: float
    panels: Array
    phi: Array
    shown: Array


@compiled
def number_of_samples(valid: Mask) -> int:
    """Length of the run of True with which a row of a mask begins."""
    n = 0
    while n < valid.shape[0] and valid[n]:
        n += 1
    return n


@compiled
def tabulated(
    time_s: Array,
    ph: Array,
    settings: Array,
    rule: Array,
    case: Array,
    carbon: Array,
    u_stop: float,
    curve: Array,
    panels: Array,
) -> Trace:
    """Trace with its progress curve up to an exposure; the number of nodes is -1 where they do not suffice."""
    n_nodes, ph_eq = build_curve(case, case[PH0], u_stop, math.inf, curve)
    for j in range(n_nodes - 1):
        panels[j, LEFT], panels[j, PER_WIDTH] = curve[U, j], curve[ROW_PER_WIDTH, j]
        panels[j, FIRST_POWER] = curve[Q, j]
        for power in range(5):
            panels[j, FIRST_POWER + 1 + power] = curve[POWER_1 + power, j]
    if n_nodes > 0:
        panels[n_nodes - 1] = 0.0
        panels[n_nodes - 1, LEFT], panels[n_nodes - 1, FIRST_POWER] = curve[U, n_nodes - 1], curve[Q, n_nodes - 1]
    n = time_s.shape[0]
    return Trace(time_s, ph, settings, rule, case, carbon, curve, n_nodes, ph_eq, panels, np.empty(n), np.empty((2, n)))


@compiled
def room() -> tuple[Array, Array]:
    """Arrays for the curve and the panels of one case after the other."""
    return np.empty((N_ROWS, MAX_NODES)), np.empty((MAX_NODES, N_COEFFICIENTS))


@compiled
def look_at(k_d: float, trace: Trace) -> None:
    """Fill the exposures per load of a k_d, which every E0 at it shares."""
    for i in range(trace.time_s.shape[0]):
        trace.phi[i], _ = unit_exposure(trace.time_s[i], k_d)


@compiled
def log_likelihood(E0: float, k_d: float, trace: Trace) -> tuple[float, float, float]:
    """Log likelihood up to a constant, its derivative by E0 and minus its expected second derivative.

    ``look_at`` must have been called with this k_d. An unknown offset with a Gaussian prior adds the same variance to
    every pair of samples, and is integrated out.
    """
    n_samples = trace.time_s.shape[0]
    shown = trace.settings[LAG] > 0.0 or trace.carbon.shape[0] > 0
    if shown:
        _show(E0, k_d, trace)
    panels, last = trace.panels, trace.n_nodes - 1
    rr = r = rd = dd = d = 0.0
    j = 0
    for i in range(n_samples):
        if shown:
            residual, slope = trace.ph[i] - trace.shown[0, i], trace.shown[1, i]
        else:
            u = E0 * trace.phi[i]
            while j < last and panels[j + 1, LEFT] <= u:
                j += 1
            z = (u - panels[j, LEFT]) * panels[j, PER_WIDTH]
            c1, c2, c3, c4, c5 = panels[j, 3], panels[j, 4], panels[j, 5], panels[j, 6], panels[j, 7]
            distance = 1.0 / (panels[j, FIRST_POWER] + z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * c5)))))
            rate = c1 + z * (2.0 * c2 + z * (3.0 * c3 + z * (4.0 * c4 + z * 5.0 * c5)))
            residual = trace.ph[i] - trace.ph_eq + distance
            slope = rate * panels[j, PER_WIDTH] * distance * distance * trace.phi[i]
        rr += residual * residual
        r += residual
        rd += residual * slope
        dd += slope * slope
        d += slope
    noise, offset = trace.settings[NOISE], trace.settings[OFFSET]
    shared = offset / (noise + n_samples * offset)
    return -0.5 * (rr - shared * r * r) / noise, (rd - shared * r * d) / noise, (dd - shared * d * d) / noise


@compiled
def log_likelihoods(E0: Array, k_d: float, trace: Trace, value: Array) -> None:
    """Fill the log likelihoods of ascending E0 at one k_d, which ``look_at`` must have been called with.

    They differ so little that most samples fall into one panel for all of them: that inner loop has no branch.
    """
    n_E0 = E0.shape[0]
    if trace.settings[LAG] > 0.0 or trace.carbon.shape[0] > 0:
        for b in range(n_E0):
            value[b], _, _ = log_likelihood(E0[b], k_d, trace)
        return
    rr, r = np.zeros(n_E0), np.zeros(n_E0)
    panels, last = trace.panels, trace.n_nodes - 1
    j = 0
    for i in range(trace.time_s.shape[0]):
        phi, measured = trace.phi[i], trace.ph[i] - trace.ph_eq
        while j < last and panels[j + 1, LEFT] <= E0[0] * phi:
            j += 1
        b = 0
        k = j
        while b < n_E0:
            while k < last and panels[k + 1, LEFT] <= E0[b] * phi:
                k += 1
            end = n_E0
            if k < last:
                while panels[k + 1, LEFT] <= E0[end - 1] * phi:
                    end -= 1
            left, per_width, c0 = panels[k, LEFT], panels[k, PER_WIDTH], panels[k, FIRST_POWER]
            c1, c2, c3, c4, c5 = panels[k, 3], panels[k, 4], panels[k, 5], panels[k, 6], panels[k, 7]
            for m in range(b, end):
                z = (E0[m] * phi - left) * per_width
                residual = measured + 1.0 / (c0 + z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * c5)))))
                rr[m] += residual * residual
                r[m] += residual
            b = end
    noise, offset = trace.settings[NOISE], trace.settings[OFFSET]
    shared = offset / (noise + trace.time_s.shape[0] * offset)
    for b in range(n_E0):
        value[b] = -0.5 * (rr[b] - shared * r[b] * r[b]) / noise


@compiled
def _show(E0: float, k_d: float, trace: Trace) -> None:
    """Fill what an electrode with a lag shows, or the pH of a world that is integrated, and its derivative by E0."""
    if trace.carbon.shape[0] > 0:
        step, lag_s, time_s = DIFFERENCE * E0, trace.settings[LAG], trace.time_s
        integrate(E0 + step, k_d, time_s, lag_s, trace.case, trace.carbon, trace.shown[1])
        done = integrate(E0, k_d, time_s, lag_s, trace.case, trace.carbon, trace.shown[0])
        for i in range(time_s.shape[0]):
            trace.shown[0, i] = trace.shown[0, i] if done else math.nan
            trace.shown[1, i] = (trace.shown[1, i] - trace.shown[0, i]) / step
        return
    shown_trace(
        E0,
        k_d,
        trace.time_s,
        trace.settings[LAG],
        FIRST_STEP_S,
        STEP_GROWTH,
        trace.rule,
        trace.curve,
        trace.n_nodes,
        trace.ph_eq,
        trace.shown,
    )
