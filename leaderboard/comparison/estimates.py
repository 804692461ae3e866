"""Statistics of comparisons: which rows differ, by how much, and what a run could have seen.

The quantity is the log RMSE of one target, averaged over tasks, so a difference is a log ratio. Cases and seeds are two
crossed levels, and tasks share both: they are averaged first, and never counted as repetitions. With S seeds,

    variance of a mean difference = seed / S + max(case - interaction, 0),

the random-effects form of two crossed factors without repetition: the spread between seeds holds the interaction of
cases and seeds, so adding the whole case variance would count it twice (Cornfield & Tukey, Ann. Math. Stat. 27 (1956)
907, doi:10.1214/aoms/1177728067). Cases enter by the influence of each on log RMSE (delta method). The seed variance
rests on a few seeds: it is moderated across rows (Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) 3,
doi:10.2202/1544-6115.1027), but upwards only. ``size_and_power`` measures why. Beside a ceiling it is a row's variance
in units of its distance from the ceiling that is moderated: what seeds move is what a row lacks, so a row that lacks
little must not be judged by one that lacks much. ``size_at_distances`` measures that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from bench.arrays import Array
from bench.errors import BenchError
from leaderboard.comparison.moderation import moderate

LEVEL = 0.05
"""Share of false findings allowed: per interval, and per family of pairs after Holm."""
POWER = 0.8
"""Chance to see a difference of the size that is called detectable."""
CAUTION = 0.1
"""The seed part is taken at this lower tail of its own estimate where the degrees of freedom are found."""
ROUNDING = 1e-9
"""Relative difference in RMSE that arithmetic alone can make."""
NEGLIGIBLE = 0.01
"""A row whose seeds add less than this share of the case variance tells nothing of other rows' seeds. That variance is
the median pair's, or the row's own beside a ceiling."""


@dataclass(frozen=True, eq=False)
class Errors:
    """Squared errors of one target on the same cases; every cell is there.

    Parameters
    ----------
    rows : tuple of str
        Names of the rows.
    squared_error : array, shape (row, seed, task, case)
        In the target's unit squared. Case i is the same parameters in every task.
    ceiling : array, shape (task, case), optional
        Squared errors of the exact posterior's mean, the same for all seeds.

    Examples
    --------
    >>> Errors(("a", "b"), np.ones((2, 3, 1, 10))).squared_error.shape
    (2, 3, 1, 10)
    """

    rows: tuple[str, ...]
    squared_error: Array
    ceiling: Array | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.squared_error)
        if len(shape) != 4 or shape[0] != len(self.rows) or min(shape) < 1 or shape[3] < 2:
            raise BenchError(
                f"errors 'squared_error': shape must be ({len(self.rows)}, seed, task, case) with at least 2 cases, "
                f"got {shape}. Give one block a row."
            )
        if len(set(self.rows)) != len(self.rows):
            raise BenchError(f"errors 'rows': names must be different, got {self.rows}. Name each row once.")
        if self.ceiling is not None and np.shape(self.ceiling) != shape[2:]:
            raise BenchError(
                f"errors 'ceiling': shape must be {shape[2:]}, as the rows' tasks and cases, "
                f"got {np.shape(self.ceiling)}. Score the ceiling on the same cases."
            )
        blocks = list(zip(self.rows, self.squared_error, strict=True))
        for name, values in [*blocks, *([("ceiling", self.ceiling)] if self.ceiling is not None else [])]:
            if not (np.isfinite(values).all() and np.min(values) >= 0):
                raise BenchError(
                    f"errors '{name}': values must be finite and at least 0, got some that are not. "
                    "Leave the row out of the comparison."
                )
            if not (np.max(values, axis=-1) > 0).all():
                raise BenchError(
                    f"errors '{name}': mean squared error must be above 0, got 0. A log RMSE needs an error; "
                    "look for a leak."
                )


@dataclass(frozen=True, eq=False)
class Moments:
    """All that the comparisons need to know; leading axes (of a simulation) are carried along.

    Parameters
    ----------
    level : array, shape (..., row, seed)
        Log RMSE averaged over tasks, relative to the ceiling where there is one.
    case : array, shape (..., row, row)
        Covariance of the rows' means over seeds that comes from the choice of cases.
    interaction : array, shape (..., row, row)
        The part of ``case`` that differs from seed to seed, and is in the spread between seeds too.
    n_cases : int
        Number of cases.
    distance : array, shape (..., row), optional
        How far each row is from the ceiling: its level, or what the choice of cases alone could make of it.
    """

    level: Array
    case: Array
    interaction: Array
    n_cases: int
    distance: Array | None = None


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates with a t reference each."""

    value: Array
    standard_error: Array
    df: Array

    @property
    def p(self) -> Array:
        """Two-sided p that the value is 0; 1 where it is exactly 0 and nothing varies."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(self.value == 0, 0.0, np.abs(self.value) / self.standard_error)
        return np.asarray(2 * stats.t.sf(t, self.df))

    @property
    def half_width(self) -> Array:
        """Half of the 95 % interval."""
        return np.asarray(stats.t.isf(LEVEL / 2, self.df) * self.standard_error)

    def detectable(self, level: float) -> Array:
        """Smallest true value that a two-sided test at a level finds with the wanted power."""
        return np.asarray(special.nctdtrinc(self.df, 1 - POWER, stats.t.isf(level / 2, self.df)) * self.standard_error)


def moments_of(errors: Errors) -> Moments:
    """Reduce squared errors to levels and to the variances that come from cases.

    Examples
    --------
    >>> moments_of(Errors(("a",), np.full((1, 2, 3, 10), 4.0))).level.round(3).tolist()
    [[0.693, 0.693]]
    """
    n_seeds, n_cases = errors.squared_error.shape[1], errors.squared_error.shape[3]
    level, influence = _log_rmse(errors.squared_error)
    if errors.ceiling is not None:
        ceiling_level, ceiling_influence = _log_rmse(errors.ceiling)
        level, influence = level - ceiling_level, influence - ceiling_influence
    mean = influence.mean(axis=1)
    rest = influence - mean[:, None]
    free = max(n_seeds - 1, 1) * (n_cases - 1)
    case = mean @ mean.T / (n_cases * (n_cases - 1))
    return Moments(
        level,
        case,
        np.tensordot(rest, rest, axes=([1, 2], [1, 2])) / (free * n_cases * n_seeds),
        n_cases,
        None if errors.ceiling is None else distances(level, case),
    )


def distances(level: Array, case: Array) -> Array:
    """How far rows are from the ceiling: their mean level, or what the choice of cases alone could make of it."""
    return np.asarray(np.hypot(level.mean(axis=-1), np.sqrt(np.diagonal(case, axis1=-2, axis2=-1))))


def row_estimates(moments: Moments) -> Estimates:
    """Log RMSE of every row, relative to the ceiling where there is one."""
    seed, df = _seed_variance(moments)
    n_seeds = moments.level.shape[-1]
    case, interaction = (np.diagonal(m, axis1=-2, axis2=-1) for m in (moments.case, moments.interaction))
    return _estimates(moments.level.mean(axis=-1), seed / n_seeds, df, case - interaction, moments.n_cases)


def pair_estimates(moments: Moments) -> Estimates:
    """Differences in log RMSE between rows, in the order of ``numpy.triu_indices``."""
    seed, df = _seed_variance(moments)
    n_seeds = moments.level.shape[-1]
    first, second = np.triu_indices(moments.level.shape[-2], 1)
    mean = moments.level.mean(axis=-1)
    both, either = seed[..., first] + seed[..., second], seed**2 / df
    with np.errstate(divide="ignore", invalid="ignore"):
        welch = np.where(both > 0, both**2 / (either[..., first] + either[..., second]), df[..., first])
    case = _of_pairs(moments.case) - _of_pairs(moments.interaction)
    return _estimates(mean[..., first] - mean[..., second], both / n_seeds, welch, case, moments.n_cases)


def _log_rmse(squared_error: Array) -> tuple[Array, Array]:
    """Log RMSE, and the influence of every case on it, averaged over the tasks before the last axis."""
    mean = squared_error.mean(axis=-1)
    influence = (squared_error / mean[..., None] - 1) / 2
    return np.log(mean).mean(axis=-1) / 2, influence.mean(axis=-2)


def _of_pairs(covariance: Array) -> Array:
    """Variance of the difference of every pair of rows."""
    first, second = np.triu_indices(covariance.shape[-1], 1)
    diagonal = np.diagonal(covariance, axis1=-2, axis2=-1)
    return np.asarray(diagonal[..., first] + diagonal[..., second] - 2 * covariance[..., first, second])


def _seed_variance(moments: Moments) -> tuple[Array, Array]:
    """Variance between seeds of every row, moderated upwards, and its degrees of freedom."""
    n_seeds = moments.level.shape[-1]
    if n_seeds == 1:
        none = np.zeros(moments.level.shape[:-1])
        return none, none + 1
    variance = moments.level.var(axis=-1, ddof=1)
    variance = np.where(variance < ROUNDING**2, 0.0, variance)  # a row that training does not move
    if moments.distance is None:
        pairs = _of_pairs(moments.case)
        typical = np.median(pairs, axis=-1)[..., None] if pairs.shape[-1] else 0.0
        unit: Array = np.ones_like(variance)
    else:
        typical = np.diagonal(moments.case, axis1=-2, axis2=-1)
        unit = moments.distance**2
    informative = (variance > NEGLIGIBLE * n_seeds * typical) & (unit > 0)
    moderated, prior_df, _ = moderate(variance / np.where(unit > 0, unit, 1.0), n_seeds - 1, informative)
    moderated = np.where(informative, moderated * unit, variance)
    # A prior cannot know more than all other rows together, and a few rows tell its strength badly: half of it counts.
    bound = np.maximum(informative.sum(axis=-1) - 1, 0) * (n_seeds - 1)
    prior_df = np.minimum(prior_df / 2, bound)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        agreement = np.where(variance > moderated, moderated / variance, 1.0)
    df = n_seeds - 1 + np.where(informative, prior_df * agreement**2, 0.0)
    return np.maximum(variance, moderated), df


def _estimates(value: Array, seed: Array, seed_df: Array, case: Array, n_cases: int) -> Estimates:
    """Put the parts of a variance together, with degrees of freedom after Satterthwaite.

    The seed part is where they come from and is itself uncertain. At its estimate, a run whose seeds agree by chance
    would be given many; so its share is taken near the largest that the estimate allows.
    """
    case = np.maximum(case, 0.0)
    largest = seed * seed_df / stats.chi2.ppf(CAUTION, seed_df)
    total = largest + case
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, largest / total, 0.0)
    df = 1 / (share**2 / seed_df + (1 - share) ** 2 / (n_cases - 1))
    return Estimates(value, np.sqrt(seed + case + ROUNDING**2), df)
