"""The exact Bayes posterior of every case, by quadrature in both targets: what any method could have known.

The prior is uniform over the box of ``bench.world.quantities``, the noise Gaussian and known, a constant offset of
known spread is integrated out, an electrode lag is part of the model. The posterior sees the samples that were
measured, before any resampling, and knows the acquisition and the world of the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.likelihood import E0_HIGH, E0_LOW, K_D_HIGH, K_D_LOW, LAG, N_SETTINGS, NOISE, OFFSET
from bench.ceiling.marginals import Marginals, gauss_legendre, marginals_of
from bench.ceiling.quadrature import densities_at, predictive, quadrature
from bench.errors import BenchError
from bench.world.acquisition import Acquisition
from bench.world.carbon import pack_world
from bench.world.equilibria import World
from bench.world.quantities import E0, K_D, TARGETS

N_E0 = 12
N_K_D = 16
"""Nodes of the quadrature; twice as many move no mean by 1 % of its standard deviation."""
LAG_RULE = 3
"""Gauss-Legendre points a step of the electrode's integration."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posteriors of many cases, as weighted nodes.

    Parameters
    ----------
    k_d : array, shape (case, n_k_d)
        Nodes [1/s].
    E0 : array, shape (case, n_k_d, n_E0)
        Nodes at each k_d [g/L].
    log_density : array, shape (case, n_k_d, n_E0)
        Log of the posterior's density at each node, per g/L and per 1/s.
    weight : array, shape (case, n_k_d, n_E0)
        Share of the posterior at each node; sums to 1 in every case.
    windows : array, shape (case, 1 + n_k_d, 2)
        Ends of the quadrature: of k_d, then of E0 at each k_d.
    log_evidence : array, shape (case,)
        Log of the integral of the likelihood (without its constant) over the prior.
    """

    k_d: Array
    E0: Array
    log_density: Array
    weight: Array
    windows: Array
    log_evidence: Array

    @property
    def mean(self) -> Array:
        """Posterior means, shape (case, 2): the best answer under squared error."""
        return np.stack(
            [np.sum(self.weight * self.E0, axis=(1, 2)), np.sum(self.weight.sum(axis=2) * self.k_d, axis=1)], axis=1
        )

    @property
    def covariance(self) -> Array:
        """Posterior covariances, shape (case, 2, 2)."""
        mean = self.mean
        d_E0 = self.E0 - mean[:, E0, None, None]
        d_k_d = (self.k_d - mean[:, K_D, None])[:, :, None] + np.zeros_like(d_E0)
        pairs = [[d_E0 * d_E0, d_E0 * d_k_d], [d_E0 * d_k_d, d_k_d * d_k_d]]
        return np.stack(
            [np.stack([np.sum(self.weight * pair, axis=(1, 2)) for pair in row], axis=1) for row in pairs], axis=1
        )

    @property
    def sd(self) -> Array:
        """Posterior standard deviations, shape (case, 2)."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)))

    @property
    def correlation(self) -> Array:
        """Posterior correlation of E0 and k_d, shape (case,)."""
        covariance = self.covariance
        return np.asarray(covariance[:, 0, 1] / np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1]))

    @cached_property
    def marginals(self) -> Marginals:
        """Posterior of each target by itself: distribution functions, densities, quantiles."""
        return marginals_of(self.weight, self.log_density, self.windows)

    def predictive_ph(self, time_s: Array, known: Array, world: World) -> tuple[Array, Array]:
        """Posterior predictive mean and standard deviation of the noise-free pH.

        Parameters
        ----------
        time_s : array, shape (sample,)
            Times [s], ascending.
        known : array, shape (case, 5)
            Known inputs.
        world : World
            Chemistry of the forecast.

        Returns
        -------
        mean, sd : array, shape (case, sample)
            The mean is the best forecast under squared error.
        """
        mean = np.empty((len(known), len(time_s)))
        sd = np.empty_like(mean)
        predictive(time_s, *pack_world(known, world), self.k_d, self.E0, self.weight, mean, sd)
        return mean, sd


def exact_posterior(
    measured: Traces, acquisition: Acquisition, world: World, n_E0: int = N_E0, n_k_d: int = N_K_D
) -> Posterior:
    """Posterior of the targets of every case, given what the instrument recorded.

    Parameters
    ----------
    measured : Traces
        Measured samples, before any resampling.
    acquisition : Acquisition
        How they were measured: noise, lag, offset.
    world : World
        Chemistry that the cases live in.
    n_E0, n_k_d : int
        Nodes of the quadrature.

    Returns
    -------
    Posterior
        One a case.

    Raises
    ------
    BenchError
        Noise of zero, for which the posterior is a point, or a case whose progress curve cannot be tabulated.

    Examples
    --------
    >>> from bench.draw import draw_measured
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> acquisition = Acquisition(60.0, 0.3)
    >>> measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, "example", range(2))
    >>> posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    >>> bool((abs(posterior.mean - targets.values) < 5 * posterior.sd).all())
    True
    """
    if acquisition.noise_sd == 0:
        raise BenchError(
            "posterior 'noise_sd': value must be above 0, got 0. Without noise the targets are known exactly."
        )
    rule_E0, rule_k_d = gauss_legendre(n_E0), gauss_legendre(n_k_d)
    windows = np.empty((measured.n_cases, 1 + n_k_d, 2))
    log_density = np.empty((measured.n_cases, n_k_d, n_E0))
    quadrature(
        np.ascontiguousarray(measured.time_s),  # of one layout, so that the kernel is compiled once
        np.ascontiguousarray(measured.ph),
        np.ascontiguousarray(measured.valid),
        *pack_world(measured.known, world),
        _settings(acquisition),
        (gauss_legendre(LAG_RULE), rule_E0, rule_k_d),
        windows,
        log_density,
    )
    if np.isnan(log_density).any():
        case = int(np.argmax(np.isnan(log_density).any(axis=(1, 2))))
        raise BenchError(f"posterior 'case {case}': likelihood must be finite, got NaN. Report this case as a bug.")
    half = 0.5 * (windows[..., 1] - windows[..., 0])
    middle = 0.5 * (windows[..., 1] + windows[..., 0])
    k_d = middle[:, :1] + half[:, :1] * rule_k_d[0]
    E0_nodes = middle[:, 1:, None] + half[:, 1:, None] * rule_E0[0]
    top = log_density.max(axis=(1, 2))
    weight = np.exp(log_density - top[:, None, None]) * half[:, 1:, None] * rule_E0[1]
    weight *= (half[:, :1] * rule_k_d[1])[:, :, None]
    total = weight.sum(axis=(1, 2))
    area = np.prod([quantity.high - quantity.low for quantity in TARGETS])
    log_evidence = top + np.log(total / area)
    log_posterior = log_density - (log_evidence + np.log(area))[:, None, None]
    return Posterior(k_d, E0_nodes, log_posterior, weight / total[:, None, None], windows, log_evidence)


def log_posterior_density(
    posterior: Posterior, targets: Array, measured: Traces, acquisition: Acquisition, world: World
) -> Array:
    """Log density of each posterior at one point.

    Parameters
    ----------
    posterior : Posterior
        Of the same cases.
    targets : array, shape (case, 2)
        Points inside the prior's box.
    measured, acquisition, world
        As for ``exact_posterior``.

    Returns
    -------
    array, shape (case,)
        Per g/L and per 1/s.
    """
    value = np.empty(measured.n_cases)
    rule = gauss_legendre(LAG_RULE)
    packed, carbon = pack_world(measured.known, world)
    densities_at(
        np.ascontiguousarray(measured.time_s),
        np.ascontiguousarray(measured.ph),
        np.ascontiguousarray(measured.valid),
        packed,
        carbon,
        np.ascontiguousarray(targets),
        _settings(acquisition),
        rule,
        value,
    )
    area = np.prod([quantity.high - quantity.low for quantity in TARGETS])
    return np.asarray(value - posterior.log_evidence - np.log(area))


def _settings(acquisition: Acquisition) -> Array:
    """Acquisition and prior, packed for the kernels."""
    settings = np.empty(N_SETTINGS)
    settings[NOISE] = acquisition.noise_sd**2
    settings[OFFSET] = acquisition.offset_sd**2
    settings[LAG] = acquisition.lag_s
    settings[E0_LOW], settings[E0_HIGH] = TARGETS[E0].low, TARGETS[E0].high
    settings[K_D_LOW], settings[K_D_HIGH] = TARGETS[K_D].low, TARGETS[K_D].high
    return settings
