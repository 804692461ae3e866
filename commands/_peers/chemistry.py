"""The reaction as somebody without the suite's simulator would write it: a rate law, and a pH that is solved for.

A case is a row of ``bench.world.kinetics.pack_cases``, so that both sides have the same constants; nothing else of the
suite's kernels is used. ``exp`` and ``interp`` are those of the library whose numbers are given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from bench.arrays import Array
from bench.world.kinetics import K1, K2, K_M, K_P_M, K_P_PH, K_S, K_T, KA, KW, LN10, P1, P2, PH0, S0, A, B


def balance(ph: Any, case: Any, exp: Callable[[Any], Any] = math.exp) -> tuple[Any, Any]:
    """Charge that the ions of water must have gained at a pH [mol/L], and charge that a mole of urea brings."""
    H, H0 = exp(-LN10 * ph), exp(-LN10 * case[PH0])
    gained = (case[KW] / H - H) - (case[KW] / H0 - H0)
    carbonate = H * H + case[K1] * H + case[K1] * case[K2]
    brought = 2.0 * H / (H + case[KA]) - (case[K1] * H + 2.0 * case[K1] * case[K2]) / carbonate
    return gained, brought


def ph_of_extent(extent: float, case: Array) -> float:
    """PH at which the charges balance, by a root solve; the extent is in mol/L."""

    def unbalanced(ph: float) -> float:
        gained, brought = balance(ph, case)
        return gained - extent * brought

    return float(brentq(unbalanced, case[PH0] - 0.1, 12.0, xtol=1e-12))


def rate(
    ph: Any, extent: Any, case: Any, exp: Callable[[Any], Any] = math.exp, interp: Callable[..., Any] = np.interp
) -> Any:
    """Extent gained a second by one gram of enzyme a litre, shape (): the rate law of ``bench.world.kinetics``."""
    urea = case[S0] - extent
    acid, base = exp(LN10 * case[A] * (ph - case[P1])), exp(LN10 * case[B] * (case[P2] - ph))
    saturation = urea / (K_M + urea + urea * urea / K_S)
    inhibition = 1.0 + 2.0 * extent / interp(ph, K_P_PH, K_P_M)
    return 0.5 * case[K_T] / (1.0 + acid + base) * saturation / inhibition


def ph_rate(ph: float, case: Array) -> float:
    """PH gained a second by one gram of enzyme a litre: the same reaction with the pH as its state, and no root."""
    step = 1e-6
    gained, brought = balance(ph, case)
    (gained_below, brought_below), (gained_above, brought_above) = balance(ph - step, case), balance(ph + step, case)
    extent_by_ph = (gained_above / brought_above - gained_below / brought_below) / (2.0 * step)
    return rate(ph, min(gained / brought, case[S0]), case) / extent_by_ph


def simulate(time_s: Array, case: Array, E0: float, k_d: float, rtol: float = 1e-8) -> Array:
    """PH of one case by LSODA with the extent as its state and a root solve for the pH, shape (sample,)."""

    def gain(t: float, state: Array) -> list[float]:
        extent = float(state[0])
        return [E0 * math.exp(-k_d * t) * rate(ph_of_extent(extent, case), min(extent, case[S0]), case)]

    solved = solve_ivp(gain, (0.0, float(time_s[-1])), [0.0], "LSODA", t_eval=time_s, rtol=rtol, atol=1e-13)
    return np.array([ph_of_extent(float(extent), case) for extent in solved.y[0]])
