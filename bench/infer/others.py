"""Worlds that the laboratory does not draw, each with one amount that nobody knows: a buffer, ammonium, slow CO2, air.

The amount is one more coordinate of a point, in the place of carbonate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from bench.arrays import Array
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.beaker import LN_U_STEP, LOWEST_LN_U, Curves, fill, show
from bench.ceiling.untold.likelihood import CARBONATE, DECAY, LAG, LOAD, LOG_UNIFORM, RAMP, START, UNIFORM
from bench.ceiling.untold.sampling import WORST_PARETO_K, Beaker
from bench.compiled import compiled
from bench.errors import BenchError
from bench.world.buffers import Buffer
from bench.world.carbon import pack_world
from bench.world.equilibria import World
from bench.world.integrator import integrate
from bench.world.kinetics import PH0, pack_cases
from bench.world.progress import MAX_NODES, N_ROWS, unit_exposure

ENDED = 0.25
"""Both parameters of the beta distribution of the product's share that is CO2.

Chemistry knows none and all, and no source that was found says which: each end has as much as what lies between.
"""
LEAST_SIZE = 100.0
"""Effective draws from which on a posterior is trusted: its means are within a tenth of its spread."""


@dataclass(frozen=True)
class Other:
    """A world with one unknown amount.

    Parameters
    ----------
    short, name : str
        In options, and in answers.
    ends : tuple of float
        Of the amount's prior: uniform, in the log where ``log``.
    log : bool
        Whether the prior is uniform in the log.
    world_of : callable
        Chemistry of an amount, or of an array of one a point.
    """

    short: str
    name: str
    ends: tuple[float, float]
    log: bool
    world_of: Callable[[World, Array], World]

    @property
    def prior(self) -> tuple[float, float, float]:
        """Row of a run's priors."""
        return (LOG_UNIFORM if self.log else UNIFORM, *self.ends)


def _buffered(world: World, total_uM: Array) -> World:
    return replace(world, buffer=Buffer("phosphate", 1e-3 * total_uM))


def _ammoniacal(world: World, ammonium_uM: Array) -> World:
    return replace(world, ammonium_uM=ammonium_uM)


def _slow(world: World, place: Array) -> World:
    return replace(world, co2_share=special.betaincinv(ENDED, ENDED, place))


def _aired(world: World, kla_per_s: Array) -> World:
    return replace(world, kla_per_s=kla_per_s)


OTHERS = (
    Other("buffer", "buffer", (1.0, 1000.0), True, _buffered),
    Other("ammonium", "ammonium", (1.0, 100.0), True, _ammoniacal),
    Other("slow", "slow CO2", (0.0, 1.0), False, _slow),
    Other("air", "air", (3e-5, 3e-3), True, _aired),
)
"""Phosphate, with the pK of what powder brings, and ammonium, from the start [uM]; the share of the product's
distribution below it; kLa [1/s]."""


def shown_at(held: Array, world: World, points: Array, time_s: Array) -> Array:
    """What the electrode shows of points before offset and drift.

    Parameters
    ----------
    held : array, shape (point, 5)
        Known inputs as the beakers held them.
    world : World
        Chemistry, whose numbers may be arrays of one a point.
    points : array, shape (point, at least 5)
        E0, k_d, lag, start, ramp.
    time_s : array, shape (sample,)
        Times by the protocol's clock, ascending [s].

    Returns
    -------
    array, shape (point, sample)
        PH.

    Raises
    ------
    BenchError
        A curve that cannot be had.
    """
    packed, carbon = pack_world(held, world)
    shown = np.empty((len(points), len(time_s)))
    _show_all(np.ascontiguousarray(points), packed, carbon, np.ascontiguousarray(time_s), shown)
    if np.isnan(shown).any():
        raise BenchError(f"world '{world.name}': progress curve must be had, got none. Report it as a bug.")
    return shown


@compiled
def _show_all(points: Array, packed: Array, carbon: Array, time_s: Array, shown: Array) -> None:
    """Fill what the electrode shows of points by their exact curves; NaN where one cannot be had."""
    curve, other = np.empty((N_ROWS, MAX_NODES)), np.empty((1, time_s.shape[0]))
    for i in range(points.shape[0]):
        load, k_d, start = points[i, LOAD], points[i, DECAY], points[i, START]
        longest_s = max(time_s[-1] - start, 0.0)
        reach = longest_s if carbon.shape[1] > 0 else load * unit_exposure(longest_s, k_d)[0]
        n_nodes = 4 + int(max(math.log(max(reach, 1e-9)) - LOWEST_LN_U, 0.0) / LN_U_STEP)
        one = Curves(np.empty((n_nodes, 2)), np.empty(1))
        if carbon.shape[1] > 0:  # over the time since mixing, which takes the place of the exposure
            done = _fill_in_time(load, k_d, packed[i], carbon[i], one)
            load, k_d = 1.0, 0.0
        else:
            done = fill(packed[i], reach, curve, one)
        show(load, k_d, points[i, LAG], start, points[i, RAMP], time_s, one, other)
        for k in range(time_s.shape[0]):
            shown[i, k] = other[0, k] if done else math.nan


@compiled
def _fill_in_time(load: float, k_d: float, packed: Array, carbon: Array, one: Curves) -> bool:
    """Fill the curve of a beaker over the log of the time since mixing; whether it could be integrated."""
    n = one.nodes.shape[0]
    times, ph = np.exp(LOWEST_LN_U + LN_U_STEP * np.arange(n)), np.empty(n)
    done: bool = integrate(load, k_d, times, 0.0, packed, carbon, ph)
    for i in range(n):
        one.nodes[i, 0] = ph[i]
        if 2 <= i < n - 2:
            one.nodes[i, 1] = (8.0 * (ph[i + 1] - ph[i - 1]) - ph[i + 2] + ph[i - 2]) / (12.0 * LN_U_STEP)
        else:
            left, right = max(i - 1, 0), min(i + 1, n - 1)
            one.nodes[i, 1] = (ph[right] - ph[left]) / ((right - left) * LN_U_STEP)
    one.origin[0] = packed[PH0]
    return done


@dataclass(frozen=True, eq=False)
class OtherBeaker(Beaker):
    """A beaker in a world with an unknown amount."""

    other: Other

    def packed(self, values: Array, beta: Array) -> Array:
        """Packed cases of points whose curves are a function of the exposure, shape (point, constant)."""
        return pack_cases(self.held(beta[:, 2:]), self.other.world_of(self.world, values[:, CARBONATE]))

    def shown(self, values: Array, beta: Array, time_s: Array) -> Array:
        """What the electrode shows of points by their exact curves, before offset and drift, shape (point, sample)."""
        world = self.other.world_of(self.world, values[:, CARBONATE])
        return shown_at(self.held(beta[:, 2:]), world, values, time_s)


@dataclass(frozen=True, eq=False)
class OtherPosterior(UntoldPosterior):
    """Posterior in a world with an unknown amount, which stands in the column of carbonate.

    Parameters
    ----------
    other : Other
        The world.
    """

    other: Other

    @property
    def ok(self) -> bool:
        """Whether the answer can be trusted: enough effective draws, no weight that outweighs all others."""
        return self.effective_size >= LEAST_SIZE and self.sample.pareto_k <= WORST_PARETO_K

    def _shown(self, rows: NDArray[np.int64]) -> Array:
        """What the electrode shows of draws at the samples before offset and drift, by their own curves."""
        return self.curves(rows, self.run.time_s, reading=True)

    def curves(self, rows: NDArray[np.int64], time_s: Array, reading: bool) -> Array:
        """PH of some draws by their own exact curves, as ``UntoldPosterior.curves`` has it."""
        values = np.array(self.draws[rows])
        values[:, LAG] *= reading
        beaker = OtherBeaker(self.known, self.laboratory, self.world, self.other)
        return beaker.shown(values, self.sample.beta[rows], time_s)
