"""Effects of the audit: from one row to another on the same cases and seeds, with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.world.quantities import TARGET_NAMES
from leaderboard.comparison.errors import Errors
from leaderboard.comparison.standing import against

WITHIN = (0.95, 1.05)
"""Factors of the RMSE that are no effect; a larger one, or its inverse, counts from the upper end on."""
LEAST_SEEDS = 3
"""Fewest seeds that a verdict rests on."""
CONFIRMED, OPPOSITE, UNDECIDED = "confirmed", "opposite", "undecided"
NONE_MEASURED, NOT_A_FAULT = "no measurable effect", "not a fault"


@dataclass(frozen=True)
class Effect:
    """From a base to a row, on one task and target: R2 of the middle fits, and the factor of the RMSE."""

    row: str
    base: str
    task: str
    target: str
    r2: float
    base_r2: float
    factor: float
    low: float
    high: float
    better: int
    n_seeds: int


def effects(
    task: str, truth: Array, errors: Mapping[str, Array], pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str, str], Effect]:
    """Compare the row with the base of every pair, for both targets, as rows are compared elsewhere.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth, draws = rng.random((400, 2)), 0.1 * rng.normal(size=(3, 400, 2))
    >>> added = effects("a", truth, {"sound": draws**2, "worse": (2 * draws) ** 2}, [("worse", "sound")])
    >>> effect = added["worse", "sound", "E0_g_per_L"]
    >>> round(effect.factor, 2), effect.better
    (2.0, -1)
    """
    compared = {}
    for column, target in enumerate(TARGET_NAMES):
        variance = truth[:, column].var()
        for row, base in pairs:
            squared = np.stack([errors[name][:, None, :, column] for name in (row, base)])
            ours, theirs = Errors(("row", "base"), squared).squared_error
            found = against(theirs, ours, len(pairs))
            r2, base_r2 = (1.0 - float(np.median(fits.mean(axis=(1, 2)))) / variance for fits in (ours, theirs))
            compared[row, base, target] = Effect(
                *(row, base, task, target, float(r2), float(base_r2)),
                *(found.ratio, found.low, found.high, found.better),
                len(ours),
            )
    return compared


def verdict(effect: Effect | None, sign: int) -> str:
    """Judge the one comparison that a variant's verdict rests on.

    Examples
    --------
    >>> effect = Effect("a", "b", "t", "k_d_per_s", 0.5, 0.6, 1.12, 1.08, 1.16, -1, 3)
    >>> verdict(effect, -1), verdict(effect, 1), verdict(None, -1)
    ('confirmed', 'opposite', 'undecided')
    """
    if effect is None or effect.n_seeds < LEAST_SEEDS:
        return UNDECIDED
    least, most = WITHIN
    if least <= effect.low and effect.high <= most:
        return NONE_MEASURED
    if effect.better and max(effect.factor, 1 / effect.factor) >= most:
        return CONFIRMED if effect.better == sign else OPPOSITE
    return UNDECIDED
