"""Size and power of the comparisons, measured on synthetic rows: does chance make winners, are real ones found.

There is no ceiling here, as in a comparison of two runs and in the audit; ``size_at_distances`` has one, as the
overview has. Synthetic rows are all equally good, on tasks that share cases and seeds, with heavy-tailed errors that
are nearly the same for every row; seeds move some rows more than others. A share of the variance of the mean
difference, from none to all of it, comes from the seeds.

What was tried, with the largest share of false winners anywhere in 1,000 repeats, of pairs / of families after Holm, at
3 and at 5 seeds:

- used: 5.5 / 6.8 % and 5.4 / 4.8 %; the smallest are 3.5 / 1.8 % and 4.2 / 2.4 %, so it is not blind.
- as Smyth (both ways, Satterthwaite at the estimate): 9.8 / 17.6 % and 8.2 / 10.2 %. Rows do not share one variance, so
  the restless ones are pulled below their own and win by chance: hence upwards only.
- not moderated: 6.3 / 12.8 % and 5.9 / 7.0 %. Three seeds that agree by chance pass for certainty, which Holm's small
  levels punish: hence cautious degrees of freedom. Those alone would do (5.0 / 4.1 % at 3 seeds), but find 31 % of the
  useful differences after Holm where moderation finds 41 %.
- one pooled variance: 8.6 / 15.6 %, and over 20 % for pairs of restless rows. Moderating pairs instead of rows: alike.
- percentile bootstrap over seeds and cases: 24 / 99 %; tasks as repetitions: 40 / 70 %.

Rows are assumed to be moved by a seed independently. Where one seed is a good draw for all of them, comparisons are
more cautious than they need be: with half of the seeds' variance in common, pairs are down to 1 % where seeds decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from scipy import special, stats

from bench.arrays import Array
from leaderboard.comparison.comparisons import holm
from leaderboard.comparison.estimates import LEVEL, Errors, Estimates, Moments, moments_of, pair_estimates
from leaderboard.comparison.moderation import moderate

SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
SEEDS = (3, 5)
N_ROWS, N_TASKS, N_CASES = 8, 6, 2000
PROFILES = {
    "equal": (1.0,) * N_ROWS,
    "half small": (0.25,) * 4 + (1.0,) * 4,
    "some zero": (0.0, 0.0, 0.25, 0.25, 0.25, 1.0, 1.0, 1.0),
    "as the rows": (0.0, 0.003, 0.17, 0.25, 0.67, 1.0, 1.0, 1.33),
}
"""Standard deviations between seeds, relative to each other, of eight rows."""
ASSUMED_SEED_SD = (0.0, 0.0001, 0.005, 0.0075, 0.02, 0.03, 0.03, 0.04)
"""Of log RMSE: a solver, a mean, linear and boosted rows, networks. Assumed, not measured."""
USEFUL = 0.1
"""A difference in RMSE that is worth finding."""
USED = "used"
METHODS = (USED, "as Smyth", "not moderated", "one pooled variance", "bootstrap", "tasks as repetitions")


@dataclass(frozen=True, eq=False)
class CaseNoise:
    """What the choice of cases does to equal rows, many times over.

    Parameters
    ----------
    level : array, shape (repeat, row, seed, task)
        Log RMSE, for the largest number of seeds.
    moments : dict
        Number of seeds to ``Moments`` with the leading axis repeat.
    """

    level: Array
    moments: dict[int, Moments]


@dataclass(frozen=True)
class Size:
    """False winners among equal rows at a nominal 5 %."""

    n_seeds: int
    profile: str
    share: float
    pair: dict[str, float]
    worst_pair: dict[str, float]
    family: dict[str, float]


@dataclass(frozen=True)
class Power:
    """How often one better row among equal ones is told from the others."""

    n_seeds: int
    seed_sd: float
    pair: float
    family: float


def draw_case_noise(n_repeats: int, seed: int, n_cases: int = N_CASES) -> CaseNoise:
    """Draw equal rows that only the choice of cases makes different."""
    generator = np.random.default_rng(seed)
    rows = tuple(map(str, range(N_ROWS)))
    levels, found = [], []

    def normal(*shape: int) -> Array:
        return generator.standard_normal((*shape, n_cases), dtype=np.float32).astype(np.float64)

    for _ in range(n_repeats):
        difficulty = np.exp(0.6 * (0.95 * normal() + 0.31 * normal(N_TASKS)))
        common = 0.95 * (0.6 * normal() + 0.8 * normal(N_TASKS))
        own = 0.22 * (normal(N_ROWS, 1, N_TASKS) + normal(N_ROWS, max(SEEDS), N_TASKS))
        squared_error = ((common + own) * difficulty) ** 2
        levels.append(np.log(squared_error.mean(axis=-1)) / 2)
        found.append({n: moments_of(Errors(rows, squared_error[:, :n])) for n in SEEDS})
    moments = {
        n: Moments(
            np.array([each[n].level for each in found]),
            np.array([each[n].case for each in found]),
            np.array([each[n].interaction for each in found]),
            n_cases,
        )
        for n in SEEDS
    }
    return CaseNoise(np.array(levels), moments)


def measure_size(noise: CaseNoise, n_seeds: int, profile: str, share: float, seed: int) -> Size:
    """Count false winners among equal rows."""
    relative = np.array(PROFILES[profile])
    first, second = np.triu_indices(N_ROWS, 1)
    moments = noise.moments[n_seeds]
    case = np.mean(moments.case[:, first, first] + moments.case[:, second, second] - 2 * moments.case[:, first, second])
    seeds = np.mean(relative[first] ** 2 + relative[second] ** 2) / n_seeds
    scale = np.sqrt(share / (1 - share) * case / seeds) if share < 1 else 0.03
    level, moved = _with_seeds(noise, n_seeds, scale * relative, seed, cases=share < 1)
    p = {method: _p(method, level, moved) for method in METHODS}
    return Size(
        n_seeds,
        profile,
        share,
        {method: float(np.mean(values < LEVEL)) for method, values in p.items()},
        {method: float(np.mean(values < LEVEL, axis=0).max()) for method, values in p.items()},
        {method: float(np.mean((holm(values) < LEVEL).any(axis=-1))) for method, values in p.items()},
    )


def measure_power(
    noise: CaseNoise, n_seeds: int, seed: int, seed_sd: tuple[float, ...] = ASSUMED_SEED_SD, useful: float = USEFUL
) -> list[Power]:
    """Count how often a row that is better by a useful difference is told from the others."""
    _, moments = _with_seeds(noise, n_seeds, np.array(seed_sd), seed, cases=True)
    first, second = np.triu_indices(N_ROWS, 1)
    found = []
    for row, sd in enumerate(seed_sd):
        level = moments.level.copy()
        level[:, row] -= np.log1p(useful)
        p = pair_estimates(Moments(level, moments.case, moments.interaction, moments.n_cases)).p
        own = (first == row) | (second == row)
        alone, together = np.mean(p[:, own] < LEVEL), np.mean(holm(p)[:, own] < LEVEL)
        found.append(Power(n_seeds, sd, float(alone), float(together)))
    return found


def _with_seeds(noise: CaseNoise, n_seeds: int, seed_sd: Array, seed: int, cases: bool) -> tuple[Array, Moments]:
    """Case noise, or none, with the noise of seeds: log RMSE by task, and the moments."""
    generator = np.random.default_rng([seed, n_seeds])
    shape = (len(noise.level), N_ROWS, n_seeds)
    # Half of a seed's effect is the same in every task; the sum has variance 1 in the mean over tasks.
    effect = generator.standard_normal((*shape, 1)) + generator.standard_normal((*shape, N_TASKS))
    moved = seed_sd[:, None, None] * effect / np.sqrt(1 + 1 / N_TASKS)
    level = noise.level[:, :, :n_seeds] * cases + moved
    moments = noise.moments[n_seeds]
    return level, Moments(level.mean(axis=-1), moments.case * cases, moments.interaction * cases, moments.n_cases)


def _p(method: str, level: Array, moments: Moments) -> Array:
    """Two-sided p of every pair by one method."""
    if method == USED:
        return pair_estimates(moments).p
    first, second = np.triu_indices(N_ROWS, 1)
    by_task = (level[:, first] - level[:, second]).mean(axis=2)
    difference, n_seeds = by_task.mean(axis=-1), level.shape[2]
    if method == "tasks as repetitions":
        df = np.full(difference.shape, N_TASKS - 1.0)
        return Estimates(difference, by_task.std(axis=-1, ddof=1) / np.sqrt(N_TASKS), df).p
    case = _pairs(moments.case)
    if method == "bootstrap":
        return _bootstrap_p(moments.level[:, first] - moments.level[:, second], case)
    variance = moments.level.var(axis=-1, ddof=1)
    df = np.full(variance.shape, n_seeds - 1.0)
    if method == "as Smyth":
        variance, prior_df, _ = moderate(variance, n_seeds - 1)
        df = np.minimum(df + prior_df[:, None], N_ROWS * (n_seeds - 1))
    elif method == "one pooled variance":
        variance = np.broadcast_to(variance.mean(axis=-1, keepdims=True), variance.shape)
        df = df * N_ROWS
    parts = [(variance[:, i] / n_seeds, df[:, i]) for i in (first, second)]
    parts.append((np.maximum(case - _pairs(moments.interaction), 0.0), np.array(moments.n_cases - 1.0)))
    total = sum(part for part, _ in parts)
    rate = sum(part**2 / part_df for part, part_df in parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        satterthwaite = np.where(total > 0, total**2 / rate, 1.0)
    return Estimates(difference, np.sqrt(total), satterthwaite).p


def _bootstrap_p(difference: Array, case: Array) -> Array:
    """Percentile bootstrap over seeds and cases, exactly: every draw of seeds, and a normal for the cases."""
    n_seeds = difference.shape[-1]
    draws = np.array(list(combinations_with_replacement(range(n_seeds), n_seeds)))
    counts = np.array([np.bincount(draw, minlength=n_seeds) for draw in draws])
    weight = stats.multinomial.pmf(counts, n_seeds, np.full(n_seeds, 1 / n_seeds))
    mean = difference @ counts.T / n_seeds
    below = special.ndtr(-mean / np.sqrt(np.maximum(case, 1e-18))[..., None]) @ weight
    return np.where((difference == 0).all(axis=-1), 1.0, 2 * np.minimum(below, 1 - below))


def _pairs(covariance: Array) -> Array:
    """Variance of the difference of every pair of rows."""
    first, second = np.triu_indices(N_ROWS, 1)
    return np.asarray(covariance[:, first, first] + covariance[:, second, second] - 2 * covariance[:, first, second])
