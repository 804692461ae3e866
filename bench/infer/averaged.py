"""Posteriors in worlds whose curves are integrated, and over the amounts of a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from bench.arrays import Array
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.likelihood import LAG
from bench.ceiling.untold.sampling import WORST_PARETO_K, Beaker, Sample, values
from bench.infer.exact import shown_at

LEAST_SIZE = 100.0
"""Effective draws from which on an average over amounts is trusted: its means are within a tenth of its spread."""

NEGLIGIBLE = 1e-12
"""Draws with less of the weight than this are dropped."""


@dataclass(frozen=True, eq=False)
class Integrated(UntoldPosterior):
    """Posterior in a world whose carbon takes its time.

    Parameters
    ----------
    shift : array, shape (sample,)
        What was taken from the trace to sample it as in pure water [pH].
    """

    shift: Array

    def _curves(self, rows: NDArray[np.int64], time_s: Array, reading: bool) -> Array:
        """PH of some draws, by the integrated curves."""
        drawn = np.array(self.draws[rows])
        drawn[:, LAG] *= reading
        return shown_at(Beaker(self.known, self.laboratory, self.world), drawn, self.sample.beta[rows], time_s)

    def _reading(self, z: Array, beta: Array) -> Array:
        """What the electrode shows at a point, without noise."""
        time_s, point = self.run.time_s, values(z[None], self.run)
        shown = shown_at(Beaker(self.known, self.laboratory, self.world), point, beta[None], time_s)[0]
        laboratory = self.laboratory
        return np.asarray(shown + laboratory.offset_sd * beta[0] + laboratory.drift_sd_per_s * beta[1] * time_s)


@dataclass(frozen=True, eq=False)
class Averaged(UntoldPosterior):
    """Posterior over the amounts of a world; what is of one point alone is that of the likeliest amount.

    Parameters
    ----------
    parts : tuple of UntoldPosterior
        By amount; the sum of their evidence is that of the world.
    """

    parts: tuple[UntoldPosterior, ...]

    @property
    def ok(self) -> bool:
        """Whether the answer can be trusted: enough effective draws, none that outweighs all others."""
        return self.effective_size >= LEAST_SIZE and self.sample.pareto_k <= WORST_PARETO_K

    def counts(self, n_draws: int) -> list[int]:
        """How many of so many equal draws are of each part.

        Parameters
        ----------
        n_draws : int
            How many in all.

        Returns
        -------
        list of int
            By amount.
        """
        ends = np.cumsum(special.softmax([each.log_evidence for each in self.parts]))
        return [int(n) for n in np.diff(np.round(n_draws * np.append(0.0, ends)))]

    def predicted(self, n_draws: int) -> tuple[Array, Array, Array]:
        """As of every posterior.

        Parameters
        ----------
        n_draws : int
            How many.

        Returns
        -------
        shown, replicated : array, shape (n_draws, sample)
            Readings without noise, and of the same measurement made again.
        noise_sd : array, shape (n_draws, 1)
            Standard deviation of noise and rounding [pH].
        """
        each = [part.predicted(n) for part, n in zip(self.parts, self.counts(n_draws), strict=True) if n > 0]
        shown, again, noise_sd = (np.concatenate(columns) for columns in zip(*each, strict=True))
        return shown, again, noise_sd

    def forecast(self, time_s: Array, n_draws: int, reading: bool = False) -> Array:
        """As of every posterior.

        Parameters
        ----------
        time_s : array, shape (sample,)
            Times by the protocol's clock [s].
        n_draws : int
            How many draws to follow.
        reading : bool
            What the electrode shows, without noise; otherwise the pH of the beaker.

        Returns
        -------
        array, shape (n_draws, sample)
            One curve a draw.
        """
        counts = zip(self.parts, self.counts(n_draws), strict=True)
        return np.concatenate([part.forecast(time_s, n, reading) for part, n in counts if n > 0])


def average(parts: Sequence[UntoldPosterior]) -> Averaged:
    """Put the posteriors at the amounts of a world together.

    Parameters
    ----------
    parts : sequence of UntoldPosterior
        As ``other_posteriors`` gives them.

    Returns
    -------
    Averaged
        Over the amounts.
    """
    log = np.array([each.log_evidence for each in parts])
    best = parts[int(np.argmax(log))]
    weight = np.concatenate([share * each.weight for share, each in zip(special.softmax(log), parts, strict=True)])
    kept = weight > NEGLIGIBLE
    weight = weight[kept] / weight[kept].sum()
    z, beta, draws = (
        np.concatenate(columns)[kept]
        for columns in zip(*[(each.sample.z, each.sample.beta, each.draws) for each in parts], strict=True)
    )
    sample = Sample(
        z,
        beta,
        weight,
        1.0 / float(weight @ weight),
        best.sample.pareto_k,
        float(special.logsumexp(log)),
        best.sample.mode,
        best.sample.mode_beta,
    )
    return Averaged(draws, weight, sample, best.run, best.known, best.laboratory, best.prior, best.world, tuple(parts))
