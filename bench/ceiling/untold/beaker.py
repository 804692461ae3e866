"""Compiled: what a laboratory's electrode shows, and how it changes with what the beaker held, from tables.

Once a case the progress curve is tabulated over the log of the exposure, with its changes by one standard deviation
of the initial pH, the temperature and the log of the substrate; with carbonate at several amounts, between which is
interpolated. The electrode, y' = (pH - y) / lag, is solved by product integration: on each step the pH is the cubic
with its own slopes, and that is convolved exactly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.acquisition import SHORTEST_LAG_S
from bench.world.kinetics import PH0
from bench.world.mixing import SHORTEST_RAMP_S, mixed_exposure
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, ph_at

LOWEST_LN_U = math.log(1e-3)
"""Below this exposure [g s/L] the pH is linear in it: by then it has risen by a few thousandths."""
LN_U_STEP = 0.125
"""Step of a table in ln exposure; the cubic between is good to 1e-6 pH before the urea runs out."""
FIRST_STEP_S = 0.005
STEP_GROWTH = 0.6
"""Steps of the electrode's integration: the first, and the share of the time since mixing that a later one is."""

N_CHANNELS = 4
"""The pH, and its change by one standard deviation of initial pH, temperature and log substrate."""
N_PERTURBED = 7
"""Packed cases that a table is made from: as recorded, then each of the three more and less."""


class Table(NamedTuple):
    """Progress curves of a case: ``nodes`` (carbonate, exposure, 8) hold four channels, then their slopes by ln u."""

    nodes: Array
    lowest_ln_carbonate: float
    ln_carbonate_step: float
    ph0: float
    ph0_sd: float


@compiled
def tabulate(packed: Array, u_stop: float, nodes: Array) -> bool:
    """Fill ``nodes`` (exposure, 8) from seven packed cases; whether the curves could be tabulated."""
    curve = np.empty((N_ROWS, MAX_NODES))
    for row in range(N_PERTURBED):
        n, ph_eq = build_curve(packed[row], packed[row, PH0], u_stop, math.inf, curve)
        if n < 0:
            return False
        j = 0
        for i in range(nodes.shape[0]):
            u = math.exp(LOWEST_LN_U + LN_U_STEP * i)
            ph, slope, j = ph_at(u, curve, n, ph_eq, j)
            if row == 0:
                nodes[i, :] = 0.0
                nodes[i, 0], nodes[i, N_CHANNELS] = ph, slope * u
            else:
                channel = (row + 1) // 2
                half = 0.5 if row % 2 == 1 else -0.5
                nodes[i, channel] += half * ph
                nodes[i, N_CHANNELS + channel] += half * slope * u
    return True


@compiled
def at_carbonate(table: Table, ln_carbonate: float, local: Array) -> None:
    """Fill ``local`` (exposure, 8) with the curves at one amount of carbonate, by the cubic through four amounts."""
    n_carbonate = table.nodes.shape[0]
    position = (ln_carbonate - table.lowest_ln_carbonate) / table.ln_carbonate_step
    first = min(max(int(position) - 1, 0), n_carbonate - 4)
    x = position - first
    a = -(x - 1.0) * (x - 2.0) * (x - 3.0) / 6.0
    b = x * (x - 2.0) * (x - 3.0) / 2.0
    c = -x * (x - 1.0) * (x - 3.0) / 2.0
    d = x * (x - 1.0) * (x - 2.0) / 6.0
    for i in range(local.shape[0]):
        for k in range(2 * N_CHANNELS):
            local[i, k] = (
                a * table.nodes[first, i, k]
                + b * table.nodes[first + 1, i, k]
                + c * table.nodes[first + 2, i, k]
                + d * table.nodes[first + 3, i, k]
            )


@compiled
def exact_channels(s: float, load: float, k_d: float, ramp_s: float, local: Array, value: Array) -> None:
    """Fill ``value`` (8,) with the channels at a time s > 0 after mixing, and their slopes by s."""
    phi = mixed_exposure(s, k_d, ramp_s)
    u = load * phi
    activity = math.exp(-k_d * s)
    if ramp_s >= SHORTEST_RAMP_S:
        activity *= -math.expm1(-s / ramp_s)
    ln_u_slope = activity / phi  # of ln u by s
    position = (math.log(u) - LOWEST_LN_U) / LN_U_STEP
    last = local.shape[0] - 1
    if position >= last:
        for k in range(N_CHANNELS):
            value[k], value[N_CHANNELS + k] = local[last, k], 0.0
        return
    j = int(position)
    z = position - j
    z2 = z * z
    z3 = z2 * z
    left, right = 1.0 - 3.0 * z2 + 2.0 * z3, 3.0 * z2 - 2.0 * z3
    left_1, right_1 = (z - 2.0 * z2 + z3) * LN_U_STEP, (z3 - z2) * LN_U_STEP
    rise = 6.0 * (z - z2) / LN_U_STEP
    rise_left, rise_right = 1.0 - 4.0 * z + 3.0 * z2, 3.0 * z2 - 2.0 * z
    for k in range(N_CHANNELS):
        a, b, a_1, b_1 = local[j, k], local[j + 1, k], local[j, N_CHANNELS + k], local[j + 1, N_CHANNELS + k]
        value[k] = left * a + right * b + left_1 * a_1 + right_1 * b_1
        value[N_CHANNELS + k] = (rise * (b - a) + rise_left * a_1 + rise_right * b_1) * ln_u_slope


@compiled
def early_channels(s: float, load: float, k_d: float, ramp_s: float, table: Table, local: Array, value: Array) -> None:
    """As ``exact_channels`` at any time since mixing, also at exposures below the table."""
    u = load * mixed_exposure(s, k_d, ramp_s) if s > 0.0 else 0.0
    lowest = math.exp(LOWEST_LN_U)
    if u > lowest:
        exact_channels(s, load, k_d, ramp_s, local, value)
        return
    activity = math.exp(-k_d * s)
    if ramp_s >= SHORTEST_RAMP_S:
        activity *= -math.expm1(-s / ramp_s)
    for k in range(N_CHANNELS):
        origin = table.ph0 if k == 0 else (table.ph0_sd if k == 1 else 0.0)
        slope = (local[0, k] - origin) / lowest
        value[k], value[N_CHANNELS + k] = origin + slope * u, slope * load * activity


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
    load: float,
    k_d: float,
    lag_s: float,
    start_s: float,
    ramp_s: float,
    time_s: Array,
    table: Table,
    local: Array,
    shown: Array,
) -> None:
    """Fill ``shown`` (4, sample) with what the electrode shows of each channel."""
    left, right, weight = np.empty(2 * N_CHANNELS), np.empty(2 * N_CHANNELS), np.empty(4)
    early_channels(0.0, load, k_d, ramp_s, table, local, left)
    state = left[:N_CHANNELS].copy()
    lagging = lag_s >= SHORTEST_LAG_S
    s, h_of_weight, keep = 0.0, -1.0, 0.0
    for i in range(time_s.shape[0]):
        until = time_s[i] - start_s
        while until > s:
            h = until - s
            if lagging:
                h = min(h, max(STEP_GROWTH * s, FIRST_STEP_S))
            s_right = until if h == until - s else s + h
            early_channels(s_right, load, k_d, ramp_s, table, local, right)
            if lagging:
                if abs(h - h_of_weight) > 1e-9 * h:
                    keep, h_of_weight = convolution(h / lag_s, weight), h
                for k in range(N_CHANNELS):
                    state[k] = (
                        keep * state[k]
                        + weight[0] * left[k]
                        + weight[1] * h * left[N_CHANNELS + k]
                        + weight[2] * right[k]
                        + weight[3] * h * right[N_CHANNELS + k]
                    )
            else:
                state[:] = right[:N_CHANNELS]
            left, right = right, left
            s = s_right
        shown[:, i] = state
