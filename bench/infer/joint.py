"""One answer for several runs: posteriors of each run put together, by what they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import special
from scipy.stats import gaussian_kde, multivariate_normal

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.likelihood import FARTHEST
from bench.ceiling.untold.sampling import ENOUGH, Sample, pareto_shape
from bench.errors import BenchError
from bench.infer.answer import Answer, answer_of
from bench.infer.told import Told
from bench.seeding import Stream
from bench.world.quantities import E0, K_D

LONGEST_AGE_S = 1e5
WIDTH = 0.3
"""Width of the kernels that a run's posterior is smoothed with, in its standard deviations: they widen it by 4 %."""
N_KERNELS = 300
"""Kernels of a run, at equal draws of its posterior."""
N_DRAWS, N_ROUNDS = 2000, 8
"""Draws of a round, and most rounds: each draws from what the last one found."""
LEARNT_FROM = 200.0
"""Effective draws that a round learns from: where there are fewer its weights are flattened until there are."""
FLATTER = 0.7
KEPT = 0.2
"""Share of each round that is drawn from the runs themselves."""
SOLUTION = slice(2, 5)
"""Linear nuisances that belong to the solution: initial pH, temperature, log substrate beside the record."""


EXCLUDED = 1e-4
"""Share of the evidence of one run below which a world is none of all."""
TOGETHER = -3.0
"""Nats of evidence below which several runs are not of one solution."""


@dataclass(frozen=True, eq=False)
class JointAnswer(Answer):
    """What several runs say together of E0 and k_d, over all worlds that are left.

    Parameters
    ----------
    traces : Traces
        Of the first run.
    told : Told
        What was told of the measurement of all.
    worlds : dict
        Joint posterior by name of the world.
    alone : tuple of Answer
        What each run says by itself.
    aged_s : float
        How long the enzyme of the second run was kept without urea [s]; 0 for fresh enzyme in all.
    """

    alone: tuple[Answer, ...]
    aged_s: float

    @cached_property
    def predictive_p(self) -> float:
        """Chance that the worst of so many runs would look as bad if it were measured again."""
        return min(1.0, len(self.alone) * min(each.predictive_p for each in self.alone))

    @property
    def sampled(self) -> bool:
        """Whether the posterior of every world that counts could be had, together and of each run."""
        return super().sampled and all(each.sampled for each in self.alone)

    @property
    def apart(self) -> bool:
        """Whether the runs are better explained by solutions of their own."""
        return self.log_evidence - sum(each.log_evidence for each in self.alone) < TOGETHER


def joint_answer_of(runs: Sequence[Traces], told: Told | None = None, aged_s: float = 0.0) -> JointAnswer:
    """Answer several runs of the same enzyme and solution as one.

    Parameters
    ----------
    runs : sequence of Traces
        A single case each.
    told : Told, optional
        What is known of the measurement of all.
    aged_s : float
        How long the enzyme of the second of two runs was kept at temperature without urea [s]; 0 for replicates.

    Returns
    -------
    JointAnswer
        E0 is that of the first run.

    Raises
    ------
    BenchError
        One run, or ageing that cannot be.

    Examples
    --------
    >>> from bench.world.laboratory import Laboratory
    >>> from bench.world.mixing import measure_in_laboratory
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> known, loads = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]] * 2), np.array([[0.5, 2e-3], [0.5 * np.exp(-0.6), 2e-3]])
    >>> both = measure_in_laboratory(Laboratory(60.0, 2.0), known, loads, TEMPERATURE_CORRECTED, "aged", range(2))
    >>> runs = [both.take(slice(case, case + 1)) for case in range(2)]
    >>> answer = joint_answer_of(runs, Told(weighed=("water",)), aged_s=300.0)
    >>> bool(answer.quantile(0.05)[1] < 2e-3 < answer.quantile(0.95)[1]), answer.identified
    (True, True)
    """
    told = told or Told()
    if len(runs) < 2 or (aged_s > 0 and len(runs) > 2):
        wanted = "two, fresh and aged" if aged_s > 0 else "at least two"
        raise BenchError(f"infer 'runs': number must be {wanted}, got {len(runs)}. Give one file a run.")
    if not 0.0 <= aged_s <= LONGEST_AGE_S:
        raise BenchError(f"infer 'aged': time must be between 0 and {LONGEST_AGE_S:g} s, got {aged_s:g}. Mend it.")
    if aged_s > 0 and not told.prior.log:
        raise BenchError(
            f"infer 'prior': it must be the laboratory's where enzyme has aged, got {told.prior.name}. Leave it out."
        )
    alone = tuple(answer_of(each, told) for each in runs)
    ages = [aged_s * (number == 1) for number in range(len(runs))]
    least = {name: min(each.share[name] for each in alone) for name in alone[0].worlds}
    kept = [name for name, share in least.items() if share >= min(EXCLUDED, max(least.values()))]
    worlds = {
        name: put_together([Ran(each.worlds[name], age) for each, age in zip(alone, ages, strict=True)])
        for name in kept
    }
    return JointAnswer(runs[0], told, worlds, alone, aged_s)


@dataclass(frozen=True, eq=False)
class Ran:
    """One run's posterior of what it shares with others, as a smooth likelihood.

    Parameters
    ----------
    posterior : UntoldPosterior
        Of the run alone.
    aged_s : float
        How long its enzyme was kept without urea before mixing [s].
    """

    posterior: UntoldPosterior
    aged_s: float = 0.0

    @cached_property
    def solution(self) -> tuple[Array, Array]:
        """Mean, shape (3,), and inverse covariance of what the solution held beside the record."""
        beta, weight = self.posterior.sample.beta[:, SOLUTION], self.posterior.weight
        covariance = np.cov(beta.T, aweights=weight, bias=True)
        values, vectors = np.linalg.eigh(covariance)
        # Nothing is known worse after a trace than before it; what is beyond that is noise of the draws.
        return weight @ beta, (vectors / np.minimum(values, 1.0)) @ vectors.T

    @cached_property
    def slopes(self) -> Array:
        """How far what is shared moves with the solution, shape (3, coordinate)."""
        return _slopes(self._shared, self.posterior.sample.beta[:, SOLUTION], self.posterior.weight)

    @property
    def _shared(self) -> Array:
        """E0, k_d and, where there is some, carbonate of the draws, by the shares of their priors below them."""
        z = self.posterior.sample.z
        return np.asarray(z[:, [E0, K_D, *range(6, z.shape[1])]])

    @cached_property
    def kernel(self) -> gaussian_kde:
        """What the run says of what is shared, of a solution as recorded."""
        shared = self._shared - self.posterior.sample.beta[:, SOLUTION] @ self.slopes
        chosen = self.posterior.chosen(N_KERNELS, Stream("infer/kernels").generator(0))
        return gaussian_kde(shared[chosen].T, bw_method=WIDTH)

    def log_likelihood(self, shared: Array, solution: Array) -> Array:
        """Log density of the run over that without knowing anything, at fresh enzyme and solution (point, 3)."""
        here = self.as_fresh(shared, -self.aged_s) - solution @ self.slopes
        prior = multivariate_normal(np.zeros(len(self.slopes.T)), np.eye(len(self.slopes.T)) + self.kernel.covariance)
        return np.asarray(self.kernel.logpdf(here.T) - prior.logpdf(here))

    def as_fresh(self, shared: Array, aged_s: float) -> Array:
        """What is shared, with the enzyme load before so many seconds of ageing, or after where they are negative."""
        if aged_s == 0:
            return shared
        moved = np.array(shared)
        prior = self.posterior.prior
        targets = prior.draw(special.ndtr(shared[:, :2]))
        load = targets[:, E0] * np.exp(targets[:, K_D] * aged_s)
        low, high = prior.E0_g_per_L
        share = np.log(load / low) / math.log(high / low) if prior.log else (load - low) / (high - low)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved[:, E0] = np.clip(np.nan_to_num(special.ndtri(np.clip(share, 0.0, 1.0))), -FARTHEST, FARTHEST)
        return moved


def put_together(runs: Sequence[Ran]) -> UntoldPosterior:
    """Posterior of several runs in one world, which share enzyme and solution; all else is each run's own.

    Each run's posterior over its prior is a likelihood of what is shared: smooth in E0, k_d and carbonate, linear in
    initial pH, temperature and log substrate beside the record. Their product is sampled.

    Parameters
    ----------
    runs : sequence of Ran
        In the same world under the same prior; the first has fresh enzyme.

    Returns
    -------
    UntoldPosterior
        As of the first run, with draws of what is shared; those of what a run has for itself are NaN.
    """
    generator = Stream("infer/joint").generator(0)
    fresh = [run for run in runs if run.aged_s == 0]
    mean, inverse, log_evidence = _solution_of(runs)
    root = np.linalg.cholesky(np.linalg.inv(inverse))
    slopes = fresh[0].slopes
    learnt: gaussian_kde | None = None
    for number in range(N_ROUNDS):
        solution = mean + generator.standard_normal((N_DRAWS, len(mean))) @ root.T
        from_runs = N_DRAWS if learnt is None else round(KEPT * N_DRAWS)
        shared = np.empty((N_DRAWS, slopes.shape[1]))
        for turn, run in enumerate(fresh):
            rows = slice(turn, from_runs, len(fresh))
            n_rows = len(range(*rows.indices(from_runs)))
            shared[rows] = run.kernel.resample(n_rows, generator).T + solution[rows] @ run.slopes
        if learnt is not None:
            shared[from_runs:] = learnt.resample(N_DRAWS - from_runs, generator).T + solution[from_runs:] @ slopes
        proposed = np.mean([run.kernel.pdf((shared - solution @ run.slopes).T) for run in fresh], axis=0)
        if learnt is not None:
            proposed = KEPT * proposed + (1.0 - KEPT) * learnt.pdf((shared - solution @ slopes).T)
        log_weight = multivariate_normal(np.zeros(slopes.shape[1])).logpdf(shared) - np.log(proposed)
        for run in runs:
            log_weight += run.log_likelihood(shared, solution)
        weight = flattened = special.softmax(log_weight)
        if number > 0 and _size(weight) >= 2.0 * ENOUGH:
            break
        share = 1.0
        while _size(flattened) < LEARNT_FROM:
            share *= FLATTER
            flattened = special.softmax(share * log_weight)
        slopes = _slopes(shared, solution, flattened)
        chosen = generator.choice(N_DRAWS, N_KERNELS, p=flattened)
        learnt = gaussian_kde((shared - solution @ slopes)[chosen].T, bw_method=WIDTH)
    posterior = runs[0].posterior
    sample = Sample(
        shared,
        np.column_stack([np.full((N_DRAWS, 2), np.nan), solution]),
        weight,
        _size(weight),
        pareto_shape(weight),
        log_evidence + float(special.logsumexp(log_weight)) - math.log(N_DRAWS),
        shared[np.argmax(log_weight)],
        solution[np.argmax(log_weight)],
    )
    draws = np.full((N_DRAWS, posterior.draws.shape[1]), np.nan)
    draws[:, :2] = posterior.prior.draw(special.ndtr(shared[:, :2]))
    return replace(posterior, draws=draws, weight=weight, sample=sample)


def _slopes(shared: Array, solution: Array, weight: Array) -> Array:
    """Linear regression of weighted draws of what is shared on the solution, shape (3, coordinate)."""
    root = np.sqrt(weight)[:, None]
    rows = np.column_stack([np.ones(len(root)), solution])
    return np.asarray(np.linalg.lstsq(root * rows, root * shared, rcond=None)[0][1:])


def _size(weight: Array) -> float:
    """How many equal draws weighted ones are worth."""
    return 1.0 / float(weight @ weight)


def _solution_of(runs: Sequence[Ran]) -> tuple[Array, Array, float]:
    """Mean and inverse covariance of what the solution held by all runs, and log evidence but for what is shared."""
    none = np.eye(SOLUTION.stop - SOLUTION.start)
    inverse: Array = none + np.sum([run.solution[1] - none for run in runs], axis=0)
    pull: Array = np.sum([run.solution[1] @ run.solution[0] for run in runs], axis=0)
    mean = np.asarray(np.linalg.solve(inverse, pull), dtype=np.float64)
    log_evidence = sum(run.posterior.log_evidence for run in runs) - _log_normal(mean, mean, inverse)
    for run in runs:
        log_evidence += _log_normal(mean, *run.solution) - _log_normal(mean, 0.0 * mean, none)
    return mean, inverse, float(log_evidence + _log_normal(mean, 0.0 * mean, none))


def _log_normal(at: Array, mean: Array, inverse: Array) -> float:
    """Log density of a normal distribution from its inverse covariance."""
    return float(multivariate_normal(mean, np.linalg.inv(inverse)).logpdf(at))
