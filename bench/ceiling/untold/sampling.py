"""Rounds of importance sampling: draw, weigh against all rounds together, learn, until enough draws count.

Draws are in groups, and no group learns from its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from bench.arrays import Array
from bench.ceiling.untold.chains import Node, nodes_of
from bench.ceiling.untold.fit import room_for
from bench.ceiling.untold.likelihood import CARBONATE, N_LINEAR, Run, values_of_all
from bench.ceiling.untold.mixture import FREEDOM, Mixture
from bench.ceiling.untold.weighing import draw_linear, weigh
from bench.errors import BenchError
from bench.world.equilibria import World
from bench.world.laboratory import Laboratory
from bench.world.mixing import packed_with_carbonate
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

ENOUGH = 300.0
"""Effective size at which sampling ends."""
WORST_PARETO_K = 0.7
"""Shape of the largest weights' tail beyond which they are not trusted (Vehtari et al., JMLR 25 (2024) 72)."""
LEAST_ROUNDS = 3
ROUNDS = (300,) * 10 + (2400,) * 4
"""Draws of each round: what most cases need, then a second tier."""
FLOOR = 0.05
"""Share of the first mixture that is spread evenly over its components, so that no part is left out."""
WIDER = 1.3
"""Factor of the first mixture's covariances: too wide costs draws, too narrow costs what it does not reach."""
N_GROUPS = 3
"""Groups of draws, each of which learns from the others."""
KEPT = 0.2
"""Share of every later round that is drawn from the first mixture: what is learnt forgets parts that few draws met."""
Weighed = Callable[[Array, Array], tuple[Array, Array, Array]]
"""Draws and where their linear nuisances begin, to those that may be, theirs drawn, and log of target over proposal."""

NO_TABLE = "untold 'trace': progress curve must have a table, got too many nodes. Report it as a bug."


@dataclass(frozen=True, eq=False)
class Beaker:
    """What is known of a trace's beaker, and how far it may be from that."""

    recorded: Array
    laboratory: Laboratory
    world: World

    def held(self, beside: Array) -> Array:
        """Known inputs of beakers, shape (point, 5), from initial pH, temperature and log substrate (point, 3)."""
        known = np.repeat(self.recorded[None], len(beside), axis=0)
        known[:, INITIAL_PH] += self.laboratory.initial_ph_sd * beside[:, 0]
        known[:, TEMPERATURE] += self.laboratory.temperature_sd_C * beside[:, 1]
        known[:, SUBSTRATE] *= np.exp(self.laboratory.substrate_share_sd * beside[:, 2])
        return known

    def packed(self, values: Array, beta: Array) -> Array:
        """Packed cases of points from their values, shape (point, constant)."""
        return packed_with_carbonate(self.held(beta[:, 2:]), values[:, CARBONATE], self.world)


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


class Group:
    """Draws whose mixtures learn from the draws of other groups alone.

    A mixture that had learnt from a draw would be denser about it and make it count for less, the more so the heavier
    it was: a fifth of the evidence was lost so at 600 s with water, and no weight showed it.
    """

    def __init__(self, first: Mixture) -> None:
        self.first = self.learner = first
        self.used: list[tuple[int, Mixture]] = []
        self.z, self.beta = np.empty((0, first.means.shape[1])), np.empty((0, N_LINEAR))
        self.log_target, self.of_first, self.of_learners = np.empty(0), np.empty(0), np.empty(0)

    def grow(self, n_draws: int, weighed: Weighed, generator: np.random.Generator) -> None:
        """Draw some more, from what is learnt and from the first mixture."""
        mixture = self.learner.beside(self.first, KEPT) if self.used else self.first
        z, beta, target = weighed(*mixture.draw(n_draws, generator))
        self.used.append((n_draws, self.learner))
        self.of_learners = np.append(
            self.of_learners + n_draws * self.learner.density(self.z),
            sum(size * each.density(z) for size, each in self.used),
        )
        self.of_first = np.append(self.of_first, self.first.density(z))
        self.z, self.beta = np.concatenate([self.z, z]), np.concatenate([self.beta, beta])
        self.log_target = np.append(self.log_target, target)

    @property
    def log_weight(self) -> Array:
        """Log weights of the draws, against all rounds of the group together."""
        n_drawn = sum(size for size, _ in self.used)
        return np.asarray(self.log_target - np.log((1.0 - KEPT) * self.of_learners + KEPT * n_drawn * self.of_first))


def sample(run: Run, beaker: Beaker, n_coordinates: int, generator: np.random.Generator) -> Sample:
    """Sample the posterior of one trace."""
    nodes, mode = nodes_of(run, n_coordinates)
    room = room_for(run, n_coordinates)

    def weighed(z: Array, beta: Array) -> tuple[Array, Array, Array]:
        target = np.empty(len(z))
        draw_linear(z, beta, generator.standard_normal((len(z), N_LINEAR)), run, room, target)
        weigh(z, beta, beaker.packed(values(z, run), beta), run, room, target)
        if np.isnan(target).any():
            raise BenchError(NO_TABLE)
        return z, beta, target

    return replace(in_rounds(mixture_of(nodes), weighed, ROUNDS, generator), mode=mode.z, mode_beta=mode.beta)


def mixture_of(nodes: list[Node]) -> Mixture:
    """What is drawn from first: about every fit, somewhat wider."""
    return Mixture(
        (1.0 - FLOOR) * special.softmax([node.log_weight for node in nodes]) + FLOOR / len(nodes),
        np.array([node.point.z for node in nodes]),
        WIDER * np.array([node.covariance for node in nodes]),
        np.array([node.point.beta for node in nodes]),
        np.array([node.point.follow for node in nodes]),
    )


def in_rounds(
    first: Mixture,
    weighed: Weighed,
    rounds: Sequence[int],
    generator: np.random.Generator,
    wanted: Callable[[float], float] = lambda log_evidence: ENOUGH,
) -> Sample:
    """Draw in rounds until as many draws count as are ``wanted`` at a log evidence; 0 asks for no more."""
    d = first.means.shape[1]
    constant = math.lgamma(0.5 * (FREEDOM + d)) - math.lgamma(0.5 * FREEDOM) - 0.5 * d * math.log(FREEDOM * math.pi)
    constant += math.log(N_GROUPS) + 0.5 * d * math.log(2.0 * math.pi)
    groups = [Group(first) for _ in range(N_GROUPS)]
    for number, n_draws in enumerate(rounds, 1):
        for group in groups:
            group.grow(n_draws // N_GROUPS, weighed, generator)
        z, beta, log_weight = _pooled(groups)
        total = float(special.logsumexp(log_weight))
        weight = np.exp(log_weight - total)
        size, least = 1.0 / float(weight @ weight), wanted(total - constant)
        enough = number >= LEAST_ROUNDS and size >= least
        if number == len(rounds) or (enough and (least == 0.0 or pareto_shape(weight) <= WORST_PARETO_K)):
            break
        learn(groups)
    best = int(np.argmax(np.concatenate([group.log_target for group in groups])))
    return Sample(z, beta, weight, size, pareto_shape(weight), total - constant, z[best], beta[best])


def learn(groups: list[Group]) -> None:
    """Have every group learn from the draws of the others."""
    for group in groups:
        z, beta, log_weight = _pooled([other for other in groups if other is not group])
        weight = special.softmax(log_weight)
        group.learner = group.learner.learnt(z, beta, weight, 1.0 / float(weight @ weight))


def _pooled(groups: list[Group]) -> tuple[Array, Array, Array]:
    """Draws of several groups, their linear nuisances and log weights."""
    return (
        np.concatenate([group.z for group in groups]),
        np.concatenate([group.beta for group in groups]),
        np.concatenate([group.log_weight for group in groups]),
    )


def values(z: Array, run: Run) -> Array:
    """Values of points, shape (point, 7), without carbonate 0 of it."""
    found = np.zeros((len(z), CARBONATE + 1))
    values_of_all(z, run, found)
    return found


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
