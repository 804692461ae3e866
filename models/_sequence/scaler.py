"""Stage 2, the target scaler: fitted once on the training targets and kept with the fitted model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.cases import Targets
from bench.errors import PluginError
from bench.world.quantities import TARGET_NAMES

CONSTANT_TOLERANCE = 1e-9
"""A column whose spread is below this share of its magnitude is constant: its scale is 1, not its rounding error."""


def column_scale(values: Array) -> Array:
    """Standard deviation of each column, 1 where the column is constant.

    Examples
    --------
    >>> column_scale(np.array([[0.2, 1.0], [0.2, 3.0]])).tolist()
    [1.0, 1.0]
    """
    spread = values.std(axis=0)
    magnitude = np.abs(values).max(axis=0, initial=0.0)
    return np.where(spread > CONSTANT_TOLERANCE * magnitude, spread, 1.0)


@dataclass(frozen=True, eq=False)
class TargetScaler:
    """Affine map between physical targets and targets of mean 0 and standard deviation 1.

    A variant overrides ``scaled`` or ``physical``.

    Parameters
    ----------
    mean, scale : array, shape (target,), or None
        Statistics of the training targets; None before ``fitted``.
    names : tuple of str
        Names of the targets, in order.

    Examples
    --------
    >>> targets = Targets(np.array([[0.1, 1e-3], [0.3, 3e-3]]))
    >>> scaler = TargetScaler().fitted(targets)
    >>> scaler.scaled(targets).round(6).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """

    mean: Array | None = None
    scale: Array | None = None
    names: tuple[str, ...] = TARGET_NAMES

    def fitted(self, targets: Targets) -> TargetScaler:
        """Take the statistics of the training targets."""
        return type(self)(targets.values.mean(axis=0), column_scale(targets.values), targets.names)

    def scaled(self, targets: Targets) -> Array:
        """Scale targets."""
        mean, scale = self._statistics()
        if targets.names != self.names:
            raise PluginError(f"scaler 'names': order must be {self.names}, got {targets.names}. Reorder the columns.")
        return (targets.values - mean) / scale

    def physical(self, values: Array) -> Array:
        """Undo the scaling of values."""
        mean, scale = self._statistics()
        return values * scale + mean

    def physical_sd(self, values: Array) -> Array:
        """Undo the scaling of standard deviations."""
        return values * self._statistics()[1]

    def _statistics(self) -> tuple[Array, Array]:
        """Mean and scale, or the error that says that there are none."""
        if self.mean is None or self.scale is None:
            raise PluginError(
                "scaler 'mean': statistics must be fitted, got none. Call fitted(training targets) first."
            )
        return self.mean, self.scale
