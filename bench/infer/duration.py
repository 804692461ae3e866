"""How long a trace must be until k_d is known: the Fisher information of every sample that would be taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from bench.arrays import Array
from bench.ceiling.marginals import Marginals
from bench.ceiling.posterior import Posterior
from bench.world.acquisition import Acquisition
from bench.world.equilibria import World
from bench.world.quantities import E0, K_D, TARGETS
from bench.world.simulator import ph_and_derivatives

WANTED = 0.2
"""Standard deviation of k_d, relative to k_d, at which it counts as known."""
HORIZON_S = 2000.0
"""Longest trace that is thought of, that of the forecast."""
N_DRAWS = 100
"""Values of k_d, equally likely after what has been measured."""
N_GRID = 1000
"""Values at which the posterior of k_d is read."""
MOST_SAMPLES = 5000
"""Above this, a sample stands for several neighbours."""


@dataclass(frozen=True, eq=False)
class Duration:
    """Length of trace at which k_d is known.

    Parameters
    ----------
    length_s : array, shape (draw,)
        Length needed for each equally likely k_d [s], sorted; infinite where the horizon is too short.
    """

    length_s: Array

    def within(self, chance: float) -> float:
        """Length that is enough with a given chance [s]; infinite where the horizon is too short.

        Parameters
        ----------
        chance : float
            Between 0 and 1.

        Returns
        -------
        float
            Length of the whole trace [s].

        Examples
        --------
        >>> Duration(np.array([10.0, 20.0, 30.0, np.inf])).within(0.5)
        20.0
        """
        return float(self.length_s[max(int(np.ceil(chance * len(self.length_s))) - 1, 0)])

    @property
    def chance(self) -> float:
        """Chance that the horizon is long enough."""
        return float(np.isfinite(self.length_s).mean())


def duration_to_know(
    posterior: Posterior, known: Array, acquisition: Acquisition, world: World, wanted: float = WANTED
) -> Duration:
    """Find how long one would have to measure, at the same interval, until k_d is known.

    Every k_d that the trace leaves possible asks for another length: for each, the Fisher information of both targets
    is summed over the samples until the bound on the standard deviation of k_d is low enough. An unknown offset is
    integrated out; a lag filters the derivatives as it filters the pH.

    Parameters
    ----------
    posterior : Posterior
        Of the single case.
    known : array, shape (1, 5)
        Known inputs.
    acquisition : Acquisition
        Interval, noise, lag and offset.
    world : World
        Chemistry.
    wanted : float
        Standard deviation of k_d relative to k_d.

    Returns
    -------
    Duration
        Lengths, one for each possible k_d.
    """
    n_samples = HORIZON_S / acquisition.interval_s
    stands_for = int(np.ceil(n_samples / MOST_SAMPLES))
    step_s = acquisition.interval_s * stands_for
    time_s = np.arange(int(HORIZON_S / step_s) + 1) * step_s
    targets = _draws(posterior)
    _, slopes = ph_and_derivatives(time_s, np.repeat(known, len(targets), axis=0), targets, world)
    if acquisition.lag_s > 0:
        slopes = _lagged(slopes, step_s, acquisition.lag_s)
    a, b = slopes[..., E0], slopes[..., K_D]
    sums = [stands_for * np.cumsum(each, axis=1) for each in (a * a, a * b, b * b, a, b)]
    n = stands_for * np.arange(1, len(time_s) + 1)
    shrink = acquisition.offset_sd**2 / (acquisition.noise_sd**2 + n * acquisition.offset_sd**2)
    aa, ab, bb = sums[0] - shrink * sums[3] ** 2, sums[1] - shrink * sums[3] * sums[4], sums[2] - shrink * sums[4] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        # 1 / (inverse of the information)[k_d, k_d], which is 0 where a single sample leaves a curve of answers.
        information = np.where(aa > 0, bb - ab**2 / aa, 0.0) / acquisition.noise_sd**2
    enough = information * (wanted * targets[:, K_D, None]) ** 2 >= 1.0
    length = np.where(enough.any(axis=1), time_s[np.argmax(enough, axis=1)], np.inf)
    return Duration(np.sort(length))


def _draws(posterior: Posterior) -> Array:
    """Equally likely values of k_d, each with the mean of E0 that goes with it, shape (draw, 2)."""
    low, high = posterior.windows[0, 0].tolist()
    grid = np.linspace(low, high, N_GRID)
    marginals = many(posterior.marginals, N_GRID)
    cdf = marginals.cdf(np.stack([np.full(N_GRID, TARGETS[E0].low), grid], axis=1))[:, K_D]
    k_d = np.interp((np.arange(N_DRAWS) + 0.5) / N_DRAWS, cdf, grid)
    weight, nodes = posterior.weight[0], posterior.k_d[0]
    conditional = (weight * posterior.E0[0]).sum(axis=1) / weight.sum(axis=1)
    return np.stack([np.interp(k_d, nodes, conditional), k_d], axis=1)


def many(marginals: Marginals, n: int) -> Marginals:
    """Repeat the marginals of a single case, to read them at many values in one go.

    Parameters
    ----------
    marginals : Marginals
        Of one case.
    n : int
        Number of values.

    Returns
    -------
    Marginals
        Of n equal cases.
    """
    return Marginals(np.repeat(marginals.weight, n, axis=0), np.repeat(marginals.ends, n, axis=0))


def _lagged(slopes: Array, step_s: float, lag_s: float) -> Array:
    """Derivatives as a first-order electrode shows them, straight between the samples."""
    stay = np.exp(-step_s / lag_s)
    mean = (1.0 - stay) * lag_s / step_s
    return np.asarray(signal.lfilter([1.0 - mean, mean - stay], [1.0, -stay], slopes, axis=1))
