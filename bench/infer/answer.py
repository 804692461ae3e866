"""The laboratory's answer: posteriors of the worlds that explain one trace, averaged by their evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.answer import NEARLY_ZERO, UntoldPosterior
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import Prior
from bench.errors import BenchError
from bench.infer.averaged import average
from bench.infer.check import CHANCE, predictive_p
from bench.infer.others import OTHERS, other_posteriors
from bench.infer.told import Told
from bench.world.quantities import K_D

NEAR = 3.0
"""Nats of evidence within which a world explains a trace about as well as the best."""
IDENTIFIED = 20.0
"""Support that k_d needs to be known from both sides, and 1 over it that excludes a k_d."""
N_SUPPORT = 60
"""Values of k_d at which support is looked at."""
EDGE, PILED = 0.01, 0.1
"""An end of a prior: this share of it, with that share of the posterior in it."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What one trace says of E0 and k_d, over all worlds that are left.

    Parameters
    ----------
    traces : Traces
        The single case.
    told : Told
        What was told of its measurement.
    worlds : dict
        Posterior by name of the world.
    """

    traces: Traces
    told: Told
    worlds: dict[str, UntoldPosterior]

    @property
    def prior(self) -> Prior:
        """Prior of E0 and k_d."""
        return self.told.prior

    @cached_property
    def share(self) -> dict[str, float]:
        """Posterior probability of each world, equal before the trace; the likeliest first."""
        log = {name: world.log_evidence for name, world in self.worlds.items()}
        shares = special.softmax(list(log.values()))
        return dict(sorted(zip(log, shares.tolist(), strict=True), key=lambda each: -each[1]))

    @property
    def log_evidence(self) -> float:
        """Log density of the trace, averaged over the worlds."""
        log = [world.log_evidence for world in self.worlds.values()]
        return float(special.logsumexp(log)) - math.log(len(log))

    @property
    def near(self) -> list[str]:
        """Worlds that explain the trace about as well as the best, which is the first."""
        best = max(self.share.values())
        return [name for name, share in self.share.items() if share >= best * np.exp(-NEAR)]

    @cached_property
    def draws(self) -> tuple[Array, Array]:
        """E0, k_d of every draw of every world, shape (draw, 2), and its weight."""
        draws = np.concatenate([self.worlds[name].draws[:, :2] for name in self.share])
        return draws, np.concatenate([share * self.worlds[name].weight for name, share in self.share.items()])

    @property
    def mean(self) -> Array:
        """Posterior means of E0 [g/L] and k_d [1/s]."""
        draws, weight = self.draws
        return np.asarray(weight @ draws)

    @property
    def sd(self) -> Array:
        """Posterior standard deviations."""
        draws, weight = self.draws
        return np.asarray(np.sqrt(weight @ (draws - self.mean) ** 2))

    def quantile(self, share: float) -> Array:
        """Quantiles of E0 and k_d.

        Parameters
        ----------
        share : float
            Between 0 and 1.

        Returns
        -------
        array, shape (2,)
            Of the average.
        """
        draws, weight = self.draws
        order = np.argsort(draws, axis=0)
        reached = np.cumsum(weight[order], axis=0) - 0.5 * weight[order]
        columns = zip(reached.T, np.take_along_axis(draws, order, axis=0).T, strict=True)
        return np.array([np.interp(share, below, values) for below, values in columns])

    @property
    def k_d_grid(self) -> Array:
        """Values of k_d at which support is looked at [1/s]."""
        return np.geomspace(*self.prior.k_d_per_s, N_SUPPORT + 2)[1:-1]

    @cached_property
    def support(self) -> Array:
        """How much better the trace is explained with each k_d of the grid than with none, over all worlds.

        With a uniform prior, which has next to nothing near 0, the least k_d of the grid stands for none.
        """
        grid = self.k_d_grid
        gain, none = np.zeros(len(grid)), 0.0
        low, high = self.prior.k_d_per_s
        for name, share in self.share.items():
            world = self.worlds[name]
            mine = np.exp([world.log_gain(K_D, k_d) for k_d in grid.tolist()])
            gain += share * mine
            below = world.draws[:, K_D] < low * (high / low) ** NEARLY_ZERO
            none += share * (float(world.weight @ below) / NEARLY_ZERO if self.prior.log else float(mine[0]))
        return np.asarray(gain / max(none, 1e-300))

    @property
    def identified(self) -> bool:
        """Whether the trace asks for a k_d above 0."""
        return bool(self.support.max() >= IDENTIFIED)

    @property
    def k_d_below(self) -> float | None:
        """Least k_d that is excluded, with all above it [1/s]; None where the trace excludes none."""
        kept = np.flatnonzero(self.support >= 1.0 / IDENTIFIED)
        return float(self.k_d_grid[kept[-1] + 1]) if kept[-1] + 1 < len(self.support) else None

    def piled(self, column: int) -> str:
        """Whether the posterior is piled up at an end of its prior.

        Parameters
        ----------
        column : int
            0 for E0, 1 for k_d.

        Returns
        -------
        str
            ``lower`` or ``upper`` for that end; empty for none.
        """
        low, high = (self.prior.E0_g_per_L, self.prior.k_d_per_s)[column]
        draws, weight = self.draws
        value = draws[:, column]
        share = np.log(value / low) / np.log(high / low) if self.prior.log else (value - low) / (high - low)
        ends = {"lower": share < EDGE, "upper": share > 1.0 - EDGE}
        return next((end for end, inside in ends.items() if float(weight @ inside) > PILED), "")

    def disagree(self, column: int) -> bool:
        """Whether worlds that explain the trace about as well say different things of a target.

        Parameters
        ----------
        column : int
            0 for E0, 1 for k_d.

        Returns
        -------
        bool
            True where the median of one lies outside the 90 % interval of another.
        """
        ranges = [[self.worlds[name].quantile(share)[column] for share in (0.05, 0.5, 0.95)] for name in self.near]
        return any(not low <= middle <= high for low, _, high in ranges for _, middle, _ in ranges)

    @cached_property
    def predictive_p(self) -> float:
        """Chance that the same measurement made again would look as bad, over all worlds."""
        return sum(share * predictive_p(self.worlds[name]) for name, share in self.share.items())

    @property
    def contradicted(self) -> bool:
        """Whether the trace contradicts what is said of it."""
        return self.predictive_p < CHANCE

    @property
    def sampled(self) -> bool:
        """Whether the posterior of every world that counts could be had."""
        return all(self.worlds[name].ok for name in self.near)


def answer_of(traces: Traces, told: Told | None = None) -> Answer:
    """Answer one trace under everything that may be the matter with it.

    Parameters
    ----------
    traces : Traces
        A single case.
    told : Told, optional
        What is known of its measurement.

    Returns
    -------
    Answer
        Over the worlds that are left.

    Raises
    ------
    BenchError
        More than one case.

    Examples
    --------
    >>> from bench.draw import draw_parameters
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> from bench.world.laboratory import Laboratory
    >>> from bench.world.mixing import measure_in_laboratory
    >>> known, truth = draw_parameters("example", range(1))
    >>> laboratory = Laboratory(60.0, 2.0)
    >>> traces = measure_in_laboratory(laboratory, known, truth, TEMPERATURE_CORRECTED, "example", range(1))
    >>> answer = answer_of(traces, Told(carbonate_uM=0.0))
    >>> bool(answer.quantile(0.05)[0] < truth[0, 0] < answer.quantile(0.95)[0]), answer.contradicted
    (True, False)
    """
    if traces.n_cases != 1:
        raise BenchError(f"infer 'traces': number must be 1, got {traces.n_cases}. Give one trace at a time.")
    told = told or Told()
    weighed = told.worlds(traces)
    worlds = {
        name: next(untold_posteriors(traces, laboratory, told.prior, world)) for name, laboratory, world in weighed
    }
    _, laboratory, plain = weighed[0]
    for other in OTHERS if told.others else ():
        worlds[other.name] = average(other_posteriors(traces, laboratory, told.prior, other, plain))
    return Answer(traces, told, worlds)
