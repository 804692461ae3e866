"""Mixtures of Student's t: a trace's posterior is sampled from them, and they learn between rounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.arrays import Array

FREEDOM = 6.0
"""Degrees of freedom of every component: tails that a Gaussian posterior is well inside of."""
N_LOCAL, LARGE = 4, 0.02
"""Components that a round may add, at draws with at least this share of the weight."""
SLIGHT = 1e-3
"""Components with less than this share are dropped."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Components by weight, mean and covariance, the linear nuisances at each mean and how they follow a point.

    ``follow`` has shape (component, coordinate, 5). Without it a draw's linear nuisances begin so many noises away that
    every sample looks like an outlier, and the flanks of every component lose weight.
    """

    weight: Array
    means: Array
    covariances: Array
    betas: Array
    follow: Array

    @cached_property
    def factors(self) -> Array:
        """Cholesky factors, shape (component, coordinate, coordinate)."""
        return np.asarray(np.linalg.cholesky(self.covariances))

    @cached_property
    def precisions(self) -> Array:
        """Inverse covariances, shape (component, coordinate, coordinate)."""
        inverse = np.linalg.inv(self.factors)
        return np.asarray(np.swapaxes(inverse, 1, 2) @ inverse)

    def draw(self, n_draws: int, generator: np.random.Generator) -> tuple[Array, Array]:
        """Points, and the linear nuisances there by the components that they come from."""
        share = (np.arange(n_draws) + generator.random()) / n_draws  # every component as often as its weight says
        component = np.minimum(np.searchsorted(np.cumsum(self.weight), share), len(self.weight) - 1)
        normal = generator.standard_normal((n_draws, self.means.shape[1]))
        normal *= np.sqrt(FREEDOM / generator.chisquare(FREEDOM, n_draws))[:, None]
        away = np.einsum("iab,ib->ia", self.factors[component], normal)
        return self.means[component] + away, self.betas[component] + followed(away, self.follow[component])

    def squares(self, z: Array) -> Array:
        """Squared distances of points from the components, in their spreads, shape (point, component)."""
        n_components, d = self.means.shape
        precision = self.precisions
        pull = np.einsum("kab,kb->ka", precision, self.means)
        found = products(z) @ precision.reshape(n_components, d * d).T
        found -= 2.0 * (z @ pull.T)
        found += np.einsum("ka,ka->k", pull, self.means)
        return np.asarray(np.maximum(found, 0.0))

    def parts(self, squares: Array) -> Array:
        """What each component adds to the density, up to a constant, shape (point, component)."""
        d = self.means.shape[1]
        volume = np.prod(np.diagonal(self.factors, axis1=1, axis2=2), axis=1)
        near = 1.0 / (1.0 + squares / FREEDOM)
        power = near**2
        power *= power * power
        for _ in range(d - int(FREEDOM)):
            power *= np.sqrt(near)
        return np.asarray(power * (self.weight / volume))

    def density(self, z: Array) -> Array:
        """Density at points, up to a constant."""
        return np.asarray(self.parts(self.squares(z)).sum(axis=1))

    def learnt(self, z: Array, beta: Array, weight: Array, effective_size: float) -> Mixture:
        """After one step of expectation and maximisation, with new components at the heaviest draws.

        A component whose draws are worth no more than two and the coordinates keeps half of its shape.
        """
        d = z.shape[1]
        inertia = (d + 2.0) / effective_size
        squares = self.squares(z)
        parts = self.parts(squares)
        own = parts * (weight / parts.sum(axis=1))[:, None]
        pull = own * (FREEDOM + d) / (FREEDOM + squares)
        mass, scale = own.sum(axis=0), pull.sum(axis=0)
        first = pull.T @ z - scale[:, None] * self.means
        about = np.einsum("ka,kb->kab", first, self.means)
        second = (pull.T @ products(z)).reshape(-1, d, d) - about - np.swapaxes(about, 1, 2)
        second -= scale[:, None, None] * np.einsum("ka,kb->kab", self.means, self.means)
        shift = first / (scale + inertia)[:, None]
        drawn = np.einsum("ka,kb->kab", shift, first)
        second += scale[:, None, None] * np.einsum("ka,kb->kab", shift, shift) - drawn - np.swapaxes(drawn, 1, 2)
        covariances = (second + inertia * self.covariances) / (mass + inertia)[:, None, None]
        kept = mass > SLIGHT
        heavy = np.argsort(weight)[-N_LOCAL:]
        heavy = heavy[weight[heavy] > LARGE]
        near = np.argmin(squares[heavy], axis=1)
        share = np.concatenate([mass[kept], weight[heavy]])
        return Mixture(
            share / share.sum(),
            np.concatenate([(self.means + shift)[kept], z[heavy]]),
            np.concatenate([covariances[kept], covariances[near]]),
            np.concatenate([(self.betas + followed(shift, self.follow))[kept], beta[heavy]]),
            np.concatenate([self.follow[kept], self.follow[near]]),
        )

    def beside(self, other: Mixture, share: float) -> Mixture:
        """With a share of another mixture."""
        return Mixture(
            np.concatenate([(1.0 - share) * self.weight, share * other.weight]),
            np.concatenate([self.means, other.means]),
            np.concatenate([self.covariances, other.covariances]),
            np.concatenate([self.betas, other.betas]),
            np.concatenate([self.follow, other.follow]),
        )


def followed(away: Array, follow: Array) -> Array:
    """How the linear nuisances go with points so far away from their means, shape (point, 5)."""
    return np.asarray(np.einsum("ia,iab->ib", away, follow))


def products(z: Array) -> Array:
    """Every coordinate times every other, shape (point, coordinates squared)."""
    return np.asarray((z[:, :, None] * z[:, None, :]).reshape(len(z), z.shape[1] ** 2))
