"""What findings are made of: one target's errors beside the exact posterior's, their split, and the cost of a part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.diagnosis.evidence import Evidence
from bench.world.quantities import TARGET_NAMES

LEAST_SHARE, LEAST_GAIN = 0.05, 0.03
"""Least share of the excess, and least fall of the logarithm of the RMSE ratio, that make a finding."""
SURE = 3.0
"""Standard errors that a part must be away from nothing."""
LARGEST_PART = 4.0
"""Prior variances that one reaction counts at most in that test: a few giants must not hide what all show."""
ATTAINABLE = 0.2
"""R2 of the exact posterior below which a target cannot be known."""


@dataclass(frozen=True)
class Finding:
    """A named fault of one target, with what it costs and the number that shows it beside the exact posterior's."""

    name: str
    target: str
    where: str
    cost: float
    ratio: float
    ratio_left: float
    evidence: float
    error: float
    expected: float
    measure: str
    detail: str = ""

    @property
    def gain(self) -> float:
        """Fall of the logarithm of the RMSE ratio without the fault."""
        return float(np.log(self.ratio / self.ratio_left))


@dataclass(frozen=True)
class Shown:
    """The number that shows a fault, its Monte-Carlo error and the exact posterior's, and what it measures."""

    evidence: float
    error: float
    expected: float
    measure: str
    detail: str = ""


@dataclass(frozen=True, eq=False)
class View:
    """One target of the evidence, in prior standard deviations."""

    evidence: Evidence
    column: int

    @property
    def target(self) -> str:
        """Name of the target."""
        return TARGET_NAMES[self.column]

    def error(self, name: str, *, exact: bool = False) -> Array:
        """Errors, shape (reaction, replicate)."""
        return self.evidence.error(name, exact=exact)[..., self.column]

    def squared(self, name: str, *, exact: bool = False) -> Array:
        """Mean squared error of each reaction, shape (reaction,)."""
        return np.asarray(np.mean(self.error(name, exact=exact) ** 2, axis=1))

    def excess(self, name: str) -> Array:
        """Squared error beyond the exact posterior's, shape (reaction,)."""
        return self.squared(name) - self.squared(name, exact=True)

    def r2(self, name: str, *, exact: bool = False) -> float:
        """Coefficient of determination."""
        truth = self.evidence.truth(name)[..., self.column]
        return float(1.0 - self.squared(name, exact=exact).mean() / truth.var())

    def label(self, name: str) -> str:
        """How a question is measured, in words."""
        return self.evidence.asked.asked[name].acquisition.label

    def finding(self, name: str, at: str, part: Array, shown: Shown) -> Finding | None:
        """Finding of a part of the excess at one acquisition, given by reaction; None where it is too small or unsure.

        A part that is a bound counts no more than the whole excess.
        """
        now, best = float(self.squared(at).mean()), float(self.squared(at, exact=True).mean())
        gone = min(float(part.mean()), now - best)
        if now <= best or not is_sure(part) or gone < LEAST_SHARE * (now - best):
            return None
        finding = self.stated(name, at, gone, shown)
        return finding if finding.gain >= LEAST_GAIN else None

    def stated(self, name: str, at: str, gone: float, shown: Shown) -> Finding:
        """Finding of a part of the excess, whatever its size."""
        now, best = float(self.squared(at).mean()), float(self.squared(at, exact=True).mean())
        left = max(now - gone, best) if now > best else now
        return Finding(
            name,
            self.target,
            self.label(at),
            min(1.0, gone / (now - best)) if now > best else 0.0,
            float(np.sqrt(now / best)),
            float(np.sqrt(left / best)),
            **vars(shown),
        )


def is_sure(part: Array) -> bool:
    """Whether the mean of a part over reactions is above nothing beyond its Monte-Carlo error.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> is_sure(0.5 + rng.normal(size=100)), is_sure(rng.normal(size=100))
    (True, False)
    """
    bounded = np.clip(part, -LARGEST_PART, LARGEST_PART)
    return bool(bounded.mean() > SURE * error_of(bounded))


def error_of(values: Array) -> float:
    """Standard error of a mean over reactions."""
    return float(values.std() / np.sqrt(max(len(values) - 1, 1)))


def split(error: Array) -> tuple[Array, Array]:
    """Squared error of each reaction as what stays without noise and what noise adds, both without bias.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> systematic, noise = split(0.5 + 0.1 * rng.normal(size=(2000, 4)))
    >>> round(float(systematic.mean()), 2), round(float(noise.mean()), 3)
    (0.25, 0.01)
    """
    noise = error.var(axis=1, ddof=1) if error.shape[1] > 1 else np.zeros(len(error))
    return np.asarray(np.mean(error**2, axis=1) - noise), np.asarray(noise)


def slope_of(values: Array, on: Array) -> tuple[float, float]:
    """Slope through the origin of one response on another, and its jackknife error over cases."""
    products, squares = values * on, on * on
    total = float(squares.sum())
    if total == 0:
        return 0.0, 0.0
    slope = float(products.sum()) / total
    without = (products.sum() - products) / np.maximum(total - squares, 1e-300)
    n = len(values)
    return slope, float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))


def rms(values: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2)))
