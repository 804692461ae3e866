"""Progress curves: pH as a function of exposure, one curve a case whatever E0 and k_d are.

In the exposure u = E0 (1 - exp(-k_d t)) / k_d the reaction is autonomous, and the charge balance gives the extent
as an explicit function of pH. So u(pH) is a quadrature of ``exposure_density`` from the initial pH, on a grid that
is even in s = -ln((pH_eq - pH) / (pH_eq - pH0)), because the extent has a pole at the equilibrium pH, and that
slows down as the urea runs out. Each panel integrates by the corrected Simpson rule (two ends with slopes and the
midpoint, sixth order). What is interpolated, quintic Hermite with exact first and second derivatives, is
q(u) = 1 / (pH_eq - pH) and its inverse, because q is nearly linear in u once the solution is buffered.
"""

from __future__ import annotations

import math

from bench.arrays import Array
from bench.compiled import compiled
from bench.world.kinetics import (
    DH_A,
    K_P_M,
    K_P_PH,
    PH0,
    S0,
    equilibrium_ph,
    exposure_density,
    exposure_per_ph,
    strong_ions,
)

STEP = 0.22
"""Width of a panel in s, and the largest change of ln(urea) over one."""
PH_SCALE = 0.4
"""Farther than this from the equilibrium pH panels are STEP * PH_SCALE of pH: unbuffered, the extent goes as 10^pH."""
DILUTE = 1e-5
"""Extent [mol/L] below which activity coefficients do not bend the curve."""
EXHAUSTED = 1e-10
"""Share of the urea left at which the pH is held."""
MAX_NODES = 320
"""More than any curve in the domain needs: 277 at 1000 mM and 0 degree C, from pH 1 until the urea is exhausted."""

# Rows of a curve: exposure, q and its derivatives by exposure. The second derivatives of panel j stand in column j,
# one row for its left and one for its right end: they jump at the knots of K_P.
# Column j of the other rows holds the quintic of panel j: one over its width, then the powers 1 to 5 of its fraction.
U, Q, Q_1, Q_2_LEFT, Q_2_RIGHT, PER_WIDTH, POWER_1, POWER_2, POWER_3, POWER_4, POWER_5 = range(11)
N_ROWS = 11


@compiled
def _q_derivatives(distance: float, g: float, g_1: float) -> tuple[float, float]:
    """First and second derivative of q = 1/distance by exposure, where du/dpH = g and d2u/dpH2 = g_1."""
    first = 1.0 / (distance * distance * g)
    return first, first * (2.0 / distance - g_1 / g) / g


@compiled
def _quintic(
    h: float, rise: float, d0: float, d1: float, c0: float, c1: float
) -> tuple[float, float, float, float, float]:
    """Powers 1 to 5, in the fraction of a panel of width h, of what has these slopes and curvatures at its ends."""
    d0 *= h
    d1 *= h
    c0 *= h * h
    c1 *= h * h
    a3 = 10.0 * rise - 6.0 * d0 - 4.0 * d1 - 1.5 * c0 + 0.5 * c1
    a4 = -15.0 * rise + 8.0 * d0 + 7.0 * d1 + 1.5 * c0 - c1
    a5 = 6.0 * rise - 3.0 * (d0 + d1) - 0.5 * (c0 - c1)
    return d0, 0.5 * c0, a3, a4, a5


@compiled
def build_curve(case: Array, ph_start: float, u_stop: float, ph_stop: float, curve: Array) -> tuple[int, float]:
    """Tabulate the progress curve of one packed case into ``curve`` (11, node); return the number of nodes and pH_eq.

    Begins at ``ph_start`` (at or below the initial pH, where u = 0) and ends past ``u_stop`` or past ``ph_stop``,
    whichever comes first, or where the urea is exhausted. The number is -1 when the nodes do not suffice.
    """
    ph_eq = equilibrium_ph(case)
    reach = ph_eq - case[PH0]
    charge_at_0 = strong_ions(case)
    n_knots = K_P_PH.shape[0]
    s = -math.log((ph_eq - ph_start) / reach)
    u, ph, u_origin = 0.0, ph_start, 0.0
    segment = 0
    while segment < n_knots and K_P_PH[segment] <= ph:
        segment += 1
    starting = s < 0.0
    n = 0
    left_of_new_segment = True
    G = G_1 = g = g_1 = urea = xi_1 = K_P_at_0 = K_P_slope = distance = ph_break = s_break = 0.0
    while True:
        if left_of_new_segment:
            if segment == 0 or segment == n_knots:
                K_P_slope = 0.0
                K_P_at_0 = K_P_M[0] if segment == 0 else K_P_M[n_knots - 1]
            else:
                K_P_slope = (K_P_M[segment] - K_P_M[segment - 1]) / (K_P_PH[segment] - K_P_PH[segment - 1])
                K_P_at_0 = K_P_M[segment] - K_P_slope * K_P_PH[segment]
            g, g_1, urea, xi_1 = exposure_density(ph, case, charge_at_0, K_P_at_0, K_P_slope)
            left_of_new_segment = False
            ph_break = K_P_PH[segment] if segment < n_knots else ph_eq
            if starting:
                ph_break = min(ph_break, case[PH0])
            if ph_break < ph_eq:
                s_break = 0.0 if (starting and ph_break == case[PH0]) else -math.log((ph_eq - ph_break) / reach)
            distance = ph_eq - ph
        G = g * distance
        G_1 = distance * (g_1 * distance - g)
        if n == 0:
            curve[U, 0] = u
            curve[Q, 0] = 1.0 / distance
            n = 1
        curve[Q_1, n - 1], curve[Q_2_LEFT, n - 1] = _q_derivatives(distance, g, g_1)
        if u - u_origin >= u_stop and not starting:
            break
        if ph >= ph_stop and not starting:
            break
        h = STEP / max(1.0, distance / PH_SCALE, xi_1 * distance / urea)
        if case[DH_A] > 0.0:  # the pole moves with the ionic strength: until the urea is exhausted it is nearer
            h = min(h, STEP / (xi_1 * distance / (abs(case[S0] - urea) + DILUTE)))
        at_break = False
        if ph_break < ph_eq:
            n_panels = math.ceil((s_break - s) / h - 1e-9)
            if n_panels <= 1:
                h = s_break - s
                at_break = True
            else:
                h = min(h, (s_break - s) / n_panels)
        ph_right = ph_break if at_break else ph_eq - reach * math.exp(-(s + h))
        ph_middle = ph_eq - math.sqrt(distance * (ph_eq - ph_right))  # half way in s
        g_middle = exposure_per_ph(ph_middle, case, charge_at_0, K_P_at_0, K_P_slope)
        g, g_1, urea_right, xi_1 = exposure_density(ph_right, case, charge_at_0, K_P_at_0, K_P_slope)
        if urea_right <= EXHAUSTED * case[S0]:
            break
        urea = urea_right
        distance = ph_eq - ph_right
        G_right = g * distance
        G_1_right = distance * (g_1 * distance - g)
        G_middle = g_middle * (ph_eq - ph_middle)
        u += h / 30.0 * (7.0 * (G + G_right) + 16.0 * G_middle) + h * h / 60.0 * (G_1 - G_1_right)
        s += h
        ph = ph_right
        if n == curve.shape[1]:
            return -1, ph_eq
        curve[U, n] = u
        curve[Q, n] = 1.0 / distance
        curve[Q_1, n], curve[Q_2_RIGHT, n - 1] = _q_derivatives(distance, g, g_1)
        n += 1
        if at_break:
            if starting and ph == case[PH0]:
                starting = False
                u_origin = u
                s = 0.0
            while segment < n_knots and K_P_PH[segment] <= ph:
                segment += 1
            left_of_new_segment = True
    for j in range(n):
        curve[U, j] -= u_origin
    for j in range(n - 1):
        h = curve[U, j + 1] - curve[U, j]
        curve[PER_WIDTH, j] = 1.0 / h
        (
            curve[POWER_1, j],
            curve[POWER_2, j],
            curve[POWER_3, j],
            curve[POWER_4, j],
            curve[POWER_5, j],
        ) = _quintic(
            h,
            curve[Q, j + 1] - curve[Q, j],
            curve[Q_1, j],
            curve[Q_1, j + 1],
            curve[Q_2_LEFT, j],
            curve[Q_2_RIGHT, j],
        )
    return n, ph_eq


@compiled
def locate(grid: Array, n: int, x: float, j: int) -> int:
    """Panel of ``grid[:n]`` that holds x, searched from panel j on (cheap for ascending x), between 0 and n - 2."""
    if j >= n - 1 or grid[j] > x:
        j = 0
    if grid[min(j + 4, n - 1)] > x:
        while j < n - 2 and grid[j + 1] <= x:
            j += 1
        return j
    high = n - 1
    while high - j > 1:
        middle = (j + high) // 2
        if grid[middle] <= x:
            j = middle
        else:
            high = middle
    return j


@compiled
def ph_at(u: float, curve: Array, n: int, ph_eq: float, j: int) -> tuple[float, float, int]:
    """PH and dpH/du at exposure u >= 0, and the panel used, to search on from; a slope of 0 past the end."""
    if u >= curve[U, n - 1]:
        distance = 1.0 / curve[Q, n - 1]
        slope = curve[Q_1, n - 1] * distance * distance if u == curve[U, n - 1] else 0.0
        return ph_eq - distance, slope, max(n - 2, 0)
    j = locate(curve[U], n, u, j)
    a1, a2, a3 = curve[POWER_1, j], curve[POWER_2, j], curve[POWER_3, j]
    a4, a5 = curve[POWER_4, j], curve[POWER_5, j]
    z = (u - curve[U, j]) * curve[PER_WIDTH, j]
    q = curve[Q, j] + z * (a1 + z * (a2 + z * (a3 + z * (a4 + z * a5))))
    slope = (a1 + z * (2.0 * a2 + z * (3.0 * a3 + z * (4.0 * a4 + z * 5.0 * a5)))) * curve[PER_WIDTH, j]
    distance = 1.0 / q
    return ph_eq - distance, slope * distance * distance, j


@compiled
def exposure_at(ph: float, curve: Array, n: int, ph_eq: float, j: int) -> tuple[float, float, int]:
    """Exposure and du/dpH at a pH, +inf past the end of the curve, and the panel used."""
    if ph >= ph_eq:
        return math.inf, math.inf, n - 2
    q = 1.0 / (ph_eq - ph)
    if q > curve[Q, n - 1]:
        return math.inf, math.inf, n - 2
    j = locate(curve[Q], n, q, j)
    h = curve[Q, j + 1] - curve[Q, j]
    g0 = 1.0 / curve[Q_1, j]
    g1 = 1.0 / curve[Q_1, j + 1]
    a1, a2, a3, a4, a5 = _quintic(
        h,
        curve[U, j + 1] - curve[U, j],
        g0,
        g1,
        -curve[Q_2_LEFT, j] * g0 * g0 * g0,
        -curve[Q_2_RIGHT, j] * g1 * g1 * g1,
    )
    z = (q - curve[Q, j]) / h
    u = curve[U, j] + z * (a1 + z * (a2 + z * (a3 + z * (a4 + z * a5))))
    slope = (a1 + z * (2.0 * a2 + z * (3.0 * a3 + z * (4.0 * a4 + z * 5.0 * a5)))) / h
    return u, slope * q * q, j


@compiled
def unit_exposure(t: float, k_d: float) -> tuple[float, float]:
    """Exposure per enzyme load, (1 - exp(-k_d t)) / k_d [s], and its derivative by k_d [s2]."""
    x = k_d * t
    if x < 1e-2:
        phi = t * (1.0 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x / 720)))))
        loss = 1 / 2 - x * (1 / 3 - x * (1 / 8 - x * (1 / 30 - x * (1 / 144 - x / 840))))
        return phi, -t * t * loss
    decay = math.exp(-x)
    return (1.0 - decay) / k_d, -t * t * (1.0 - decay * (1.0 + x)) / (x * x)
