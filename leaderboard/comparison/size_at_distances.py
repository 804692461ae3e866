"""Size and power of the comparisons where rows stand at different distances from a ceiling, as on a board.

Synthetic rows in four groups of four: those of a group are equally good, and the groups lie a hundredth, an eighth, a
half and two natural logarithms of RMSE above the ceiling, as the rows of a board do. What a row has beyond the
ceiling's error is half its own and half new with every seed; on top come seeds that move whole rows, in several
profiles. Size is counted over the pairs within groups, power over those between them.

In 1,000 repeats with 3 seeds variances in units of the distance leave 1.0 to 3.0 % of families with a false winner, one
prior for all rows 1.7 to 4.6 %. Where seeds move every row by 6 % of its distance, the first tell 77 % of the rows next
to the ceiling from those an eighth above, the second 49 %; where the share is as uneven as on the published board, 56
against 44 %; where seeds move all rows alike, 27 against 80 %.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bench.arrays import Array
from leaderboard.comparison.comparisons import holm
from leaderboard.comparison.estimates import LEVEL, Errors, Moments, distances, moments_of, pair_estimates

GROUPS, EACH = (0.01, 0.12, 0.5, 2.0), 4
"""Log RMSE above the ceiling of each group, and rows in it."""
DISTANCE = np.repeat(GROUPS, EACH)
N_TASKS, N_CASES, N_SEEDS = 3, 1000, 3
MIXED = np.tile([0.25, 0.5, 1.0, 1.33], len(GROUPS))
PROFILES = {
    "none": 0.0 * DISTANCE,
    "in proportion": 0.06 * DISTANCE,
    "in proportion, mixed": 0.06 * DISTANCE * MIXED,
    "in proportion, the last wild": np.where(GROUPS[-1] == DISTANCE, 0.2, 0.06 * DISTANCE) * MIXED,
    "all alike": np.full(DISTANCE.shape, 0.02),
    "all alike, mixed": 0.02 * MIXED,
    "reversed": 0.06 * DISTANCE[::-1],
    "in proportion, uneven": DISTANCE * np.tile([0.004, 0.03, 0.08, 0.3], len(GROUPS)),
}
"""Standard deviation between seeds of the log RMSE of every row."""
METHODS = ("in units of the distance", "one prior for all")


@dataclass(frozen=True)
class SizeAtDistances:
    """False winners and true ones on one profile, each by method."""

    profile: str
    pair: dict[str, float]
    family: dict[str, float]
    neighbours: dict[str, float]
    found: dict[str, float]


def measure_at_distances(n_repeats: int, seed: int) -> list[SizeAtDistances]:
    """Count false winners and true ones."""
    generator = np.random.default_rng(seed)
    drawn = [_draw(generator) for _ in range(n_repeats)]
    case, interaction = (np.array([getattr(each, name) for each in drawn]) for name in ("case", "interaction"))
    level = np.array([each.level for each in drawn])
    first, second = (DISTANCE[i] for i in np.triu_indices(len(DISTANCE), 1))
    equal, neighbours = first == second, (first == GROUPS[0]) & (second == GROUPS[1])
    found = []
    for profile, sd in PROFILES.items():
        moved = level + sd[:, None] * generator.standard_normal(level.shape)
        moments = Moments(moved, case, interaction, N_CASES, distances(moved, case))
        p = dict(zip(METHODS, (pair_estimates(m).p for m in (moments, replace(moments, distance=None))), strict=True))
        after = {method: holm(values) < LEVEL for method, values in p.items()}
        found.append(
            SizeAtDistances(
                profile,
                {method: float(np.mean(values[:, equal] < LEVEL)) for method, values in p.items()},
                {method: float(np.mean(values[:, equal].any(axis=-1))) for method, values in after.items()},
                {method: float(np.mean(values[:, neighbours])) for method, values in after.items()},
                {method: float(np.mean(values[:, ~equal])) for method, values in after.items()},
            )
        )
    return found


def _draw(generator: np.random.Generator) -> Moments:
    """One board: the ceiling's errors, common to all rows, and what each row has beyond them."""

    def normal(*shape: int) -> Array:
        return generator.standard_normal((*shape, N_CASES), dtype=np.float32).astype(np.float64)

    difficulty = np.exp(0.6 * (0.95 * normal() + 0.31 * normal(N_TASKS)))
    common = 0.6 * normal() + 0.8 * normal(N_TASKS)
    beyond = np.sqrt(np.expm1(2 * DISTANCE) / 2)[:, None, None, None]
    own = beyond * (normal(len(DISTANCE), 1, N_TASKS) + normal(len(DISTANCE), N_SEEDS, N_TASKS))
    rows = tuple(map(str, range(len(DISTANCE))))
    return moments_of(Errors(rows, ((common + own) * difficulty) ** 2, (common * difficulty) ** 2))
