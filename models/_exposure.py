"""The exposure coordinate: what a sample says of E0 and k_d through the progress curve, and linear fits in it.

In the exposure u(t) = E0 (1 - exp(-k_d t)) / k_d the reaction has one curve pH(u) a case, so every measured pH is a
measurement of u, with a standard deviation of du/dpH times that of the pH. Around the prior's middle k_d the exposure
is linear: u = a phi(t) + b dphi/dk_d(t), with a = E0 and b = E0 (k_d - middle). Nothing here integrates or optimises
over the targets: pH is turned into exposure, and lines are fitted to exposures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.world.equilibria import World
from bench.world.quantities import E0, INITIAL_PH, K_D
from bench.world.simulator import MEASURED_PH, exposure_and_slope
from models._least_squares import HIGH, LOW

MIDDLE_K_D = float(0.5 * (LOW[K_D] + HIGH[K_D]))
"""Where the exposure is linearised [1/s]."""
K_D_SD = float((HIGH[K_D] - LOW[K_D]) / np.sqrt(12.0))
"""Standard deviation of the prior of k_d [1/s]."""
LARGEST_MOVE = 5.0
"""Farthest that a pH is moved towards the fitted curve, in standard deviations of the noise."""
LEAST_E0 = 0.2 * float(LOW[E0])
"""Least enzyme load that k_d and its prior are scaled by [g/L]."""
ANY_E0 = 10.0 * float(HIGH[E0])
"""Standard deviation of the first coefficient's prior [g/L]: only a trace without a usable sample feels it."""


@dataclass(frozen=True, eq=False)
class Exposures:
    """Exposures of the samples of traces.

    Parameters
    ----------
    time_s : array, shape (case, sample)
        Sample times [s], 0 where not valid.
    exposure : array, shape (case, sample)
        Exposures [g s/L]; 0 where the weight is 0.
    weight : array, shape (case, sample)
        Inverse variance of the exposure for a probe noise of one pH [(L/(g s))2]: 0 for padding, and where the pH is
        beyond that of the exhausted reaction.
    """

    time_s: Array
    exposure: Array
    weight: Array


@dataclass(frozen=True, eq=False)
class WeightedFit:
    """Weighted least squares of exposures, with a Gaussian prior on every coefficient.

    Parameters
    ----------
    coefficients : array, shape (case, column)
        The first is E0 [g/L], the second E0 (k_d - middle).
    covariance : array, shape (case, column, column)
        Of the coefficients, were the noise the assumed one.
    misfit : array, shape (case,)
        Mean of the weighted squared residuals, in variances of the pH noise: about 1 where the columns describe the
        trace.
    """

    coefficients: Array
    covariance: Array
    misfit: Array

    @property
    def targets(self) -> Array:
        """E0 [g/L] and k_d [1/s] that the coefficients stand for, shape (case, 2)."""
        a, b = self.coefficients[:, E0], self.coefficients[:, K_D]
        return np.stack([a, MIDDLE_K_D + b / np.maximum(a, LEAST_E0)], axis=1)

    @property
    def sd(self) -> Array:
        """Standard deviations of the targets, shape (case, 2)."""
        a = np.maximum(self.coefficients[:, E0], LEAST_E0)
        return np.asarray(np.sqrt(np.stack([self.covariance[:, E0, E0], self.covariance[:, K_D, K_D] / a**2], axis=1)))


def columns_in_time(time_s: Array) -> Array:
    """What the exposure is made of near the middle k_d: its shape per enzyme load, and the derivative by k_d.

    Examples
    --------
    >>> columns_in_time(np.array([[0.0, 10.0]])).round(2).tolist()
    [[[0.0, -0.0], [9.88, -49.17]]]
    """
    x = MIDDLE_K_D * time_s
    decay = np.exp(-x)
    return np.stack([(1.0 - decay) / MIDDLE_K_D, -(1.0 - decay * (1.0 + x)) / MIDDLE_K_D**2], axis=-1)


def exposures_of(traces: Traces, world: World, noise: float) -> Exposures:
    """Exposures of all samples, their weights taken on a smooth curve.

    A slope taken at the measured pH is wrong in the direction of that sample's noise, which biases a weighted fit by
    up to half a standard deviation. So each pH is first moved to where a first fit has it, the curve is linearised
    there, and the measured pH is carried along the tangent.
    """
    initial_ph = traces.known[:, [INITIAL_PH]]
    ph = np.clip(np.where(traces.valid, traces.ph, initial_ph), *MEASURED_PH)
    exposure, slope = exposure_and_slope(ph, traces.known, world)
    measured = traces.valid & np.isfinite(exposure)
    exposure, slope = np.where(measured, exposure, 0.0), np.where(measured, slope, 1.0)
    columns = columns_in_time(traces.time_s)
    first = weighted_fit(columns, Exposures(traces.time_s, exposure, measured / slope**2), noise)
    towards = (columns @ first.coefficients[:, :, None])[:, :, 0] - exposure
    reach = LARGEST_MOVE * noise
    smooth = np.clip(ph + np.where(measured, np.clip(towards / slope, -reach, reach), 0.0), *MEASURED_PH)
    exposure, slope = exposure_and_slope(smooth, traces.known, world)
    measured &= np.isfinite(exposure)
    slope = np.where(measured, slope, 1.0)
    exposure = np.where(measured, exposure, 0.0) + slope * (ph - smooth)
    return Exposures(traces.time_s, np.where(measured, exposure, 0.0), measured / slope**2)


def weighted_fit(
    columns: Array, exposures: Exposures, noise: float, nuisance_sd: tuple[float, ...] = ()
) -> WeightedFit:
    """Fit exposures by columns.

    The second coefficient has the prior's standard deviation of k_d, times the E0 that the first column alone gives:
    a trace that says nothing of k_d is answered with the middle.

    Examples
    --------
    >>> time_s = np.array([[0.0, 10.0, 20.0, 30.0]])
    >>> columns = columns_in_time(time_s)
    >>> exact = Exposures(time_s, 0.5 * columns[:, :, E0], np.ones_like(time_s))
    >>> weighted_fit(columns, exact, noise=0.001).targets.round(6).tolist()
    [[0.5, 0.002505]]
    """
    weighted = columns * exposures.weight[:, :, None]
    matrix = weighted.transpose(0, 2, 1) @ columns
    vector = (weighted * exposures.exposure[:, :, None]).sum(axis=1)
    information = matrix[:, E0, E0]
    alone = np.divide(vector[:, E0], information, out=np.zeros_like(information), where=information > 0)
    prior_sd = np.empty(vector.shape)
    prior_sd[:, E0] = ANY_E0
    prior_sd[:, K_D] = np.maximum(alone, LEAST_E0) * K_D_SD
    prior_sd[:, K_D + 1 :] = nuisance_sd
    matrix = matrix + (noise / prior_sd)[:, :, None] ** 2 * np.eye(prior_sd.shape[1])
    # Columns differ by powers of ten in their units: scaled, the matrix is well conditioned.
    scale = 1.0 / np.sqrt(np.diagonal(matrix, axis1=1, axis2=2))
    scales = scale[:, :, None] * scale[:, None, :]
    inverse = np.linalg.inv(matrix * scales) * scales
    coefficients = (inverse @ vector[:, :, None])[:, :, 0]
    residual = exposures.exposure - (columns @ coefficients[:, :, None])[:, :, 0]
    n_used = np.maximum((exposures.weight > 0).sum(axis=1), 1)
    misfit = (exposures.weight * residual**2).sum(axis=1) / (noise**2 * n_used)
    return WeightedFit(coefficients, noise**2 * inverse, misfit)
