"""Compiled integration of worlds where pH is no function of the exposure: slow CO2, exchange with air.

States are pH, extent, [HCO3-] + [CO3--] (where hydration is slow), carbon lost to air, and what an electrode shows. The
pH is a state of its own, by the time derivative of the charge balance, so that no root is searched for.
Method: Dormand & Prince, J. Comput. Appl. Math. 6 (1980) 19-26, with the dense output of Shampine (1986).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.compiled import compiled
from bench.errors import DomainError
from bench.world.carbon import CO2_AIR, K_OH_KW, K_WATER, KLA, SHARE
from bench.world.kinetics import (
    BT,
    C0,
    K1,
    K2,
    K_P_M,
    K_P_PH,
    KB,
    KW,
    LN10,
    N0,
    PH0,
    ammonium,
    carbonate,
    rate_factors,
)
from bench.world.quantities import E0, K_D

Mask = NDArray[np.bool_]

PH, EXTENT, IONS, LOST, SHOWN = range(5)
"""States."""
N_STATES = 5
TOLERANCE = 1e-7
"""Error of a step: of the pH, and relative one of the amounts."""
SMALL_AMOUNT = 1e-7
"""Amounts below this [mol/L] are followed to TOLERANCE times this."""
MAX_STEPS = 100_000
"""More than any case of the domain needs in a day."""

NODES = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])
STAGES = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [1 / 5, 0, 0, 0, 0, 0],
        [3 / 40, 9 / 40, 0, 0, 0, 0],
        [44 / 45, -56 / 15, 32 / 9, 0, 0, 0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
ERROR = np.array([-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40])
DENSE = np.array(
    [
        [1, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432],
        [0, 0, 0, 0],
        [0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799],
        [0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072],
        [0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632],
        [0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844],
        [0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423],
    ]
)


@compiled
def slopes(enzyme: float, y: Array, case: Array, carbon: Array, lag_s: float, dy: Array) -> None:
    """Fill the time derivatives of the states, with the given active enzyme [g/L]."""
    ph, xi = y[PH], y[EXTENT]
    H = math.exp(-LN10 * ph)
    charged, binary, _ = ammonium(H, case)
    segment, last = 1, K_P_PH.shape[0] - 1
    while segment < last and K_P_PH[segment] <= ph:
        segment += 1
    share = min(max((ph - K_P_PH[segment - 1]) / (K_P_PH[segment] - K_P_PH[segment - 1]), 0.0), 1.0)
    K_P = K_P_M[segment - 1] + share * (K_P_M[segment] - K_P_M[segment - 1])
    turnover = enzyme * rate_factors(ph, xi, case, K_P)[0]
    total = case[C0] + xi - y[LOST]
    if carbon[SHARE] >= 0.0:
        ions = y[IONS]
        doubly = case[K2] / (H + case[K2])
        CO2 = total - ions
        hydrated = (carbon[K_WATER] + carbon[K_OH_KW] / H) * (CO2 - ions * (1.0 - doubly) * H / case[K1])
        dy[IONS] = (1.0 - carbon[SHARE]) * turnover + hydrated
        dy[LOST] = carbon[KLA] * (CO2 - carbon[CO2_AIR])
        charge_rate = (1.0 + doubly) * dy[IONS]
        spread = ions * doubly * (1.0 - doubly)
    else:
        mean, spread, _ = carbonate(H, case)
        CO2 = total * H * H / (H * H + case[K1] * H + case[K1] * case[K2])
        dy[IONS] = 0.0
        dy[LOST] = carbon[KLA] * (CO2 - carbon[CO2_AIR])
        charge_rate = mean * (turnover - dy[LOST])
        spread *= total
    base = case[KB] / (H + case[KB])
    capacity = H + case[KW] / H + (case[N0] + 2.0 * xi) * binary + spread + case[BT] * base * (1.0 - base)
    dy[PH] = (2.0 * charged * turnover - charge_rate) / (LN10 * capacity)
    dy[EXTENT] = turnover
    dy[SHOWN] = (ph - y[SHOWN]) / lag_s if lag_s > 0.0 else 0.0


@compiled
def integrate(E0_: float, k_d: float, time_s: Array, lag_s: float, case: Array, carbon: Array, out: Array) -> bool:
    """Fill ``out`` (sample,) with the pH at ascending times, or what an electrode of a lag shows; False if it fails."""
    y, trial = np.zeros(N_STATES), np.empty(N_STATES)
    k = np.zeros((7, N_STATES))
    H0 = math.exp(-LN10 * case[PH0])
    y[PH] = y[SHOWN] = case[PH0]
    y[IONS] = case[C0] * (1.0 - H0 * H0 / (H0 * H0 + case[K1] * H0 + case[K1] * case[K2]))
    shown = SHOWN if lag_s > 0.0 else PH
    slopes(E0_, y, case, carbon, lag_s, k[0])
    t, sample, n_samples = 0.0, 0, time_s.shape[0]
    while sample < n_samples and time_s[sample] <= 0.0:
        out[sample] = case[PH0]
        sample += 1
    h = 1e-3 / max(abs(k[0, PH]), 1e-3)
    for _ in range(MAX_STEPS):
        if sample == n_samples:
            return True
        h = min(h, time_s[n_samples - 1] - t)
        for stage in range(1, 7):
            for s in range(N_STATES):
                moved = 0.0
                for other in range(stage):
                    moved += STAGES[stage, other] * k[other, s]
                trial[s] = y[s] + h * moved
            slopes(E0_ * math.exp(-k_d * (t + NODES[stage] * h)), trial, case, carbon, lag_s, k[stage])
        worst = 0.0
        for s in range(N_STATES):
            error = 0.0
            for stage in range(7):
                error += ERROR[stage] * k[stage, s]
            scale = 1.0 if s in (PH, SHOWN) else SMALL_AMOUNT + abs(trial[s])
            worst = max(worst, abs(h * error) / (TOLERANCE * scale))
        if worst <= 1.0:
            end = t + h if h < time_s[n_samples - 1] - t else time_s[n_samples - 1]
            while sample < n_samples and time_s[sample] <= end:
                z = (time_s[sample] - t) / h
                moved = 0.0
                for stage in range(7):
                    d = DENSE[stage]
                    moved += k[stage, shown] * z * (d[0] + z * (d[1] + z * (d[2] + z * d[3])))
                out[sample] = y[shown] + h * moved
                sample += 1
            t = end
            for s in range(N_STATES):
                y[s] = trial[s]
                k[0, s] = k[6, s]
        if not worst < math.inf:
            h *= 0.1
        else:
            h *= min(5.0, max(0.2, 0.9 * max(worst, 1e-10) ** -0.2))
    done: bool = sample == n_samples
    return done


@compiled
def _integrate_cases(
    time_s: Array, lengths: Array, packed: Array, carbon: Array, targets: Array, lag_s: float, ph: Array
) -> None:
    """Fill ph (case, sample) at the first samples of each case, in any order; NaN where the steps do not suffice."""
    for i in range(packed.shape[0]):
        times = time_s[i if time_s.shape[0] > 1 else 0][: lengths[i]]
        order = np.argsort(times)
        out = np.empty(times.shape[0])
        done = integrate(targets[i, E0], targets[i, K_D], times[order], lag_s, packed[i], carbon[i], out)
        for k in range(times.shape[0]):
            ph[i, order[k]] = out[k] if done else math.nan


def integrated_ph(
    time_s: Array, packed: Array, carbon: Array, targets: Array, lag_s: float = 0.0, valid: Mask | None = None
) -> Array:
    """PH of cases whose carbon takes its time, or what an electrode with a lag shows of it.

    Parameters
    ----------
    time_s : array, shape (1 or case, sample)
        Times [s], in any order.
    packed, carbon : array, shape (case, column)
        As ``bench.world.carbon.pack_world`` gives them.
    targets : array, shape (case, 2)
        E0 and k_d.
    lag_s : float
        Time constant of the electrode [s]; 0 for none.
    valid : array of bool, shape (case, sample), or None
        Leading samples that count; None for all.

    Returns
    -------
    array, shape (case, sample)
        PH; 0 where not valid.

    Raises
    ------
    DomainError
        A case that takes more steps than there are.
    """
    shape = (len(packed), time_s.shape[1])
    lengths = np.full(len(packed), shape[1]) if valid is None else valid.sum(axis=1)
    ph = np.zeros(shape)
    _integrate_cases(np.ascontiguousarray(time_s), lengths, packed, carbon, np.ascontiguousarray(targets), lag_s, ph)
    if np.isnan(ph).any():
        case = int(np.argmax(np.isnan(ph).any(axis=1)))
        raise DomainError(
            f"case {case} 'integration': steps must be at most {MAX_STEPS}, got more. Ask for earlier times."
        )
    return ph


def integrated_derivatives(time_s: Array, packed: Array, carbon: Array, targets: Array) -> tuple[Array, Array]:
    """``integrated_ph`` and its derivatives by E0 and k_d, by central differences.

    Parameters
    ----------
    time_s, packed, carbon, targets
        As for ``integrated_ph``.

    Returns
    -------
    ph : array, shape (case, sample)
        PH.
    derivatives : array, shape (case, sample, 2)
        dpH/dE0 [L/g] and dpH/dk_d [s], to about 1e-4 of their largest value.
    """
    derivatives = np.empty((len(packed), time_s.shape[1], 2))
    for column, least in ((E0, 1e-3), (K_D, 1e-4)):
        step = 1e-2 * np.maximum(targets[:, column], least)
        ends = []
        for sign in (1.0, -1.0):
            moved = np.array(targets)
            moved[:, column] += sign * step
            ends.append(integrated_ph(time_s, packed, carbon, moved))
        derivatives[:, :, column] = (ends[0] - ends[1]) / (2.0 * step[:, None])
    return integrated_ph(time_s, packed, carbon, targets), derivatives
