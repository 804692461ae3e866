"""Rounds of importance sampling: draw, weigh against all rounds together, learn, until enough draws count."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from bench.arrays import Array
from bench.ceiling.untold.chains import mixture_of
from bench.ceiling.untold.likelihood import N_LINEAR, Run
from bench.ceiling.untold.mixture import FREEDOM, draw, learn, log_mixtures

ENOUGH = 300.0
"""Effective size at which sampling ends."""
WORST_PARETO_K = 0.7
"""Shape of the largest weights' tail beyond which they are not trusted (Vehtari et al., JMLR 25 (2024) 72)."""
LEAST_ROUNDS = 3
ROUNDS = (400,) * 8 + (2500,) * 4
"""Draws of each round: what most cases need, then a second tier."""
MOST_COMPONENTS = 160
FLOOR = 0.05
"""Share of the first mixture that is spread evenly over its components, so that no part is left out."""
N_LOCAL, LARGE = 4, 0.02
"""Components that a round may add, at draws with at least this share of the weight."""
WIDER = 1.3
"""Factor of the first mixture's covariances: too wide costs draws, too narrow costs what it does not reach."""
KEPT = 0.25
"""Share of every later round that is drawn from the first mixture: what is learnt forgets parts that few draws met."""
SLIGHT = 1e-5
"""Components with less than this share are dropped."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Weighted draws of a trace's posterior.

    Parameters
    ----------
    z, beta : array, shape (draw, coordinate) and (draw, 5)
        Points, and the linear nuisances in standard deviations.
    weight : array, shape (draw,)
        Sum to 1.
    effective_size, pareto_k : float
        How many equal draws they are worth, and the shape of the largest weights' tail.
    log_evidence : float
        Log of the trace's density under the prior.
    mode, mode_beta : array
        The best point.
    """

    z: Array
    beta: Array
    weight: Array
    effective_size: float
    pareto_k: float
    log_evidence: float
    mode: Array
    mode_beta: Array


@dataclass
class _Mixture:
    """A proposal that learns."""

    weight: Array
    means: Array
    covariances: Array
    betas: Array
    factors: Array = field(init=False)
    log_share: Array = field(init=False)

    def __post_init__(self) -> None:
        self.factors = np.asarray(np.linalg.cholesky(self.covariances), dtype=np.float64)
        log_volume = np.log(np.diagonal(self.factors, axis1=1, axis2=2)).sum(axis=1)
        self.log_share = np.log(self.weight) - log_volume

    def log_density(self, z: Array) -> Array:
        value = np.empty(len(z))
        log_mixtures(z, self.log_share, self.means, self.factors, value)
        return value

    def learnt(self, z: Array, beta: Array, weight: Array, effective_size: float) -> _Mixture:
        """After one step towards weighted draws, with new components at the heaviest."""
        share, means, covariances = self.weight.copy(), self.means.copy(), self.covariances.copy()
        learn(z, weight, self.log_share, share, means, covariances, self.factors, (z.shape[1] + 2.0) / effective_size)
        kept = share > SLIGHT
        share, means, covariances, betas = share[kept], means[kept], covariances[kept], self.betas[kept]
        factors = np.linalg.cholesky(covariances)
        heavy = [i for i in np.argsort(weight)[-N_LOCAL:] if weight[i] > LARGE]
        near = [
            int(
                np.argmin(
                    [np.sum(np.linalg.solve(each, z[i] - m) ** 2) for each, m in zip(factors, means, strict=True)]
                )
            )
            for i in heavy
        ]
        share = np.append(share, weight[heavy])
        means = np.concatenate([means, z[heavy]])
        covariances = np.concatenate([covariances, covariances[near]])
        betas = np.concatenate([betas, beta[heavy]])
        return _Mixture(share / share.sum(), means, covariances, betas)

    def beside(self, first: _Mixture) -> _Mixture:
        """With a share of the first mixture."""
        return _Mixture(
            np.append((1.0 - KEPT) * self.weight, KEPT * first.weight),
            np.concatenate([self.means, first.means]),
            np.concatenate([self.covariances, first.covariances]),
            np.concatenate([self.betas, first.betas]),
        )


def sample(run: Run, n_coordinates: int, generator: np.random.Generator) -> Sample:
    """Sample the posterior of one trace."""
    nodes, n, mode, mode_beta = mixture_of(run, n_coordinates, MOST_COMPONENTS)
    weight = np.exp(nodes.log_weight[:n] - nodes.log_weight[:n].max())
    weight = (1.0 - FLOOR) * weight / weight.sum() + FLOOR / n
    mixture = _Mixture(weight, nodes.means[:n].copy(), WIDER * nodes.covariances[:n], nodes.betas[:n].copy())
    first = learner = mixture
    z, beta = np.empty((0, n_coordinates)), np.empty((0, N_LINEAR))
    log_target, log_proposal = np.empty(0), np.empty(0)  # of the draws, under all rounds so far
    used: list[tuple[int, _Mixture]] = []
    for number, n_draws in enumerate(ROUNDS, 1):
        new_z, new_beta, new_target = (
            np.empty((n_draws, n_coordinates)),
            np.empty((n_draws, N_LINEAR)),
            np.empty(n_draws),
        )
        component = generator.choice(len(mixture.weight), n_draws, p=mixture.weight).astype(np.float64)
        normal = generator.standard_normal((n_draws, n_coordinates + N_LINEAR))
        tail = FREEDOM / generator.chisquare(FREEDOM, n_draws)
        draw(component, normal, tail, mixture.means, mixture.factors, mixture.betas, run, new_z, new_beta, new_target)
        used.append((n_draws, mixture))
        mine = math.log(n_draws) + mixture.log_density(z)
        of_new = [math.log(size) + each.log_density(new_z) for size, each in used]
        log_proposal = np.append(np.logaddexp(log_proposal, mine), special.logsumexp(of_new, axis=0))
        z, beta = np.concatenate([z, new_z]), np.concatenate([beta, new_beta])
        log_target = np.append(log_target, new_target)
        log_weight = log_target - log_proposal
        total = special.logsumexp(log_weight)
        weight = np.exp(log_weight - total)
        effective_size = 1.0 / float(weight @ weight)
        shape = math.nan
        if number >= LEAST_ROUNDS and effective_size >= ENOUGH:
            shape = pareto_shape(weight)
            if shape <= WORST_PARETO_K:
                break
        if number < len(ROUNDS):
            learner = learner.learnt(z, beta, weight, effective_size)
            mixture = learner.beside(first)
    else:
        shape = pareto_shape(weight)
    d = n_coordinates
    constant = math.lgamma(0.5 * (FREEDOM + d)) - math.lgamma(0.5 * FREEDOM) - 0.5 * d * math.log(FREEDOM * math.pi)
    log_evidence = float(total) - 0.5 * d * math.log(2.0 * math.pi) - constant
    return Sample(z, beta, weight, effective_size, shape, log_evidence, mode, mode_beta)


def pareto_shape(weight: Array) -> float:
    """Shape of the generalised Pareto distribution of the largest weights.

    Source: Zhang & Stephens, Technometrics 51 (2009) 316-325, as in Vehtari et al., JMLR 25 (2024) 72.
    """
    n_tail = int(min(0.2 * len(weight), 3.0 * math.sqrt(len(weight))))
    ordered = np.sort(weight)
    excess = ordered[-n_tail:] - ordered[-n_tail - 1]
    excess = excess[excess > 0]
    n = len(excess)
    if n < 5:
        return 0.0
    n_grid = 30 + int(math.sqrt(n))
    theta = 1.0 / excess[-1] + (1.0 - np.sqrt(n_grid / (np.arange(1, n_grid + 1) - 0.5))) / (
        3.0 * excess[int(n / 4 + 0.5) - 1]
    )
    k = np.mean(np.log1p(-theta[:, None] * excess), axis=1)
    profile = n * (np.log(-theta / k) - k - 1.0)
    share = special.softmax(profile)
    shape = float(np.mean(np.log1p(-np.sum(share * theta) * excess)))
    return (n * shape + 5.0) / (n + 10.0)
