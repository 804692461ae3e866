"""Effects of the audit: from one row to another on the same cases and seeds, with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.world.quantities import TARGET_NAMES
from leaderboard.comparison.estimates import LEVEL, Errors, Moments, moments_of, row_estimates

LEAST = 0.02
"""Smallest change of R2 that counts."""
LEAST_SEEDS = 3
"""Fewest seeds that a verdict rests on."""
CONFIRMED, OPPOSITE, UNDECIDED = "confirmed", "opposite", "undecided"
NONE_MEASURED, NOT_A_FAULT = "no measurable effect", "not a fault"


@dataclass(frozen=True)
class Effect:
    """Change from a base to a row, on one task and target."""

    row: str
    base: str
    task: str
    target: str
    r2: float
    base_r2: float
    change: float
    low: float
    high: float
    factor: float
    factor_low: float
    factor_high: float
    p: float
    n_seeds: int


def effects(
    task: str, truth: Array, errors: Mapping[str, Array], pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str, str], Effect]:
    """Estimate the change from base to row of every pair, for both targets.

    The difference of log RMSE is paired over cases and seeds; its variance between seeds is moderated over the pairs,
    as that of rows is elsewhere. The change of R2 is the same estimate on another scale: (1 - R2 of the base) times
    (1 - factor squared), the base taken at its geometric mean over seeds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth, draws = rng.random((400, 2)), 0.1 * rng.normal(size=(3, 400, 2))
    >>> added = effects("a", truth, {"sound": draws**2, "worse": (2 * draws) ** 2}, [("worse", "sound")])
    >>> effect = added["worse", "sound", "E0_g_per_L"]
    >>> round(effect.factor, 2), effect.change < -0.02, effect.p < 0.001
    (2.0, True, True)
    """
    rows = list(dict.fromkeys(row for pair in pairs for row in pair))
    if not rows:
        return {}
    estimated = {}
    for column, target in enumerate(TARGET_NAMES):
        squared = np.stack([errors[row][..., column] for row in rows])
        moments = moments_of(Errors(tuple(rows), squared[:, :, None, :]))
        contrast = np.zeros((len(pairs), len(rows)))
        for number, (row, base) in enumerate(pairs):
            contrast[number, rows.index(row)] += 1.0
            contrast[number, rows.index(base)] -= 1.0
        case, interaction = (contrast @ each @ contrast.T for each in (moments.case, moments.interaction))
        estimates = row_estimates(Moments(contrast @ moments.level, case, interaction, moments.n_cases))
        variance = truth[:, column].var()
        r2 = dict(zip(rows, 1.0 - (squared.mean(axis=2) / variance).mean(axis=1), strict=True))
        unexplained = dict(zip(rows, np.exp(2 * moments.level.mean(axis=1)) / variance, strict=True))
        value, half, p = estimates.value, estimates.half_width, estimates.p
        for number, (row, base) in enumerate(pairs):
            ends = np.array([value[number], value[number] - half[number], value[number] + half[number]])
            with np.errstate(over="ignore"):  # two seeds that disagree leave the change open
                factor, low, high = np.exp(ends).tolist()
                change, best, worst = (unexplained[base] * -np.expm1(2 * ends)).tolist()
            estimated[row, base, target] = Effect(
                *(row, base, task, target, float(r2[row]), float(r2[base]), change, worst, best, factor, low, high),
                float(p[number]),
                squared.shape[1],
            )
    return estimated


def verdict(effect: Effect | None, p_holm: float, sign: int) -> str:
    """Judge the one comparison that a variant's verdict rests on.

    Examples
    --------
    >>> effect = Effect("a", "b", "t", "k_d_per_s", 0.5, 0.6, -0.1, -0.12, -0.08, 1.1, 1.08, 1.12, 1e-6, 3)
    >>> verdict(effect, 1e-5, -1), verdict(effect, 1e-5, 1), verdict(effect, 0.2, -1), verdict(None, 1.0, -1)
    ('confirmed', 'opposite', 'undecided', 'undecided')
    """
    if effect is None or effect.n_seeds < LEAST_SEEDS:
        return UNDECIDED
    if effect.low > -LEAST and effect.high < LEAST:
        return NONE_MEASURED
    if p_holm <= LEVEL and abs(effect.change) >= LEAST:
        return CONFIRMED if effect.change * sign > 0 else OPPOSITE
    return UNDECIDED
