"""A declared error of the model itself: the curve may deviate from every world by smooth, small waves in ln t."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.linalg import solve_triangular

from bench.arrays import Array
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.likelihood import log_density
from bench.seeding import Stream
from bench.world.laboratory import Laboratory

N_WAVES = 12
FIRST_S = 10.0
"""Waves are even in ln(1 + t / this) [s]."""
N_EQUAL = 1000
"""Equal draws of the posterior that are weighed again."""
N_NOISES = 6
"""Values of the noise that are averaged over."""


@dataclass(frozen=True)
class Deviations:
    """Cosines in ln t, each with an amplitude of its own.

    Parameters
    ----------
    sd : float
        Standard deviation of each amplitude [pH].
    longest_s : float
        Time to which they reach [s].
    """

    sd: float
    longest_s: float

    def waves(self, time_s: Array) -> Array:
        """Their shapes, as large as one standard deviation.

        Parameters
        ----------
        time_s : array, shape (sample,)
            Times [s].

        Returns
        -------
        array, shape (sample, 12)
            In pH.
        """
        share = np.log1p(time_s / FIRST_S) / math.log1p(self.longest_s / FIRST_S)
        return np.asarray(self.sd * np.cos(np.pi * np.arange(1, N_WAVES + 1) * share[:, None]))

    def noise_to_sample_with(self, noise_sd: float, n_samples: int) -> float:
        """Noise under which draws are as wide as deviations of so many samples make them.

        Parameters
        ----------
        noise_sd : float
            Without deviations [pH].
        n_samples : int
            Of the trace.

        Returns
        -------
        float
            Standard deviation [pH].
        """
        return math.hypot(noise_sd, self.sd * math.sqrt(0.5 * n_samples))


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is left of a trace with its deviations.

    Parameters
    ----------
    targets : array, shape (draw, 2)
        E0 and k_d.
    readings : array, shape (draw, sample)
        What the electrode would show, with noise [pH].
    log_evidence, effective_size : float
        Of the trace under deviations, and of the draws before they were made equal.
    """

    targets: Array
    readings: Array
    log_evidence: float
    effective_size: float


def forecast_with(
    deviations: Deviations, posterior: UntoldPosterior, ph: Array, time_s: Array, laboratory: Laboratory
) -> Forecast:
    """Forecast readings where the model itself may be a little wrong.

    Parameters
    ----------
    deviations : Deviations
        How wrong.
    posterior : UntoldPosterior
        Of the trace with the noise of ``noise_to_sample_with``.
    ph : array, shape (sample,)
        The trace.
    time_s : array, shape (later,)
        When to forecast [s].
    laboratory : Laboratory
        Distribution of the noise.

    Returns
    -------
    Forecast
        Equal draws.
    """
    generator = Stream("infer/deviations").generator(0)
    noises = laboratory.noise_sd * laboratory.noise_factor ** np.linspace(-1.0, 1.0, N_NOISES)
    before = posterior.run.time_s
    rows = posterior.chosen(N_EQUAL, generator)
    both = np.concatenate([before, time_s])
    bare = posterior.curves(rows, both, reading=True)
    shown = bare + posterior.draws[rows, 7, None] + posterior.draws[rows, 8, None] * both
    run = posterior.run._replace(ph=np.ascontiguousarray(ph))
    sampled = [
        log_density(np.ascontiguousarray(each[: len(before)]), float(noise), beta, run)
        for each, noise, beta in zip(bare, posterior.draws[rows, 5], posterior.sample.beta[rows], strict=True)
    ]
    residual, later = ph - shown[:, : len(before)], shown[:, len(before) :]
    log = _log_likelihood(deviations.waves(before), residual, _variances(noises, laboratory))
    log -= np.array(sampled)[:, None] + math.log(N_EQUAL) + math.log(N_NOISES)
    total = float(special.logsumexp(log))
    by_draw = np.exp(special.logsumexp(log, axis=1) - total)
    chosen = generator.choice(log.size, N_EQUAL, p=np.exp(log - total).ravel())
    draw, noise = np.divmod(chosen, N_NOISES)
    readings = later[draw]
    for number in range(N_NOISES):
        mine = np.flatnonzero(noise == number)
        variance = _variances(noises, laboratory)[number]
        readings[mine] += _waves_left(deviations, before, time_s, residual[draw[mine]], variance, generator)
        readings[mine] += math.sqrt(variance) * generator.standard_normal(readings[mine].shape)
    evidence = total + posterior.log_evidence
    return Forecast(posterior.draws[rows, :2][draw], readings, evidence, 1.0 / float(by_draw @ by_draw))


def _variances(noises: Array, laboratory: Laboratory) -> Array:
    """Variance of one reading, with rounding."""
    return np.asarray(noises**2 + laboratory.step_ph**2 / 12.0)


def _log_likelihood(waves: Array, residual: Array, variances: Array) -> Array:
    """Log density of residuals with waves integrated out, shape (draw, noise)."""
    n = len(waves)
    found = np.empty((len(residual), len(variances)))
    for number, variance in enumerate(variances):
        factor = np.linalg.cholesky(waves @ waves.T + variance * np.eye(n))
        white = solve_triangular(factor, residual.T, lower=True)
        found[:, number] = -0.5 * (white**2).sum(axis=0) - np.log(np.diag(factor)).sum() - 0.5 * n * math.log(2 * np.pi)
    return found


def _waves_left(
    deviations: Deviations,
    before: Array,
    time_s: Array,
    residual: Array,
    variance: float,
    generator: np.random.Generator,
) -> Array:
    """Deviations later on, drawn given what the trace leaves over, shape (draw, later)."""
    waves = deviations.waves(before)
    covariance = np.linalg.inv(np.eye(N_WAVES) + waves.T @ waves / variance)
    mean = residual @ waves @ covariance / variance
    amplitudes = mean + generator.standard_normal(mean.shape) @ np.linalg.cholesky(covariance).T
    return np.asarray(amplitudes @ deviations.waves(time_s).T)
