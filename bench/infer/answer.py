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
from bench.infer.others import OTHERS
from bench.infer.told import CARBONATE, Told, with_carbonate
from bench.infer.weighed import other_posterior
from bench.world.quantities import K_D

NEAR = 3.0
"""Nats of evidence within which a world explains a trace about as well as the best."""
POORLY_SAMPLED = 0.2
"""Share of an answer that may be of worlds with too few effective draws: its intervals hardly move with it."""
SLIGHT = 0.01
"""Share of the evidence below which a world does not count."""
IDENTIFIED = 20.0
"""Support that k_d needs to be known from both sides, and 1 over it that excludes a k_d."""
N_SUPPORT = 60
"""Values of k_d at which support is looked at."""
EDGE, PILED = 0.01, 0.1
"""An end of a prior: this share of it, with that share of the posterior in it."""

N_DRAWS = 1000
"""Draws that the trace is held against."""
N_BLOCKS = 8
"""Blocks of samples whose means are looked at."""
CLIPPED = 3.0
"""Residuals count as no more than this, in standard deviations: a bubble is no misfit."""
CHANCE = 0.01
"""Chance of an alarm where nothing is wrong."""


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
        return float(special.logsumexp(log)) - math.log(len(self.told.names))

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
        """Chance that the same measurement made again would look as bad, over all worlds that count."""
        counted = {name: share for name, share in self.share.items() if share >= SLIGHT}
        return sum(share * predictive_p(self.worlds[name]) for name, share in counted.items()) / sum(counted.values())

    @property
    def contradicted(self) -> bool:
        """Whether the trace contradicts what is said of it."""
        return self.predictive_p < CHANCE

    @property
    def sampled(self) -> bool:
        """Whether next to all of the answer is of worlds whose posterior could be had."""
        return sum(share for name, share in self.share.items() if not self.worlds[name].ok) <= POORLY_SAMPLED


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
    >>> answer = answer_of(traces, Told(weighed=("water",)))
    >>> bool(answer.quantile(0.05)[0] < truth[0, 0] < answer.quantile(0.95)[0]), answer.contradicted
    (True, False)
    """
    if traces.n_cases != 1:
        raise BenchError(f"infer 'traces': number must be 1, got {traces.n_cases}. Give one trace at a time.")
    told = told or Told()
    laboratory, chemistry = told.laboratory_of(traces), told.chemistry
    plain = next(untold_posteriors(traces, laboratory, told.prior, chemistry))
    worlds: dict[str, UntoldPosterior] = {}
    for name in told.names:
        if name == told.water:
            worlds[name] = plain
        elif name == CARBONATE:
            worlds[name] = next(untold_posteriors(traces, with_carbonate(laboratory), told.prior, chemistry))
        else:
            best = max((each.log_evidence for each in worlds.values()), default=-math.inf)
            worlds[name] = other_posterior(plain, next(each for each in OTHERS if each.name == name), best)
    return Answer(traces, told, worlds)


def predictive_p(posterior: UntoldPosterior) -> float:
    """Chance that the same measurement made again would look as bad as the trace.

    Four things are looked at, against each draw of the posterior: the lag-1 correlation of the residuals, the largest
    mean of a block of them, and whether they are larger or smaller than the noise, so that no noise that is told hides
    a misfit. Draws that have learnt from the trace itself make the check mild.

    Parameters
    ----------
    posterior : UntoldPosterior
        Of one trace.

    Returns
    -------
    float
        Smallest of the four chances times four, at most 1.

    Source: Gelman, Meng & Stern, Statistica Sinica 6 (1996) 733-807.
    """
    shown, again, sd = posterior.predicted(N_DRAWS)
    real, replicated = (_measures(np.clip((ph - shown) / sd, -CLIPPED, CLIPPED)) for ph in (posterior.run.ph, again))
    p = (1 + (replicated >= real).sum(axis=1)) / (1 + N_DRAWS)
    return float(min(1.0, len(p) * p.min()))


def _measures(residual: Array) -> Array:
    """Lag-1 correlation, largest mean of a block in standard deviations, mean size and its negative, (4, draw)."""
    n = residual.shape[1]
    correlation = (residual[:, 1:] * residual[:, :-1]).sum(axis=1) / np.maximum((residual**2).sum(axis=1), 1e-12)
    blocks = np.array_split(np.arange(n), min(N_BLOCKS, n))
    means = [np.abs(residual[:, block].sum(axis=1)) / np.sqrt(len(block)) for block in blocks]
    size = np.abs(residual).mean(axis=1)
    return np.stack([correlation, np.max(means, axis=0), size, -size])
