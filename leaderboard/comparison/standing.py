"""Who stands above whom: the worst fit of one row against the best fit of another, on the same test cases.

A row stands above another if its worst fit beats the other's best by more than the choice of cases can explain, over
all pairs together, and by more than the scatter of either row's own fits: their range with three seeds, half of it with
five. No shape of that scatter is assumed. Where the fits of two equally good rows fall into two heaps, one as likely as
the other, all S fits of one row lie in one heap and all of the other row in the other once in 2^(2S-1) times, and heaps
within heaps make it once in 2^(2S-1) - 1: 31 with three seeds, 511 with five. How many of the pairs found are luck then
follows from how many were not found (Storey, J. R. Stat. Soc. B 64 (2002) 479, doi:10.1111/1467-9868.00346).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.arrays import Array
from leaderboard.comparison.errors import Errors

LEVEL = 0.05
"""Share of false findings allowed: by the choice of cases over all pairs, by luck with seeds of all pairs found."""
ENOUGH_SEEDS = 5
"""So many fits hold the middle of all that a method may give between them, 15 times in 16; fewer are lengthened."""
ROUNDING = 1e-9
"""Relative difference in RMSE that arithmetic alone can make."""


@dataclass(frozen=True)
class Placed:
    """One row: its middle fit, the interval of that, and its best and worst place; none with one seed."""

    row: str
    ratio: float
    low: float
    high: float
    place: tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class Standing:
    """All rows from the best middle fit to the worst, and whether the first of two stands above the second."""

    rows: tuple[Placed, ...]
    above: NDArray[np.bool_]
    n_seeds: int

    @property
    def n_pairs(self) -> int:
        """Pairs of rows."""
        return pairs_of(len(self.rows))

    @property
    def n_found(self) -> int:
        """Pairs of which one stands above the other."""
        return int(self.above.sum())

    @property
    def luck(self) -> float:
        """How many of the pairs found are luck with seeds, at most and on average."""
        if self.n_seeds == 1:
            return float(self.n_found)
        odds = 1.0 / (2.0 ** (2 * self.n_seeds - 1) - 2.0)
        return min(float(self.n_found), (self.n_pairs - self.n_found + 1) * odds)

    @property
    def of_methods(self) -> bool:
        """Whether places hold for the methods; where luck can make too many of them, they hold for these fits."""
        return self.n_seeds > 1 and self.luck <= LEVEL * self.n_found


@dataclass(frozen=True)
class Against:
    """RMSE of the second row over that of the first, middle fits and interval; 1 or -1 if one stands above, or 0."""

    ratio: float
    low: float
    high: float
    better: int


def pairs_of(n_rows: int) -> int:
    """Count the pairs of rows."""
    return n_rows * (n_rows - 1) // 2


def errors_needed(n_pairs: int) -> float:
    """Standard errors over cases that a gap must exceed, so that cases give any of so many pairs with a chance of 5 %.

    Examples
    --------
    >>> [round(errors_needed(n), 2) for n in (1, 190)]
    [1.96, 3.65]
    """
    return float(stats.norm.isf(LEVEL / 2 / max(n_pairs, 1)))


def scatter_shares(n_seeds: int) -> float:
    """Ranges of a row's own fits that a gap must exceed.

    Examples
    --------
    >>> scatter_shares(3), scatter_shares(5)
    (1.0, 0.5)
    """
    return 2 / max(n_seeds - 1, 1)


def lengthening(n_seeds: int) -> float:
    """Ranges of a row's fits by which its interval is longer on either side: a few fits may agree by chance.

    Examples
    --------
    >>> lengthening(3), lengthening(5)
    (1.0, 0.0)
    """
    return max(ENOUGH_SEEDS - n_seeds, 0) / 2


def stand(errors: Errors) -> Standing:
    """Compare rows on one target, on one task or on several together.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(2, 3, 1, 2000)) * np.reshape([1.0, 2.0], (2, 1, 1, 1))
    >>> [(row.row, row.place) for row in stand(Errors(("fine", "coarse"), draws**2)).rows]
    [('fine', (1, 1)), ('coarse', (2, 2))]
    """
    squared, n_rows = errors.squared_error, len(errors.rows)
    level = fits(squared) - (0.0 if errors.ceiling is None else fits(errors.ceiling))
    order = np.argsort(np.median(level, axis=1), kind="stable")
    above = np.zeros((n_rows, n_rows), dtype=bool)
    for i, j in zip(*np.triu_indices(n_rows, 1), strict=True):
        above[i, j] = _stands_above(squared[order[i]], squared[order[j]], pairs_of(n_rows))
    low, high = _ends(level, _influence(squared, errors.ceiling))
    n_seeds = level.shape[1]
    places = [(1 + int(above[:, i].sum()), n_rows - int(above[i].sum())) for i in range(n_rows)]
    middle, least, most = (np.exp(each[order]).tolist() for each in (np.median(level, axis=1), low, high))
    names = [errors.rows[row] for row in order]
    rows = map(Placed, names, middle, least, most, places if n_seeds > 1 else [None] * n_rows)
    return Standing(tuple(rows), above, n_seeds)


def against(first: Array, second: Array, n_pairs: int) -> Against:
    """Compare two rows, each of shape (seed, task, case), among so many pairs that are compared together.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(3, 1, 2000)) ** 2
    >>> found = against(4 * draws, draws, 1)
    >>> found.ratio, found.better, found.low < 0.5 < found.high
    (0.5, 1, True)
    """
    one, two = fits(first), fits(second)
    best, worst = shares(first[one.argmax()], second[two.argmin()]), shares(first[one.argmin()], second[two.argmax()])
    longer = lengthening(len(one)) * max(np.ptp(one), np.ptp(two))
    low = best.mean() - _reach(-best) - longer
    high = worst.mean() + _reach(worst) + longer
    with np.errstate(over="ignore"):  # two seeds that disagree can leave anything possible
        ratio, least, most = np.exp([np.median(two) - np.median(one), low, high]).tolist()
    return Against(
        ratio, least, most, int(_stands_above(second, first, n_pairs)) - int(_stands_above(first, second, n_pairs))
    )


def fits(squared_error: Array) -> Array:
    """Log RMSE of every fit, averaged over tasks, from shape (..., task, case)."""
    return np.asarray(np.log(squared_error.mean(axis=-1)).mean(axis=-1) / 2)


def shares(first: Array, second: Array) -> Array:
    """Split the log RMSE ratio of the second fit to the first over the cases, exactly, from shape (task, case).

    Both are divided by one number, the logarithmic mean of their mean squares: where the fits are equally good, signs
    are a coin's and a t test holds, however heavy the tails.

    Examples
    --------
    >>> shares(np.array([[1.0, 3.0]]), np.array([[4.0, 12.0]])).mean().round(3)
    np.float64(0.693)
    """
    one, two = first.mean(axis=-1), second.mean(axis=-1)
    ratio = np.log(two / one)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(np.abs(ratio) > 1e-6, (two - one) / ratio, (one + two) / 2)
    return np.asarray(((second - first) / unit[:, None]).mean(axis=0) / 2)


def _stands_above(first: Array, second: Array, n_pairs: int) -> bool:
    """Whether the worst fit of the first beats the best of the second by more than cases or seeds can explain."""
    one, two = fits(first), fits(second)
    gap = shares(first[one.argmax()], second[two.argmin()])
    scatter = scatter_shares(len(one)) * max(np.ptp(one), np.ptp(two))
    return bool(gap.mean() > max(scatter, errors_needed(n_pairs) * stats.sem(gap), ROUNDING))


def _influence(squared_error: Array, ceiling: Array | None) -> Array:
    """What each case adds to the log RMSE of a fit, relative to the ceiling's, shape (row, seed, case)."""
    relative = squared_error / squared_error.mean(axis=-1, keepdims=True)
    if ceiling is not None:
        relative = relative - ceiling / ceiling.mean(axis=-1, keepdims=True)
    return np.asarray(relative.mean(axis=-2) / 2)


def _ends(level: Array, influence: Array) -> tuple[Array, Array]:
    """Interval of the middle of all fits that each method may give, from shape (row, seed, case)."""
    longer = lengthening(level.shape[1]) * np.ptp(level, axis=1)
    return (level - _reach(-influence)).min(axis=1) - longer, (level + _reach(influence)).max(axis=1) + longer


def _reach(influence: Array) -> Array:
    """Upper arm of a 95 % interval of a mean over cases, longer where a few cases carry it.

    Source: Hall, J. R. Stat. Soc. B 54 (1992) 221, doi:10.1111/j.2517-6161.1992.tb01876.x, inverted in closed form.
    """
    n, deviation = influence.shape[-1], influence - influence.mean(axis=-1, keepdims=True)
    sd = deviation.std(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # a mean that no case moves has no arm
        skew = (deviation**3).mean(axis=-1) / sd**3 / np.sqrt(n)
        kurtosis = (deviation**4).mean(axis=-1) / sd**4
        # Degrees of freedom of a variance that a few cases carry.
        t = stats.t.isf(LEVEL / 2, np.clip(2 * n / (kurtosis - 1), 2, max(n - 1, 2)))
        skew = np.where(np.abs(skew) < 1e-6, 1e-6, skew)
        arm = 3 / skew * (1 - np.cbrt(1 - skew * (t + skew / 6)))
    return np.where(sd > 0, arm * sd / np.sqrt(n - 1), 0.0)
