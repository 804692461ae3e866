"""Comparisons of rows: intervals, pairs after Holm, ranks, ties, and the alarm for rows that beat their ceiling.

The estimates behind them, and why they are what they are, stand in ``estimates``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.arrays import Array
from bench.errors import BenchError
from leaderboard.comparison.estimates import (
    LEVEL,
    ROUNDING,
    Errors,
    Estimates,
    moments_of,
    pair_estimates,
    row_estimates,
)


@dataclass(frozen=True)
class RowResult:
    """One row on its own and among the others."""

    row: str
    ratio: float
    low: float
    high: float
    seed_sd: float | None
    rank: tuple[int, int] | None
    groups: str


@dataclass(frozen=True)
class PairResult:
    """Two rows against each other."""

    first: str
    second: str
    ratio: float
    low: float
    high: float
    p: float
    p_holm: float
    detectable_ratio: float

    @property
    def separated(self) -> bool:
        """Whether the rows differ, adjusted for all pairs."""
        return self.p_holm <= LEVEL


@dataclass(frozen=True)
class Comparison:
    """Everything that can be said about rows on the same cases."""

    rows: tuple[RowResult, ...]
    pairs: tuple[PairResult, ...]
    cases_only: bool

    @property
    def detectable_ratio(self) -> float | None:
        """Median over pairs of the smallest ratio that the run would have separated; None without pairs."""
        return float(np.median([pair.detectable_ratio for pair in self.pairs])) if self.pairs else None


def compare(errors: Errors) -> Comparison:
    """Compare rows on one target, on one task or on several together.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(2, 3, 1, 2000)) * np.reshape([1.0, 2.0], (2, 1, 1, 1))
    >>> [(row.row, row.rank, row.groups) for row in compare(Errors(("fine", "coarse"), draws**2)).rows]
    [('fine', (1, 1), 'a'), ('coarse', (2, 2), 'b')]
    """
    order = np.argsort(moments_of(errors).level.mean(axis=-1), kind="stable")
    names = [errors.rows[i] for i in order]
    moments = moments_of(Errors(tuple(names), errors.squared_error[order], errors.ceiling))
    rows, pairs = row_estimates(moments), pair_estimates(moments)
    p = pairs.p
    p_holm = holm(p)
    first, second = np.triu_indices(len(names), 1)
    separated = np.zeros((len(names), len(names)), dtype=bool)
    separated[first, second] = separated[second, first] = p_holm <= LEVEL
    n_seeds = moments.level.shape[-1]
    ranks, letters = (rank_intervals(separated), tie_letters(separated)) if n_seeds > 1 else (None, None)
    with np.errstate(over="ignore"):  # two seeds that disagree can leave nothing detectable
        detectable = np.exp(pairs.detectable(LEVEL / max(len(p), 1)))
    return Comparison(
        tuple(
            RowResult(
                name,
                *_ratio(rows, i),
                float(moments.level[i].std(ddof=1)) if n_seeds > 1 else None,
                ranks[i] if ranks else None,
                letters[i] if letters else "",
            )
            for i, name in enumerate(names)
        ),
        tuple(
            PairResult(names[a], names[b], *_ratio(pairs, k), float(p[k]), float(p_holm[k]), float(detectable[k]))
            for k, (a, b) in enumerate(zip(first, second, strict=True))
        ),
        cases_only=n_seeds == 1,
    )


def rank_intervals(separated: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Find the places that every row may hold.

    Examples
    --------
    >>> rank_intervals(np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool))
    [(1, 2), (1, 3), (2, 3)]
    """
    n_rows = len(separated)
    return [(1 + int(row[:i].sum()), n_rows - int(row[i:].sum())) for i, row in enumerate(separated)]


def tie_letters(separated: NDArray[np.bool_]) -> list[str]:
    """Name the tie groups, the largest sets of rows of which no two are separated.

    Examples
    --------
    >>> tie_letters(np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool))
    ['a', 'ab', 'b']
    """
    n_rows = len(separated)
    groups = {frozenset(range(n_rows))}
    for a, b in zip(*np.nonzero(np.triu(separated)), strict=True):
        split = {part for group in groups for part in ((group - {a}, group - {b}) if {a, b} <= group else (group,))}
        groups = {group for group in split if not any(group < other for other in split)}
    ordered = sorted(sorted(group) for group in groups)
    names = [_letter(number) for number in range(len(ordered))]
    return ["".join(name for name, group in zip(names, ordered, strict=True) if i in group) for i in range(n_rows)]


def holm(p: Array) -> Array:
    """Adjust p values for their number, step down.

    Examples
    --------
    >>> holm(np.array([0.04, 0.01, 0.03])).round(2).tolist()
    [0.06, 0.03, 0.06]
    """
    order = np.argsort(p, axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * np.arange(p.shape[-1], 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(steps, axis=-1), 1.0)
    return np.asarray(np.take_along_axis(adjusted, np.argsort(order, axis=-1), axis=-1))


def leak_p(*targets: Errors) -> dict[str, float]:
    """Test whether a row beats the ceiling on the same cases, which no honest row does on average."""
    names, values = [], []
    for errors in targets:
        if errors.ceiling is None:
            raise BenchError("leak test 'ceiling': squared errors must be given, got none. Score the exact posterior.")
        gain = errors.squared_error.mean(axis=1) - errors.ceiling
        # Rounding in a row that equals the ceiling is not a gain.
        error = stats.sem(gain, axis=-1) + ROUNDING * errors.ceiling.mean(axis=-1)
        p = stats.t.cdf(gain.mean(axis=-1) / error, gain.shape[-1] - 1)
        names += list(np.repeat(errors.rows, p.shape[1]))
        values += list(p.ravel())
    smallest: dict[str, float] = {}
    for name, value in zip(names, holm(np.array(values)), strict=True):
        smallest[str(name)] = min(float(value), smallest.get(str(name), 1.0))
    return smallest


def _ratio(estimates: Estimates, number: int) -> tuple[float, float, float]:
    """One estimate as a ratio, with the ends of its interval."""
    value, half = estimates.value[number], estimates.half_width[number]
    return float(np.exp(value)), float(np.exp(value - half)), float(np.exp(value + half))


def _letter(number: int) -> str:
    """Letter of a tie group; after z come the same with a number, such as a1."""
    return chr(ord("a") + number % 26) + (str(number // 26) if number >= 26 else "")
