"""Priors of E0 and k_d under which a laboratory's posterior is had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.errors import BenchError
from bench.world.quantities import E0, K_D, TARGETS


@dataclass(frozen=True)
class Prior:
    """Independent priors of E0 and k_d, each uniform between two ends or uniform in the log.

    Parameters
    ----------
    name : str
        Name in reports.
    E0_g_per_L, k_d_per_s : tuple of float
        Ends [g/L] and [1/s].
    log : bool
        Whether both are uniform in the log.

    Raises
    ------
    BenchError
        Ends that are not above 0 and in order.

    Examples
    --------
    >>> BENCHMARK.E0_g_per_L, LABORATORY.k_d_per_s
    ((0.05, 1.25), (1e-06, 0.02))
    """

    name: str
    E0_g_per_L: tuple[float, float]
    k_d_per_s: tuple[float, float]
    log: bool

    def __post_init__(self) -> None:
        for name in ("E0_g_per_L", "k_d_per_s"):
            low, high = getattr(self, name)
            if not 0 < low < high:
                raise BenchError(
                    f"prior '{name}': ends must be above 0 and in order, got {low:g} and {high:g}. Mend the prior."
                )

    def draw(self, share: Array) -> Array:
        """Targets that have these shares of the prior below them.

        Parameters
        ----------
        share : array, shape (case, 2)
            Between 0 and 1.

        Returns
        -------
        array, shape (case, 2)
            E0 [g/L] and k_d [1/s].
        """
        low, high = np.array([self.E0_g_per_L, self.k_d_per_s]).T
        return np.asarray(low * (high / low) ** share if self.log else low + (high - low) * share)


_BOX = [(quantity.low, quantity.high) for quantity in TARGETS]
BENCHMARK = Prior("benchmark", _BOX[E0], _BOX[K_D], log=False)
"""The box that the suite's cases are drawn from."""
LABORATORY = Prior("laboratory", (1e-3, 5.0), (1e-6, 2e-2), log=True)
"""What a laboratory may have in its beaker."""
