"""Marginal posteriors: each target by itself, gathered from the nodes of the quadrature over both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import legendre

from bench.arrays import Array
from bench.ceiling.quadrature import LIGHT
from bench.world.quantities import TARGETS

N_FINE = 48
"""Nodes of k_d over which a marginal of E0 is gathered."""
N_MARGINAL = 40
"""Nodes of a marginal: a polynomial through them follows a Gaussian to 1e-9 of its peak."""


@dataclass(frozen=True, eq=False)
class Marginals:
    """Marginal posteriors of many cases, as weights at Gauss-Legendre nodes.

    Parameters
    ----------
    weight : array, shape (case, target, node)
        Share of the marginal at each node.
    ends : array, shape (case, target, 2)
        Ends of the rule; the density outside is negligible.
    """

    weight: Array
    ends: Array

    def cdf(self, targets: Array) -> Array:
        """Posterior probability that each target is at most a value.

        Parameters
        ----------
        targets : array, shape (case, 2)
            One value a case and target.

        Returns
        -------
        array, shape (case, 2)
            Between 0 and 1; uniform over cases when the values are the truth.
        """
        return np.clip(self._read(targets, _integral), 0.0, 1.0)

    def density(self, targets: Array) -> Array:
        """Density of each target's marginal at a value.

        Parameters
        ----------
        targets : array, shape (case, 2)
            One value a case and target.

        Returns
        -------
        array, shape (case, 2)
            Per g/L and per 1/s; at least 1e-12 of the prior's density, where the quadrature cut the tail.
        """
        least = 1e-12 / np.array([quantity.high - quantity.low for quantity in TARGETS])
        half = 0.5 * (self.ends[..., 1] - self.ends[..., 0])
        return np.maximum(self._read(targets, _value) / half, least)

    def quantile(self, probability: float) -> Array:
        """Posterior quantiles of both targets.

        Parameters
        ----------
        probability : float
            Between 0 and 1.

        Returns
        -------
        array, shape (case, 2)
            E0 [g/L] and k_d [1/s].
        """
        low = np.tile([quantity.low for quantity in TARGETS], (len(self.weight), 1))
        high = np.tile([quantity.high for quantity in TARGETS], (len(self.weight), 1))
        for _ in range(50):  # bisection: the cdf is monotone, and 2^-50 of the box is rounding
            middle = 0.5 * (low + high)
            below = self.cdf(middle) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray(0.5 * (low + high))

    def _read(self, targets: Array, read: Callable[[Array, Array], Array]) -> Array:
        """Read the Legendre series of both marginals at one value a case and target."""
        coefficients = (self.weight / gauss_legendre(N_MARGINAL)[1]) @ _to_series(N_MARGINAL).T
        z = 2.0 * (targets - self.ends[..., 0]) / (self.ends[..., 1] - self.ends[..., 0]) - 1.0
        return np.stack([read(coefficients[:, i], z[:, i]) for i in range(z.shape[1])], axis=1)


def crps_of(marginals: Marginals, truth: Array) -> Array:
    """Continuous ranked probability score of marginals.

    Parameters
    ----------
    marginals : Marginals
        One a case and target.
    truth : array, shape (case, target)
        True values.

    Returns
    -------
    array, shape (case, target)
        In the units of the ends.
    """
    nodes, weights = gauss_legendre(N_MARGINAL)
    low, high = marginals.ends[..., 0], marginals.ends[..., 1]
    half = 0.5 * (high - low)
    at = (np.clip(truth, low, high) - low) / half - 1.0
    series, moments = (
        (each / weights) @ _to_series(N_MARGINAL).T for each in (marginals.weight, marginals.weight * nodes)
    )
    below, partial = (
        np.stack([_integral(each[:, i], at[:, i]) for i in range(at.shape[1])], axis=1) for each in (series, moments)
    )
    # The integral of F^2 below the truth and of (1 - F)^2 above it; that of F up to z is z F(z) less that of x f(x).
    squared = (series @ _cumulative(N_MARGINAL)) ** 2 @ weights
    above = 1.0 - (marginals.weight @ nodes) - (at * below - partial)
    outside = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return np.asarray(outside + half * (squared + 1.0 - at - 2.0 * above))


def marginals_of(weight: Array, log_density: Array, windows: Array) -> Marginals:
    """Gather the marginals from the nodes of a quadrature, as ``bench.ceiling.posterior.Posterior`` holds them.

    Parameters
    ----------
    weight, log_density : array, shape (case, n_k_d, n_E0)
        Share and log density at each node.
    windows : array, shape (case, 1 + n_k_d, 2)
        Ends of the quadrature: of k_d, then of E0 at each k_d.

    Returns
    -------
    Marginals
        One a case and target.
    """
    of_E0, ends_E0 = _marginal_of_load(weight, log_density, windows)
    of_k_d = _marginal_of_rate(weight)
    return Marginals(np.stack([of_E0, of_k_d], axis=1), np.stack([ends_E0, windows[:, 0]], axis=1))


def _marginal_of_rate(weight: Array) -> Array:
    """Weights of k_d at the nodes of a rule over its window, interpolated in the logarithm."""
    n_k_d = weight.shape[1]
    nodes, weights = gauss_legendre(N_MARGINAL)
    log_marginal = np.log(weight.sum(axis=2)) - np.log(gauss_legendre(n_k_d)[1])
    marginal = np.exp(log_marginal @ _interpolation(n_k_d, nodes).T) * weights
    return np.asarray(marginal / marginal.sum(axis=1, keepdims=True))


def _marginal_of_load(weight: Array, log_density: Array, windows: Array) -> tuple[Array, Array]:
    """Weights of E0 at the nodes of a rule over all its windows, and their ends.

    The conditional of E0 is narrower than its marginal: it is interpolated, in the logarithm, to more nodes of k_d
    than the quadrature has, so that they do not show as separate peaks.
    """
    n_k_d, n_E0 = weight.shape[1:]
    of_k_d = weight.sum(axis=2)
    heavy = (of_k_d > LIGHT * of_k_d.max(axis=1, keepdims=True))[:, :, None]
    low = np.where(heavy, windows[:, 1:], np.inf)[:, :, 0].min(axis=1)
    high = np.where(heavy, windows[:, 1:], -np.inf)[:, :, 1].max(axis=1)
    nodes, weights = gauss_legendre(N_MARGINAL)
    fine_nodes, fine_weights = gauss_legendre(N_FINE)
    x = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * nodes
    to_fine = _interpolation(n_k_d, fine_nodes)
    log_fine = np.einsum("fn,cnb->cfb", to_fine, log_density)
    ends = np.einsum("fn,cne->cfe", to_fine, windows[:, 1:])
    density = np.zeros(x.shape)
    for node, fine_weight in enumerate(fine_weights):
        half = 0.5 * (ends[:, node, 1] - ends[:, node, 0])
        z = (x - ends[:, node, :1]) / half[:, None] - 1.0
        inside = np.abs(z) <= 1.0
        # Interpolation from the nodes of E0 to z, by the Legendre series of the logarithm.
        series = log_fine[:, node] @ _to_series(n_E0).T
        values = np.einsum("czl,cl->cz", legendre.legvander(np.clip(z, -1.0, 1.0), n_E0 - 1), series)
        density += fine_weight * np.where(inside, np.exp(values), 0.0)
    marginal = density * weights
    return marginal / marginal.sum(axis=1, keepdims=True), np.stack([low, high], axis=1)


@cache
def gauss_legendre(n: int) -> Array:
    """Gauss-Legendre rule on [-1, 1], made once.

    Parameters
    ----------
    n : int
        Number of nodes.

    Returns
    -------
    array, shape (2, n)
        Nodes and weights, not to be written to.

    Examples
    --------
    >>> gauss_legendre(1).tolist()
    [[0.0], [2.0]]
    """
    return np.array(legendre.leggauss(n))


@cache
def _to_series(n: int) -> Array:
    """Matrix from values at n Gauss-Legendre nodes to Legendre coefficients, shape (degree, node)."""
    nodes, weights = gauss_legendre(n)
    return np.asarray((legendre.legvander(nodes, n - 1) * weights[:, None] * (np.arange(n) + 0.5)).T)


@cache
def _cumulative(n: int) -> Array:
    """Matrix from the coefficients of a Legendre series to its integrals from -1 to n Gauss-Legendre nodes."""
    nodes = gauss_legendre(n)[0]
    return np.array([_integral(np.tile(row, (n, 1)), nodes) for row in np.eye(n)])


def _interpolation(n: int, z: Array) -> Array:
    """Matrix from values at n Gauss-Legendre nodes to values at z, shape (z, node)."""
    return np.asarray(legendre.legvander(z, n - 1) @ _to_series(n))


interpolation = _interpolation
"""The same for other modules: under its own name it is part of what published posteriors are addressed by."""


def _integral(coefficients: Array, z: Array) -> Array:
    """Integral of a Legendre series from -1 to z; the integral of one polynomial is a difference of two others."""
    n = coefficients.shape[1]
    at_z = legendre.legvander(np.clip(z, -1.0, 1.0), n)
    integrals = np.empty(coefficients.shape)
    integrals[:, 0] = at_z[:, 1] + 1.0
    integrals[:, 1:] = (at_z[:, 2:] - at_z[:, :-2]) / (2 * np.arange(1, n) + 1)
    return np.asarray(np.sum(coefficients * integrals, axis=1))


def _value(coefficients: Array, z: Array) -> Array:
    """Value of a Legendre series at z, 0 outside [-1, 1]."""
    inside = np.abs(z) <= 1.0
    at_z = legendre.legvander(np.clip(z, -1.0, 1.0), coefficients.shape[1] - 1)
    return np.where(inside, np.sum(coefficients * at_z, axis=1), 0.0)
