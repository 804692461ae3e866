"""What the untold posterior of one trace says: draws, intervals, forecasts, support."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from bench.arrays import Array
from bench.ceiling.untold.beaker import empty_curves
from bench.ceiling.untold.likelihood import CARBONATE, DECAY, LAG, NOISE, RAMP, START, Run, look
from bench.ceiling.untold.prior import Prior
from bench.ceiling.untold.sampling import ENOUGH, WORST_PARETO_K, Sample
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.equilibria import World
from bench.world.laboratory import Circumstances, Laboratory
from bench.world.mixing import shown_ph
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

NEARLY_ZERO = 0.1
"""Share of a log-uniform prior of k_d that stands for none: below it no trace of an hour knows k_d."""
SMOOTHING = 0.3
"""Most width of the kernel that densities are had with, in standard deviations of the posterior."""
NAMES = (
    "E0_g_per_L",
    "k_d_per_s",
    "lag_s",
    "start_s",
    "ramp_s",
    "noise_sd",
    "carbonate_uM",
    "offset",
    "drift_per_s",
    "initial_pH",
    "temperature_C",
    "substrate_mM",
)
"""Columns of the draws; the last three are what the beaker held."""


@dataclass(frozen=True, eq=False)
class UntoldPosterior:
    """Posterior of one trace, as weighted draws.

    Parameters
    ----------
    draws : array, shape (draw, 12)
        E0, k_d and every nuisance, in the order and units of ``NAMES``.
    weight : array, shape (draw,)
        Share of the posterior that each stands for.
    sample : Sample
        The same draws in the sampler's coordinates, and how sampling went.
    run : Run
        The trace with its tables, packed for the kernels.
    known : array, shape (5,)
        Known inputs as recorded.
    laboratory : Laboratory
        Distribution of the nuisances.
    prior : Prior
        Of E0 and k_d.
    world : World
        Chemistry, without the carbonate.
    """

    draws: Array
    weight: Array
    sample: Sample
    run: Run
    known: Array
    laboratory: Laboratory
    prior: Prior
    world: World

    @property
    def effective_size(self) -> float:
        """How many equal, independent draws these are worth."""
        return self.sample.effective_size

    @property
    def log_evidence(self) -> float:
        """Log density of the trace under prior and laboratory [1/pH a sample], to compare worlds with."""
        return self.sample.log_evidence

    @property
    def ok(self) -> bool:
        """Whether the answer can be trusted: enough effective draws, no weight that outweighs all others."""
        return self.effective_size >= ENOUGH and self.sample.pareto_k <= WORST_PARETO_K

    @property
    def mean(self) -> Array:
        """Posterior means of E0 [g/L] and k_d [1/s], shape (2,)."""
        return np.asarray(self.weight @ self.draws[:, :2])

    @property
    def sd(self) -> Array:
        """Posterior standard deviations of E0 and k_d, shape (2,)."""
        return np.asarray(np.sqrt(self.weight @ (self.draws[:, :2] - self.mean) ** 2))

    def quantile(self, share: float) -> Array:
        """Quantiles of every column of the draws.

        Parameters
        ----------
        share : float
            Between 0 and 1.

        Returns
        -------
        array, shape (12,)
            In the order and units of ``NAMES``.
        """
        order = np.argsort(self.draws, axis=0)
        ordered = np.take_along_axis(self.draws, order, axis=0)
        reached = np.cumsum(self.weight[order], axis=0) - 0.5 * self.weight[order]
        columns = zip(reached.T, ordered.T, strict=True)
        return np.array([np.interp(share, below, values) for below, values in columns])

    def rank(self, truth: Array) -> Array:
        """Share of the posterior below the truth.

        Parameters
        ----------
        truth : array, shape (2,)
            E0 and k_d.

        Returns
        -------
        array, shape (2,)
            Uniform over many cases where the posterior is right.
        """
        return np.asarray(self.weight @ (self.draws[:, :2] < truth))

    def predicted(self, n_draws: int) -> tuple[Array, Array, Array]:
        """What equal draws of the posterior say of the samples.

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
        generator = Stream("untold/replicated").generator(0)
        rows = self.chosen(n_draws, generator)
        offset, drift, noise_sd = (self.draws[rows, column, None] for column in (7, 8, NOISE))
        shown = self._shown(rows) + offset + drift * self.run.time_s
        ph = shown + noise_sd * generator.standard_normal(shown.shape)
        struck = generator.random(ph.shape) < self.laboratory.outlier_fraction
        ph += np.where(struck, self.laboratory.outlier_sd * generator.standard_normal(ph.shape), 0.0)
        step = self.laboratory.step_ph
        ph = np.round(ph / step) * step if step > 0 else ph
        return shown, np.asarray(ph), np.hypot(noise_sd, step / math.sqrt(12.0))

    def forecast(self, time_s: Array, n_draws: int, reading: bool = False) -> Array:
        """PH that the posterior predicts at any times.

        Parameters
        ----------
        time_s : array, shape (sample,)
            Times by the protocol's clock [s].
        n_draws : int
            How many draws to follow.
        reading : bool
            What the electrode shows, with lag, offset and drift, but no noise; otherwise the pH of the beaker.

        Returns
        -------
        array, shape (n_draws, sample)
            One curve a draw.
        """
        rows = self.chosen(n_draws, Stream("untold/forecast").generator(0))
        offset, drift = self.draws[rows, 7, None], self.draws[rows, 8, None]
        return np.asarray(self.curves(rows, time_s, reading) + reading * (offset + drift * time_s))

    def _shown(self, rows: NDArray[np.int64]) -> Array:
        """What the electrode shows of draws at the samples before offset and drift, by the tables."""
        shown, curves = np.empty((len(rows), len(self.run.time_s))), empty_curves(self.run.table, 1)
        for place, row in enumerate(rows):
            look(self.sample.z[row], self.sample.beta[row], self.run, curves, shown[place : place + 1], False)
        return shown

    def curves(self, rows: NDArray[np.int64], time_s: Array, reading: bool) -> Array:
        """PH of some draws by their own exact curves.

        Parameters
        ----------
        rows : integer array, shape (draw,)
            Which of the draws.
        time_s : array, shape (sample,)
            Times by the protocol's clock, ascending [s].
        reading : bool
            By the electrode, before offset and drift; otherwise in the beaker.

        Returns
        -------
        array, shape (draw, sample)
            PH.
        """
        chosen = self.draws[rows]
        known = np.repeat(self.known[None], len(rows), axis=0)
        known[:, INITIAL_PH], known[:, TEMPERATURE], known[:, SUBSTRATE] = chosen[:, 9], chosen[:, 10], chosen[:, 11]
        drawn = Circumstances(
            known=known,
            lag_s=chosen[:, LAG] * reading,
            start_s=chosen[:, START],
            ramp_s=chosen[:, RAMP],
            offset=chosen[:, 7],
            noise_sd=chosen[:, NOISE],
            drift_per_s=chosen[:, 8],
            carbonate_uM=chosen[:, CARBONATE],
        )
        times = np.array(np.broadcast_to(time_s, (len(rows), len(time_s))))
        return shown_ph(times, np.ones(times.shape, dtype=bool), chosen[:, :2], drawn, self.world)

    def support(self, k_d_per_s: Array) -> Array:
        """How much better the trace is explained with a k_d than with none: p(y | k_d) / p(y | k_d -> 0).

        Parameters
        ----------
        k_d_per_s : array, shape (k_d,)
            Within the prior [1/s].

        Returns
        -------
        array, shape (k_d,)
            1 where a k_d cannot be told from 0; free of the prior on k_d.

        Raises
        ------
        BenchError
            A prior that is uniform, which has next to nothing near 0.
        """
        if not self.prior.log:
            raise BenchError(
                f"prior '{self.prior.name}': k_d must be log-uniform for a support curve, got uniform. "
                "Use the laboratory's prior."
            )
        low, high = self.prior.k_d_per_s
        z = special.ndtri(np.log(np.asarray(k_d_per_s) / low) / math.log(high / low))
        none = float(self.weight @ (self.sample.z[:, DECAY] < special.ndtri(NEARLY_ZERO))) / NEARLY_ZERO
        return np.asarray(np.exp(self._log_gain(DECAY, z)) / max(none, 1e-300))

    @property
    def support_size(self) -> float:
        """Effective draws where k_d is next to none: the support curve is uncertain by a share of one over its root."""
        there = self.weight[self.sample.z[:, DECAY] < special.ndtri(NEARLY_ZERO)]
        return float(there.sum() ** 2 / max(there @ there, 1e-300))

    def log_gain(self, column: int, value: float) -> float:
        """Log of the posterior's density over the prior's, at one value of E0 or k_d.

        Parameters
        ----------
        column : int
            0 for E0, 1 for k_d.
        value : float
            Within the prior [g/L] or [1/s].

        Returns
        -------
        float
            Nats that the trace has taught of that value.
        """
        low, high = (self.prior.E0_g_per_L, self.prior.k_d_per_s)[column]
        share = math.log(value / low) / math.log(high / low) if self.prior.log else (value - low) / (high - low)
        return float(self._log_gain(column, special.ndtri(np.array([share])))[0])

    def _log_gain(self, coordinate: int, at: Array) -> Array:
        """Log of posterior over prior density along a coordinate, both as smooth as the kernel makes them."""
        z = self.sample.z[:, coordinate]
        spread = math.sqrt(self.weight @ (z - self.weight @ z) ** 2)
        width = spread * min(SMOOTHING, self.effective_size**-0.2)
        square = ((at[:, None] - z) / width) ** 2
        log_weight = np.log(np.maximum(self.weight, np.finfo(np.float64).tiny))  # as ``b`` a subnormal one overflows
        log_density = special.logsumexp(log_weight - 0.5 * square, axis=1) - math.log(width)
        prior = -0.5 * at**2 / (1.0 + width**2) - 0.5 * math.log(1.0 + width**2)
        return np.asarray(log_density - prior)

    def chosen(self, n_draws: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Rows of equal draws from the weighted ones, spread as evenly as can be.

        Parameters
        ----------
        n_draws : int
            How many.
        generator : numpy.random.Generator
            Where chance comes from.

        Returns
        -------
        integer array, shape (n_draws,)
            In no order.
        """
        rows = np.searchsorted(np.cumsum(self.weight), (np.arange(n_draws) + generator.random()) / n_draws)
        return generator.permutation(np.minimum(rows, len(self.weight) - 1))
