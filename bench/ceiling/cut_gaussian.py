"""Gaussians cut off at the prior's ends, and the one that has a given mean and standard deviation.

A mean and a standard deviation, and a prior that is uniform between two ends, say no more than the density of largest
entropy that has them; it is a Gaussian cut off at the ends.
Source: Jaynes, Phys. Rev. 106 (1957) 620-630, doi:10.1103/PhysRev.106.620.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.arrays import Array
from bench.ceiling.marginals import N_MARGINAL, gauss_legendre
from bench.ceiling.quadrature import NEGLIGIBLE

SHALLOW = 1e-2
"""Steepness below which a series has more digits than the closed form."""
MOMENT_ERROR = 1e-9
"""Largest error of a moment that is fitted, in standard deviations."""
MAX_MOVES, MAX_HALVINGS = 60, 40
"""More than any fit needs."""


@dataclass(frozen=True, eq=False)
class CutGaussian:
    """Densities exp(slope x - curvature x^2 / 2) between two ends.

    Parameters
    ----------
    low, high : array, shape (density,)
        Ends.
    slope, curvature : array, shape (density,)
        The curvature is at least 0: flat, falling, or bulging.
    """

    low: Array
    high: Array
    slope: Array
    curvature: Array

    @cached_property
    def ends(self) -> Array:
        """Where each becomes negligible beside its peak, or is cut off, shape (density, 2)."""
        slope = np.abs(self.slope - self.curvature * self._peak)
        steep = slope + np.sqrt(slope**2 + 2.0 * NEGLIGIBLE * self.curvature)
        with np.errstate(divide="ignore"):
            reach = 2.0 * NEGLIGIBLE / steep
        return np.stack([np.maximum(self._peak - reach, self.low), np.minimum(self._peak + reach, self.high)], axis=1)

    @cached_property
    def nodes(self) -> Array:
        """Gauss-Legendre nodes between the ends, shape (density, node)."""
        low, high = self.ends.T[:, :, None]
        return np.asarray(0.5 * (low + high) + 0.5 * (high - low) * gauss_legendre(N_MARGINAL)[0])

    @cached_property
    def weight(self) -> Array:
        """Share of the density at each node, shape (density, node)."""
        return np.asarray(self._height / self._height.sum(axis=1, keepdims=True))

    @cached_property
    def log_total(self) -> Array:
        """Logarithm of each integral, shape (density,)."""
        top = self.slope * self._peak - 0.5 * self.curvature * self._peak**2
        return np.asarray(top + np.log(0.5 * np.diff(self.ends, axis=1)[:, 0] * self._height.sum(axis=1)))

    def log_density(self, x: Array) -> Array:
        """Log density at a place; beyond an end, as if there were none.

        Parameters
        ----------
        x : array, shape (density,)
            One place each.

        Returns
        -------
        array, shape (density,)
            Normalised between the ends.
        """
        return np.asarray(self.slope * x - 0.5 * self.curvature * x**2 - self.log_total)

    @cached_property
    def _peak(self) -> Array:
        """Where each is highest."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = np.where(self.slope == 0, 0.0, self.slope / self.curvature)
        return np.clip(inside, self.low, self.high)

    @cached_property
    def _height(self) -> Array:
        """Height at each node beside the peak's, times the weight of the rule."""
        beside, curvature = self.nodes - self._peak[:, None], self.curvature[:, None]
        slope = (self.slope - self.curvature * self._peak)[:, None]
        return np.asarray(np.exp(slope * beside - 0.5 * curvature * beside**2) * gauss_legendre(N_MARGINAL)[1])


def of_unit_moments(low: Array, high: Array) -> CutGaussian:
    """Find the densities of mean 0 and standard deviation 1, by Newton's method on the convex dual of the entropy.

    Parameters
    ----------
    low, high : array, shape (density,)
        Ends, between which there is such a density: see ``exponential_mean``.

    Returns
    -------
    CutGaussian
        One each.

    Examples
    --------
    >>> found = of_unit_moments(np.array([-1.2]), np.array([9.0]))
    >>> abs(float((found.weight * found.nodes).sum())) < 1e-9
    True
    """
    slope, curvature = np.zeros(low.shape), np.ones(low.shape)
    active = np.arange(len(low))
    for _ in range(MAX_MOVES):
        tried = CutGaussian(low[active], high[active], slope[active], curvature[active])
        x, weight = tried.nodes, tried.weight
        mean, square = np.sum(weight * x, axis=1), np.sum(weight * x**2, axis=1)
        excess = 0.5 * (1.0 - square)
        far = np.maximum(np.abs(mean), np.abs(excess)) > MOMENT_ERROR
        active = active[far]
        if len(active) == 0:
            break
        x, weight, mean, square, excess = (each[far] for each in (x, weight, mean, square, excess))
        apart = -0.5 * (x**2 - square[:, None])
        v_11 = np.sum(weight * (x - mean[:, None]) ** 2, axis=1)
        v_12, v_22 = np.sum(weight * x * apart, axis=1), np.sum(weight * apart**2, axis=1)
        determinant = v_11 * v_22 - v_12**2
        step = ((v_12 * excess - v_22 * mean) / determinant, (v_12 * mean - v_11 * excess) / determinant)
        cost = tried.log_total[far] + 0.5 * curvature[active]
        share = np.ones(len(active))
        for _ in range(MAX_HALVINGS):  # as far along the step as the cost falls
            at = slope[active] + share * step[0], np.maximum(curvature[active] + share * step[1], 0.0)
            worse = CutGaussian(low[active], high[active], *at).log_total + 0.5 * at[1] > cost + 1e-12 * np.abs(cost)
            if not worse.any():
                break
            share = np.where(worse, 0.5 * share, share)
        slope[active], curvature[active] = at
    return CutGaussian(low, high, slope, curvature)


def exponential_mean(steepness: Array) -> Array:
    """Mean of the density exp(-steepness x) between 0 and 1: with its width, none that bulges has a smaller mean.

    Parameters
    ----------
    steepness : array
        At least 0.

    Returns
    -------
    array
        Of the same shape.

    Examples
    --------
    >>> exponential_mean(np.array([0.0, 100.0])).tolist()
    [0.5, 0.01]
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        exact = 1.0 / steepness - 1.0 / np.expm1(steepness)
    return np.where(steepness < SHALLOW, 0.5 - steepness / 12.0, exact)


def steepness_of(sd: Array) -> Array:
    """Steepness of the density exp(-steepness x) between 0 and 1 that has a standard deviation.

    Parameters
    ----------
    sd : array
        Above 0; as wide as a uniform density, or wider, is flat.

    Returns
    -------
    array
        Of the same shape.

    Examples
    --------
    >>> steepness_of(np.array([0.01, 0.3])).round(3).tolist()
    [100.0, 0.0]
    """
    low, high = np.zeros(sd.shape), 1.0 / sd
    for _ in range(60):  # bisection: the variance falls with the steepness
        middle = 0.5 * (low + high)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            exact = 1.0 / middle**2 - 0.25 / np.sinh(0.5 * middle) ** 2
        variance = np.where(middle < SHALLOW, 1.0 / 12.0 - middle**2 / 240.0, exact)
        low, high = np.where(variance > sd**2, middle, low), np.where(variance > sd**2, high, middle)
    return np.where(sd**2 >= 1.0 / 12.0 - 1e-12, 0.0, 0.5 * (low + high))
