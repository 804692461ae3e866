"""What the comparisons say of rows that are all equally good, whatever their seeds do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from leaderboard.comparison.errors import Errors
from leaderboard.comparison.standing import Standing, stand

N_ROWS, N_TASKS, N_CASES = 8, 2, 500
SEEDS = (3, 5)
BEYOND = 0.5
"""What a row errs by beyond the ceiling, relative to it: half of it the row's own, half new with every fit."""
ROWS = tuple(map(str, range(N_ROWS)))
HEAPS = 0.2
"""Distance from the middle of two heaps of fits."""

Effect = Callable[[np.random.Generator, tuple[int, int]], NDArray[np.floating]]
"""Gives log RMSE above the middle of all fits, shape (row, seed)."""


@dataclass(frozen=True)
class Null:
    """One way in which seeds move equal rows; how heavy the tails over cases are."""

    name: str
    effect: Effect
    tails: float = 0.6
    heaps: float = 0.0


NULLS = (
    Null("nothing", lambda rng, shape: np.zeros(shape)),
    Null("all rows alike, normal", lambda rng, shape: 0.05 * rng.standard_normal(shape)),
    Null(
        "some rows more, normal",
        lambda rng, shape: np.linspace(0.0, 0.2, shape[0])[:, None] * rng.standard_normal(shape),
    ),
    Null("one fit in four misses", lambda rng, shape: 1.0 * (rng.random(shape) < 0.25)),
    Null("own outliers", lambda rng, shape: 0.05 * rng.standard_t(2, shape)),
    Null("two heaps", lambda rng, shape: HEAPS * rng.choice((-1.0, 1.0), shape), heaps=HEAPS),
    Null("skewed", lambda rng, shape: 0.1 * (rng.exponential(size=shape) - np.log(2.0))),
    Null(
        "half in common",
        lambda rng, shape: 0.05 * (rng.standard_normal(shape) + rng.standard_normal((1, shape[1]))),
    ),
    Null("all rows alike, a few cases decide", lambda rng, shape: 0.05 * rng.standard_normal(shape), tails=1.2),
)
"""By what seeds do to the rows."""


@dataclass(frozen=True)
class Said:
    """What was said of equal rows: of how many pairs one stood above the other, of families any, and of the methods."""

    null: str
    n_seeds: int
    pairs: float
    families: float
    of_methods: float
    covered: float

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of pairs, of families, of families with methods, and of intervals that hold the middle."""
        return self.pairs, self.families, self.of_methods, self.covered


def measure(null: Null, n_repeats: int, seed: int) -> list[Said]:
    """Compare equal rows many times over, with each number of seeds."""
    rng = np.random.default_rng(seed)
    said: dict[int, list[tuple[int, bool, float]]] = {n: [] for n in SEEDS}
    for _ in range(n_repeats):
        squared, ceiling = _draw(null, rng)
        for n in SEEDS:
            found = stand(Errors(ROWS, squared[:, :n], ceiling))
            said[n].append((found.n_found, found.of_methods, _covered(null, found)))
    return [
        Said(
            null.name,
            n,
            float(np.mean([found for found, *_ in each])) / (N_ROWS * (N_ROWS - 1) / 2),
            float(np.mean([found > 0 for found, *_ in each])),
            float(np.mean([found > 0 and of_methods for found, of_methods, _ in each])),
            float(np.mean([covered for *_, covered in each])),
        )
        for n, each in said.items()
    ]


def _draw(null: Null, rng: np.random.Generator) -> tuple[Array, Array]:
    """Squared errors of equal rows and of the ceiling."""
    difficulty = np.exp(null.tails * rng.standard_normal((N_TASKS, N_CASES)))
    common = rng.standard_normal((N_TASKS, N_CASES))
    own = rng.standard_normal((N_ROWS, 1, N_TASKS, N_CASES))
    new = rng.standard_normal((N_ROWS, max(SEEDS), N_TASKS, N_CASES))
    moved = np.exp(null.effect(rng, (N_ROWS, max(SEEDS))))[..., None, None]
    return (moved * difficulty * (common + BEYOND * (own + new) / np.sqrt(2.0))) ** 2, (difficulty * common) ** 2


def _covered(null: Null, found: Standing) -> float:
    """Share of rows whose interval holds the middle of all fits, or a point between two heaps."""
    middle = np.sqrt(1 + BEYOND**2)
    low, high = middle * np.exp([-null.heaps, null.heaps])
    return float(np.mean([row.low <= high and row.high >= low for row in found.rows]))
