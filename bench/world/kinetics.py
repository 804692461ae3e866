"""The rate law, and the parameters of a case packed for the compiled kernels.

r = E0 exp(-k_d t) k(T) f(pH, T) S / (K_M + S + S^2/K_S) / (1 + N/K_P(pH))   [mol NH3 / L / s]

N = N0 + 2 xi and C = C0 + xi are the totals of ammonia and inorganic carbon at the extent xi.

Source: Qin & Cabral, Appl. Biochem. Biotechnol. 49 (1994) 217-240.
"""

from __future__ import annotations

import math

import numpy as np

from bench.arrays import Array
from bench.compiled import compiled
from bench.errors import BenchError
from bench.world.activity import (
    constants_at_the_end,
    debye_hueckel,
    extent_with_activity,
    strong_ions_with_activity,
)
from bench.world.equilibria import World
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

LN10 = math.log(10.0)
GAS_CONSTANT = 8.314  # J/(mol K), as in the source
K_M = 2.56e-3  # mol/L
K_S = 6.18  # mol/L
K_P_PH = np.array([6.25, 6.50, 7.00, 7.50, 8.00, 8.50, 8.75, 9.00])
K_P_M = np.array([0.1785, 0.1194, 0.0693, 0.0386, 0.0311, 0.0327, 0.0298, 0.0310])

# Columns of a packed case. The kernels take one row; tests replace single columns to meet published conditions.
S0, PH0, K_T, P1, P2, A, B, KW, KA, K1, K2, N0, C0, BT, KB, DH_A, DH_B, ACID = range(18)
N_PACKED = 18


def pack_cases(known: Array, world: World) -> Array:
    """Pack the constants of every case into one row each.

    Parameters
    ----------
    known : array, shape (case, 5)
        Known inputs in the order and units of ``bench.world.quantities``.
    world : World
        Chemistry that the cases live in.

    Returns
    -------
    array, shape (case, 18)
        S0 [mol/L], pH0, k(T) [mol/(s g)], p1, p2, a, b of f(pH, T), Kw, Ka(NH4+), K1, K2, then ammonia and carbonate
        at t = 0 and buffer [mol/L], the buffer's constant, and what activity coefficients need (0: ideal).

    Raises
    ------
    BenchError
        A world with slow CO2 or air, where pH is no function of the exposure.
    """
    if not world.autonomous:
        raise BenchError(
            f"world '{world.name}': CO2 must be hydrated at once and the vessel closed for pH to be a function of the "
            "exposure, got slow CO2 or air. Use simulate_ph."
        )
    T_C = known[:, TEMPERATURE]
    packed = np.empty((len(known), N_PACKED))
    packed[:, S0] = known[:, SUBSTRATE] * 1e-3
    packed[:, PH0] = known[:, INITIAL_PH]
    packed[:, K_T] = 0.267 * np.exp(-29100.0 / (GAS_CONSTANT * (T_C + 273.15)))
    packed[:, P1] = 8.217143 + 0.0342857 * T_C
    packed[:, P2] = 6.407143 - 0.0317143 * T_C
    packed[:, A] = 0.0908571 + 0.01131429 * T_C
    packed[:, B] = 0.22 + 0.0139 * T_C
    equilibria = world.constants(T_C)
    packed[:, KW] = equilibria.Kw
    packed[:, KA] = equilibria.Ka_NH4
    packed[:, K1] = equilibria.K1
    packed[:, K2] = equilibria.K2
    packed[:, N0] = np.multiply(world.ammonium_uM, 1e-6)
    packed[:, C0] = np.multiply(world.carbonate_uM, 1e-6)
    packed[:, BT] = 0.0 if world.buffer is None else np.multiply(world.buffer.total_mM, 1e-3)
    packed[:, KB] = 1.0 if world.buffer is None else world.buffer.constant(T_C)
    packed[:, [DH_A, DH_B, ACID]] = 0.0
    if world.activity:
        packed[:, DH_A], packed[:, DH_B] = debye_hueckel(T_C)
        packed[:, ACID] = 0.0 if world.buffer is None else world.buffer.acid_charge
    return packed


@compiled
def ammonium(H: float, case: Array) -> tuple[float, float, float]:
    """Share of ammonia that is NH4+, and the second and third cumulant of its charge."""
    charged = H / (H + case[KA])
    binary = charged * (1.0 - charged)
    return charged, binary, binary * (1.0 - 2.0 * charged)


@compiled
def carbonate(H: float, case: Array) -> tuple[float, float, float]:
    """Negative charge per mole of inorganic carbon, and the second and third cumulant of it."""
    carbonate_sum = H * H + case[K1] * H + case[K1] * case[K2]
    HCO3 = case[K1] * H / carbonate_sum
    CO3 = case[K1] * case[K2] / carbonate_sum
    mean = HCO3 + 2.0 * CO3
    spread = HCO3 + 4.0 * CO3 - mean * mean
    skew = HCO3 + 8.0 * CO3 - 3.0 * mean * (HCO3 + 4.0 * CO3) + 2.0 * mean * mean * mean
    return mean, spread, skew


@compiled
def charge_per_extent(H: float, case: Array) -> tuple[float, float, float]:
    """Net charge 2 [NH4+] - [HCO3-] - 2 [CO3--] per mole of urea hydrolysed, with its two derivatives by pH.

    The charge on an acid is a mean over its protonation states: its derivatives by ln H are the next cumulants.
    """
    charged, binary, tilt = ammonium(H, case)
    mean, spread, skew = carbonate(H, case)
    return 2.0 * charged - mean, -LN10 * (2.0 * binary + spread), LN10 * LN10 * (2.0 * tilt - skew)


@compiled
def alkalinity(H: float, case: Array) -> tuple[float, float, float]:
    """Charge [mol/L] that the water and what it held at t = 0 leave to the strong ions, with two derivatives by pH."""
    OH = case[KW] / H
    charged, binary, tilt = ammonium(H, case)
    mean, spread, skew = carbonate(H, case)
    base = case[KB] / (H + case[KB])
    pairs = base * (1.0 - base)
    N, C, BT_ = case[N0], case[C0], case[BT]
    value = (OH - H) + (C * mean - N * charged + BT_ * base)
    first = LN10 * (OH + H + (C * spread + N * binary + BT_ * pairs))
    second = LN10 * LN10 * (OH - H + (C * skew - N * tilt + BT_ * (pairs * (1.0 - 2.0 * base))))
    return value, first, second


@compiled
def strong_ions(case: Array) -> float:
    """Charge [mol/L] of the strong ions that make up the initial pH."""
    if case[DH_A] > 0.0:
        return strong_ions_with_activity(case[PH0], case[KW:])
    value, _, _ = alkalinity(math.exp(-LN10 * case[PH0]), case)
    return value


@compiled
def extent_of_ph(ph: float, case: Array, charge_at_0: float) -> tuple[float, float, float]:
    """Extent xi [mol/L] that the charge balance gives at a pH, with its two derivatives by pH.

    ``charge_at_0`` is that of the strong ions; the caller has it once a curve.
    """
    if case[DH_A] > 0.0:
        return extent_with_activity(ph, case[KW:], charge_at_0)
    H = math.exp(-LN10 * ph)
    held, held_1, held_2 = alkalinity(H, case)
    charge, charge_1, charge_2 = charge_per_extent(H, case)
    xi = (held - charge_at_0) / charge
    xi_1 = (held_1 - xi * charge_1) / charge
    xi_2 = (held_2 - 2.0 * xi_1 * charge_1 - xi * charge_2) / charge
    return xi, xi_1, xi_2


@compiled
def rate_factors(ph: float, xi: float, case: Array, K_P: float) -> tuple[float, float, float, float, float]:
    """Half the rate at unit enzyme activity [mol/(L s) per g/L], and its factors, whose derivatives are asked for."""
    urea = case[S0] - xi
    acid = math.exp(LN10 * case[A] * (ph - case[P1]))
    base = math.exp(LN10 * case[B] * (case[P2] - ph))
    saturation = K_M + urea + urea * urea / K_S
    inhibition = 1.0 + (case[N0] + 2.0 * xi) / K_P
    activity = 1.0 + acid + base
    half_rate = 0.5 * case[K_T] * urea / (activity * saturation * inhibition)
    return half_rate, (case[A] * acid - case[B] * base) / activity, urea, saturation, inhibition


@compiled
def exposure_per_ph(ph: float, case: Array, charge_at_0: float, K_P_at_0: float, K_P_slope: float) -> float:
    """Exposure per pH, g = du/dpH: the first answer of ``exposure_density`` alone, for less work."""
    xi, xi_1, _ = extent_of_ph(ph, case, charge_at_0)
    return xi_1 / rate_factors(ph, xi, case, K_P_at_0 + K_P_slope * ph)[0]


@compiled
def exposure_density(
    ph: float, case: Array, charge_at_0: float, K_P_at_0: float, K_P_slope: float
) -> tuple[float, float, float, float]:
    """Exposure per pH, g = du/dpH, its derivative dg/dpH, the urea left [mol/L] and d(extent)/dpH.

    On one segment K_P is ``K_P_at_0 + K_P_slope * pH``; the segment is the caller's, so that both sides of a knot
    can be had.
    """
    xi, xi_1, xi_2 = extent_of_ph(ph, case, charge_at_0)
    K_P = K_P_at_0 + K_P_slope * ph
    half_rate, activity_1, urea, saturation, inhibition = rate_factors(ph, xi, case, K_P)
    log_rate_1 = (
        -LN10 * activity_1
        - xi_1 * (1.0 / urea - (1.0 + 2.0 * urea / K_S) / saturation)
        - (2.0 * xi_1 - (case[N0] + 2.0 * xi) * K_P_slope / K_P) / (K_P * inhibition)
    )
    g = xi_1 / half_rate
    return g, g * (xi_2 / xi_1 - log_rate_1), urea, xi_1


@compiled
def equilibrium_ph(case: Array) -> float:
    """PH that an endless hydrolysis tends to: where the charge per extent vanishes.

    With activity coefficients, those of the exhausted solution.
    """
    ph = root_of_charge(case[KA], case[K1], case[K2])
    if case[DH_A] > 0.0:
        charge_at_0 = strong_ions(case)
        for _ in range(20):
            Ka, K1_, K2_ = constants_at_the_end(ph, case[S0], charge_at_0, case[KW:])
            moved = root_of_charge(Ka, K1_, K2_)
            done = abs(moved - ph) < 1e-12
            ph = moved
            if done:
                break
    return ph


@compiled
def root_of_charge(Ka: float, K1_: float, K2_: float) -> float:
    """PH at which 2 H^3 + K1 H^2 - K1 Ka H - 2 K1 K2 Ka = 0: the charge per extent vanishes.

    Without the cube the root is too large by little, and from there Newton's steps only fall.
    """
    H = 0.5 * (Ka + math.sqrt(Ka * (Ka + 8.0 * K2_)))
    for _ in range(60):
        value = ((2.0 * H + K1_) * H - K1_ * Ka) * H - 2.0 * K1_ * K2_ * Ka
        step = value / ((6.0 * H + 2.0 * K1_) * H - K1_ * Ka)
        H -= step
        if step < 1e-15 * H:
            break
    return -math.log10(H)
