"""Activity coefficients: the extent at a pH where every equilibrium depends on the ionic strength, which it makes.

Extended Debye-Hueckel, log10 gamma = -A z^2 sqrt(I) / (1 + B a sqrt(I)), with the sizes a of USGS ``phreeqc.dat``; of a
neutral molecule log10 gamma = 0.1 I. A buffer's ions, which that file does not have, are given the size of HCO3-. The
strong ions are of one sign, the fewest that make up the initial pH. Derivatives are carried along as (value, first,
second) in one direction, by the pH, by the ionic strength, or by both.
"""

from __future__ import annotations

import math

import numpy as np

from bench.arrays import Array
from bench.compiled import compiled

# What is packed of a solution, from the column KW of a case on: constants, amounts at t = 0, A (0: ideal) and B of the
# Debye-Hueckel law, and the charge of the buffer's acid.
KW, KA, K1, K2, N0, C0, BT, KB, DH_A, DH_B, ACID = range(11)

LN10 = math.log(10.0)
SIZE_H, SIZE_OH, SIZE_NH4, SIZE_HCO3 = 9.0, 3.5, 2.5, 5.4  # Angstrom; CO3-- as HCO3-
LEAST_STRENGTH = 1e-9
"""Ionic strength of purer water than there is [mol/L]."""


def debye_hueckel(temperature_C: Array) -> tuple[Array, Array]:
    """A [(L/mol)^0.5] and B [(L/mol)^0.5 / Angstrom] of water at a temperature.

    Parameters
    ----------
    temperature_C : array, shape (case,)
        Temperature in degree Celsius.

    Returns
    -------
    A, B : array, shape (case,)
        As PHREEQC computes them, to 1e-3 of their value.
    """
    T = temperature_C + 273.15
    permittivity = 87.740 - 0.40008 * temperature_C + 9.398e-4 * temperature_C**2 - 1.410e-6 * temperature_C**3
    density = 1.0 - (temperature_C + 288.9414) / (508929.2 * (temperature_C + 68.12963)) * (temperature_C - 3.9863) ** 2
    return 1.8246e6 * np.sqrt(density) / (permittivity * T) ** 1.5, 50.29 * np.sqrt(density / (permittivity * T))


@compiled
def _log_gamma(size: float, strength: float, s_1: float, case: Array) -> tuple[float, float, float]:
    """Ln gamma of an ion of charge 1, and its derivatives in the direction in which the strength changes by s_1."""
    root = math.sqrt(strength)
    slow = 1.0 + case[DH_B] * size * root
    value = -LN10 * case[DH_A] * root / slow
    by_root = -LN10 * case[DH_A] / (slow * slow)
    by_root_2 = -2.0 * case[DH_B] * size * by_root / slow
    root_1 = s_1 / (2.0 * root)
    return value, by_root * root_1, (by_root_2 - by_root / root) * root_1 * root_1


@compiled
def _exponential(value: float, first: float, second: float) -> tuple[float, float, float]:
    """Derivatives of exp."""
    result = math.exp(value)
    return result, result * first, result * (second + first * first)


@compiled
def _share(value: float, first: float, second: float) -> tuple[float, float, float]:
    """Derivatives of 1 / (1 + exp(-x))."""
    share = 1.0 / (1.0 + math.exp(-value))
    pairs = share * (1.0 - share)
    return share, pairs * first, pairs * (second + (1.0 - 2.0 * share) * first * first)


@compiled
def _composition(
    ph: float, ph_1: float, strength: float, s_1: float, case: Array
) -> tuple[tuple[float, float, float], ...]:
    """Derivatives of alkalinity, charge per extent, and ionic strength at t = 0 (no strong ions) and per extent."""
    h0, h1, h2 = _log_gamma(SIZE_H, strength, s_1, case)
    o0, o1, o2 = _log_gamma(SIZE_OH, strength, s_1, case)
    n0, n1, n2 = _log_gamma(SIZE_NH4, strength, s_1, case)
    c0, c1, c2 = _log_gamma(SIZE_HCO3, strength, s_1, case)
    u0, u1 = 0.1 * LN10 * strength, 0.1 * LN10 * s_1  # of a neutral molecule
    x, x_1 = LN10 * ph, LN10 * ph_1
    H, H_1, H_2 = _exponential(-x - h0, -x_1 - h1, -h2)
    OH, OH_1, OH_2 = _exponential(math.log(case[KW]) + x - o0, x_1 - o1, -o2)
    N, N_1, N_2 = _share(-math.log(case[KA]) - x - n0 + u0, -x_1 - n1 + u1, -n2)
    # Protonation states of carbonate: weights relative to CO2, then means over them of the charge and of its square.
    a, a_1, a_2 = math.log(case[K1]) + x + u0 - c0, x_1 + u1 - c1, -c2
    b, b_1, b_2 = math.log(case[K1] * case[K2]) + 2.0 * x + u0 - 4.0 * c0, 2.0 * x_1 + u1 - 4.0 * c1, -4.0 * c2
    p, q = math.exp(a), math.exp(b)
    total = 1.0 + p + q
    p /= total
    q /= total
    shift, shift_2 = p * a_1 + q * b_1, p * a_2 + q * b_2
    da, db, d0 = a_1 - shift, b_1 - shift, -shift
    spread = p * da * da + q * db * db + (1.0 - p - q) * d0 * d0
    p_1, q_1 = p * da, q * db
    p_2, q_2 = p * (da * da - spread + a_2 - shift_2), q * (db * db - spread + b_2 - shift_2)
    z = case[ACID]
    to_base = z * z - (z - 1.0) * (z - 1.0)  # the charges squared, acid less base
    neutral = (1.0 if z == 0.0 else 0.0) - (1.0 if z == 1.0 else 0.0)
    B, B_1, B_2 = _share(
        math.log(case[KB]) + x + to_base * c0 + neutral * u0, x_1 + to_base * c1 + neutral * u1, to_base * c2
    )
    T, C, A = case[BT], case[C0], case[N0]
    held = (
        OH - H - A * N + C * (p + 2.0 * q) + T * B,
        OH_1 - H_1 - A * N_1 + C * (p_1 + 2.0 * q_1) + T * B_1,
        OH_2 - H_2 - A * N_2 + C * (p_2 + 2.0 * q_2) + T * B_2,
    )
    charge = (2.0 * N - p - 2.0 * q, 2.0 * N_1 - p_1 - 2.0 * q_1, 2.0 * N_2 - p_2 - 2.0 * q_2)
    at_0 = (
        0.5 * (OH + H + A * N + C * (p + 4.0 * q) + T * (z * z - to_base * B)),
        0.5 * (OH_1 + H_1 + A * N_1 + C * (p_1 + 4.0 * q_1) - T * to_base * B_1),
        0.5 * (OH_2 + H_2 + A * N_2 + C * (p_2 + 4.0 * q_2) - T * to_base * B_2),
    )
    per_extent = (N + 0.5 * p + 2.0 * q, N_1 + 0.5 * p_1 + 2.0 * q_1, N_2 + 0.5 * p_2 + 2.0 * q_2)
    return held, charge, at_0, per_extent


@compiled
def _extent(
    ph: float, ph_1: float, strength: float, s_1: float, case: Array, charge_at_0: float
) -> tuple[float, float, float, float, float, float]:
    """Derivatives of the extent, and of the ionic strength that it makes, at a pH and an assumed ionic strength."""
    held, charge, at_0, per_extent = _composition(ph, ph_1, strength, s_1, case)
    xi = (held[0] - charge_at_0) / charge[0]
    xi_1 = (held[1] - xi * charge[1]) / charge[0]
    xi_2 = (held[2] - 2.0 * xi_1 * charge[1] - xi * charge[2]) / charge[0]
    made = at_0[0] + xi * per_extent[0] + 0.5 * abs(charge_at_0 - case[ACID] * case[BT])
    made_1 = at_0[1] + xi_1 * per_extent[0] + xi * per_extent[1]
    made_2 = at_0[2] + xi_2 * per_extent[0] + 2.0 * xi_1 * per_extent[1] + xi * per_extent[2]
    return xi, xi_1, xi_2, made, made_1, made_2


@compiled
def extent_with_activity(ph: float, case: Array, charge_at_0: float) -> tuple[float, float, float]:
    """Extent that the charge balance gives at a pH, with its two derivatives by pH."""
    # The strength that makes itself, times the charge per extent, so that the pole of the extent is none. From above:
    # with too little strength that charge is of the other sign.
    strength = 1.0
    for _ in range(60):
        held, charge, at_0, per_extent = _composition(ph, 0.0, strength, 1.0, case)
        left, excess = held[0] - charge_at_0, strength - at_0[0] - 0.5 * abs(charge_at_0 - case[ACID] * case[BT])
        value = charge[0] * excess - left * per_extent[0]
        slope = charge[1] * excess + charge[0] * (1.0 - at_0[1]) - held[1] * per_extent[0] - left * per_extent[1]
        moved = max(strength - value / slope, 1e-4 * strength, LEAST_STRENGTH)
        done = abs(moved - strength) < 1e-8 * moved  # whose square is left
        strength = moved
        if done:
            break
    _, by_strength, _, _, made_by_strength, _ = _extent(ph, 0.0, strength, 1.0, case, charge_at_0)
    _, _, _, _, made_by_ph, _ = _extent(ph, 1.0, strength, 0.0, case, charge_at_0)
    feedback = 1.0 / (1.0 - made_by_strength)
    xi, xi_1, xi_2, _, _, made_2 = _extent(ph, 1.0, strength, made_by_ph * feedback, case, charge_at_0)
    return xi, xi_1, xi_2 + by_strength * made_2 * feedback


@compiled
def strong_ions_with_activity(ph: float, case: Array) -> float:
    """Charge of the strong ions that make up the initial pH."""
    strength = LEAST_STRENGTH
    charge = 0.0
    for _ in range(200):
        held, _, at_0, _ = _composition(ph, 0.0, strength, 0.0, case)
        charge = held[0]
        moved = at_0[0] + 0.5 * abs(charge - case[ACID] * case[BT])
        if abs(moved - strength) < 1e-15 * moved:
            break
        strength = moved
    return charge


@compiled
def constants_at_the_end(ph: float, S0: float, charge_at_0: float, case: Array) -> tuple[float, float, float]:
    """Ka, K1 and K2, as they act on the activity of H+, in the exhausted solution at about this pH."""
    strength = LEAST_STRENGTH
    for _ in range(60):
        _, _, at_0, per_extent = _composition(ph, 0.0, strength, 0.0, case)
        strength = at_0[0] + S0 * per_extent[0] + 0.5 * abs(charge_at_0 - case[ACID] * case[BT])
    n, _, _ = _log_gamma(SIZE_NH4, strength, 0.0, case)
    c, _, _ = _log_gamma(SIZE_HCO3, strength, 0.0, case)
    u = 0.1 * LN10 * strength
    return case[KA] * math.exp(n - u), case[K1] * math.exp(u - c), case[K2] * math.exp(-3.0 * c)
