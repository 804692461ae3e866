"""Compiled: what a laboratory's electrode shows, and how it changes with what the beaker held, from tables.

Once a case the progress curve is tabulated over the log of the exposure, as a quadratic in what the beaker held beside
the record: initial pH, temperature and log substrate, in standard deviations. Carbonate has a table at several amounts,
between which is interpolated. The electrode, y' = (pH - y) / lag, is solved by product integration: on each step the pH
is the cubic with its own slopes, and that is convolved exactly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.acquisition import SHORTEST_LAG_S
from bench.world.kinetics import PH0
from bench.world.mixing import SHORTEST_RAMP_S
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, ph_at, unit_exposure

LOWEST_LN_U = math.log(1e-3)
"""Below this exposure [g s/L] the pH is linear in it: by then it has risen by a few thousandths."""
LOWEST_U = math.exp(LOWEST_LN_U)
LN_U_STEP = 0.125
"""Step of a table in ln exposure; the cubic between is good to 1e-6 pH before the urea runs out."""
U_FACTOR = math.exp(LN_U_STEP)
FIRST_STEP_S = 0.005
STEP_GROWTH = 0.25
"""Steps of the electrode's integration: the first, and the share of the time since mixing that a later one is."""

MIXED = 40.0
"""Time constants after which a beaker is mixed."""

N_CHANNELS = 4
"""The pH, and its change by one standard deviation of initial pH, temperature and log substrate."""
N_TERMS = 10
"""Of a quadratic in the three: value, slopes, curvatures, mixed."""
PAIRS = ((0, 1), (0, 2), (1, 2))
STENCIL = 1.5
"""Standard deviations on either side from which the quadratic is had."""


class Table(NamedTuple):
    """Progress curves of a case: ``nodes`` (carbonate, exposure, 20) hold ten terms, then their slopes by ln u."""

    nodes: Array
    lowest_ln_carbonate: float
    ln_carbonate_step: float
    ph0: float
    ph0_sd: float


class Curves(NamedTuple):
    """Channels of one beaker: ``nodes`` (exposure, 2 channels) with slopes by ln u, ``origin`` at no exposure."""

    nodes: Array
    origin: Array


def stencil() -> Array:
    """Where a table's curves lie, shape (13, 3): in the middle, then each and each pair more and less."""
    sides = [*np.eye(3), *(np.eye(3)[a] + np.eye(3)[b] for a, b in PAIRS)]
    return STENCIL * np.array([np.zeros(3), *(sign * side for side in sides for sign in (1.0, -1.0))])


def empty_curves(table: Table, n_channels: int) -> Curves:
    """Room for so many channels."""
    return Curves(np.empty((table.nodes.shape[1], 2 * n_channels)), np.empty(n_channels))


@compiled
def fill(packed: Array, u_stop: float, curve: Array, one: Curves) -> bool:
    """Fill the one channel of a packed case to past ``u_stop``; whether its curve could be tabulated."""
    n, ph_eq = build_curve(packed, packed[PH0], max(u_stop, LOWEST_U) * U_FACTOR, math.inf, curve)
    j = 0
    u = LOWEST_U
    for i in range(one.nodes.shape[0] if n > 0 else 0):
        ph, slope, j = ph_at(u, curve, n, ph_eq, j)
        one.nodes[i, 0], one.nodes[i, 1] = ph, slope * u
        if u > u_stop:
            break
        u *= U_FACTOR
    one.origin[0] = packed[PH0]
    return n > 0


@compiled
def tabulate(packed: Array, u_stop: float, one: Curves, nodes: Array) -> bool:
    """Fill ``nodes`` (exposure, 20) from the packed cases of a stencil; whether the curves could be tabulated."""
    curve = np.empty((N_ROWS, MAX_NODES))
    seen = np.empty((nodes.shape[0], 2, packed.shape[0]))
    for row in range(packed.shape[0]):
        if not fill(packed[row], u_stop, curve, one):
            return False
        for i in range(nodes.shape[0]):
            seen[i, 0, row], seen[i, 1, row] = one.nodes[i, 0], one.nodes[i, 1]
    for i in range(nodes.shape[0]):
        for part in range(2):
            ph, terms = seen[i, part], nodes[i, part * N_TERMS : (part + 1) * N_TERMS]
            terms[0] = ph[0]
            for k in range(3):
                terms[1 + k] = 0.5 * (ph[1 + 2 * k] - ph[2 + 2 * k]) / STENCIL
            for k in range(6):
                terms[4 + k] = (ph[1 + 2 * k] + ph[2 + 2 * k] - 2.0 * ph[0]) / STENCIL**2
            for k in range(3):
                terms[7 + k] = 0.5 * (terms[7 + k] - terms[4 + PAIRS[k][0]] - terms[4 + PAIRS[k][1]])
    return True


@compiled
def curves_at(table: Table, ln_carbonate: float, beaker: Array, curves: Curves) -> None:
    """Fill the curves of what a beaker (3,) held: their tangent there or, in one channel, the pH itself."""
    x, y, z = beaker[0], beaker[1], beaker[2]
    n_channels, n_carbonate = curves.origin.shape[0], table.nodes.shape[0]
    share, first = np.ones(4), 0
    if n_carbonate > 1:  # the cubic through four amounts
        position = (ln_carbonate - table.lowest_ln_carbonate) / table.ln_carbonate_step
        first = min(max(int(position) - 1, 0), n_carbonate - 4)
        t = position - first
        share[0] = -(t - 1.0) * (t - 2.0) * (t - 3.0) / 6.0
        share[1] = t * (t - 2.0) * (t - 3.0) / 2.0
        share[2] = -t * (t - 1.0) * (t - 3.0) / 2.0
        share[3] = t * (t - 1.0) * (t - 2.0) / 6.0
    of = np.empty(N_TERMS)
    for i in range(table.nodes.shape[1]):
        for part in range(2):
            for k in range(N_TERMS):
                of[k] = share[0] * table.nodes[first, i, part * N_TERMS + k]
                for a in range(1, min(n_carbonate, 4)):
                    of[k] += share[a] * table.nodes[first + a, i, part * N_TERMS + k]
            out = curves.nodes[i, part * n_channels : (part + 1) * n_channels]
            bend = 0.5 * (x * x * of[4] + y * y * of[5] + z * z * of[6]) + x * y * of[7] + x * z * of[8] + y * z * of[9]
            if n_channels == 1:
                out[0] = of[0] + x * of[1] + y * of[2] + z * of[3] + bend
            else:
                out[0] = of[0] - bend
                out[1] = of[1] + x * of[4] + y * of[7] + z * of[8]
                out[2] = of[2] + y * of[5] + x * of[7] + z * of[9]
                out[3] = of[3] + z * of[6] + x * of[8] + y * of[9]
    for k in range(n_channels):
        curves.origin[k] = 0.0
    curves.origin[0] = table.ph0
    if n_channels == 1:
        curves.origin[0] += table.ph0_sd * x
    else:
        curves.origin[1] = table.ph0_sd


@compiled
def combined(curves: Curves, beaker: Array, one: Curves) -> None:
    """Fill the one channel of the tangent's pH in a beaker near by."""
    for i in range(curves.nodes.shape[0]):
        for part in range(2):
            out = part * N_CHANNELS
            total = curves.nodes[i, out]
            for k in range(N_CHANNELS - 1):
                total += beaker[k] * curves.nodes[i, out + 1 + k]
            one.nodes[i, part] = total
    one.origin[0] = curves.origin[0] + beaker[0] * curves.origin[1]


@compiled
def channels(s: float, load: float, k_d: float, ramp_s: float, curves: Curves, value: Array) -> None:
    """Fill ``value`` (2 channels,) with the channels at a time since mixing, and their slopes by it."""
    n = curves.origin.shape[0]
    phi, _ = unit_exposure(s, k_d)
    activity = 1.0 - k_d * phi
    if ramp_s >= SHORTEST_RAMP_S:  # as bench.world.mixing.mixed_exposure, which takes two more exponentials
        unmixed = activity * math.exp(-s / ramp_s) if s < MIXED * ramp_s else 0.0
        phi += (unmixed - 1.0) / (k_d + 1.0 / ramp_s)
        activity -= unmixed
    u = load * phi
    if u <= LOWEST_U:
        for k in range(n):
            slope = (curves.nodes[0, k] - curves.origin[k]) / LOWEST_U
            value[k], value[n + k] = curves.origin[k] + slope * u, slope * load * activity
        return
    position = (math.log(u) - LOWEST_LN_U) / LN_U_STEP
    last = curves.nodes.shape[0] - 1
    if position >= last:
        for k in range(n):
            value[k], value[n + k] = curves.nodes[last, k], 0.0
        return
    ln_u_slope = activity / phi
    j = int(position)
    z = position - j
    z2 = z * z
    z3 = z2 * z
    left, right = 1.0 - 3.0 * z2 + 2.0 * z3, 3.0 * z2 - 2.0 * z3
    left_1, right_1 = (z - 2.0 * z2 + z3) * LN_U_STEP, (z3 - z2) * LN_U_STEP
    rise = 6.0 * (z - z2) / LN_U_STEP
    rise_left, rise_right = 1.0 - 4.0 * z + 3.0 * z2, 3.0 * z2 - 2.0 * z
    for k in range(n):
        a, b = curves.nodes[j, k], curves.nodes[j + 1, k]
        a_1, b_1 = curves.nodes[j, n + k], curves.nodes[j + 1, n + k]
        value[k] = left * a + right * b + left_1 * a_1 + right_1 * b_1
        value[n + k] = (rise * (b - a) + rise_left * a_1 + rise_right * b_1) * ln_u_slope


@compiled
def convolution(x: float, weight: Array) -> float:
    """Fill ``weight`` (4,) of a step of x lags: of value and slope times step at its left, then at its right end.

    Gives what is kept of the electrode's reading. The moments of the kernel are had upwards where x is large and
    downwards, from a series, where it is small, so that none cancels.
    """
    keep: float = math.exp(-x)
    if x > 2.0:
        m0 = 1.0 - keep
        m1 = 1.0 - m0 / x
        m2 = 1.0 - 2.0 * m1 / x
        m3 = 1.0 - 3.0 * m2 / x
    else:
        m3 = term = x / 4.0
        for k in range(5, 24):
            term *= -x / k
            m3 += term
            if abs(term) < 1e-16 * x:
                break
        m2 = (1.0 - m3) * x / 3.0
        m1 = (1.0 - m2) * x / 2.0
        m0 = (1.0 - m1) * x
    weight[0] = m0 - 3.0 * m2 + 2.0 * m3
    weight[1] = m1 - 2.0 * m2 + m3
    weight[2] = 3.0 * m2 - 2.0 * m3
    weight[3] = m3 - m2
    return keep


@compiled
def show(
    load: float, k_d: float, lag_s: float, start_s: float, ramp_s: float, time_s: Array, curves: Curves, shown: Array
) -> None:
    """Fill ``shown`` (channel, sample) with what the electrode shows of each channel."""
    n = curves.origin.shape[0]
    left, right, state, weight = np.empty(2 * n), np.empty(2 * n), np.empty(n), np.empty(4)
    channels(0.0, load, k_d, ramp_s, curves, left)
    for k in range(n):
        state[k] = left[k]
    lagging = lag_s >= SHORTEST_LAG_S
    s, h_of_weight, keep = 0.0, -1.0, 0.0
    for i in range(time_s.shape[0]):
        until = time_s[i] - start_s
        while until > s:
            h = until - s
            if lagging:
                h = min(h, max(STEP_GROWTH * s, FIRST_STEP_S))
            s_right = until if h == until - s else s + h
            channels(s_right, load, k_d, ramp_s, curves, right)
            if not lagging:
                for k in range(n):
                    state[k] = right[k]
            else:
                if abs(h - h_of_weight) > 1e-9 * h:
                    keep, h_of_weight = convolution(h / lag_s, weight), h
                for k in range(n):
                    state[k] = (
                        keep * state[k]
                        + weight[0] * left[k]
                        + weight[1] * h * left[n + k]
                        + weight[2] * right[k]
                        + weight[3] * h * right[n + k]
                    )
            left, right = right, left
            s = s_right
        for k in range(n):
            shown[k, i] = state[k]
