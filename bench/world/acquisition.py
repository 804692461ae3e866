"""How a trace is measured: sampling times, electrode lag, offset, noise, resampling - in that order.

The lag belongs to the electrode in continuous time: it is integrated between the samples, never applied to them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Traces
from bench.compiled import compiled
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.carbon import pack_world
from bench.world.electrode import shown_trace
from bench.world.equilibria import World
from bench.world.integrator import integrated_ph
from bench.world.kinetics import PH0, pack_cases
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, unit_exposure
from bench.world.quantities import E0, K_D
from bench.world.simulator import simulate_ph

Mask = NDArray[np.bool_]

LAG_STEP_S = 0.05
"""Longest step of the electrode's integration (or its time constant); halving it moves the pH by less than 1e-7."""
SHORTEST_LAG_S = 1e-3
"""An electrode faster than this is none: it trails the steepest traces by less than the probe's noise."""


@dataclass(frozen=True)
class Acquisition:
    """How a trace is measured.

    Parameters
    ----------
    prefix_s : float
        Length of the measured prefix [s].
    interval_s : float
        Sampling interval [s]; samples at k * interval_s <= prefix_s, t = 0 included.
    noise_sd : float
        Standard deviation of the independent Gaussian noise [pH].
    jitter_s : float
        Each time but t = 0 is moved uniformly within plus or minus this [s]; reported exactly.
    drop_fraction : float
        Chance that a sample other than t = 0 is missing.
    lag_s : float
        Time constant of a first-order electrode that shows the initial pH at t = 0 [s]; 0 for none.
    offset_sd : float
        Standard deviation of a constant offset a trace [pH].
    resample_interval_s : float
        Grid onto which the measured trace is linearly interpolated before a model sees it [s]; 0 for none.

    Raises
    ------
    BenchError
        A value outside its range.

    Examples
    --------
    >>> [Acquisition(30.0, dt).n_samples for dt in (0.3, 1.0, 10.0)], Acquisition(10.0, 0.3).n_samples
    ([101, 31, 4], 34)
    """

    prefix_s: float
    interval_s: float
    noise_sd: float = 0.01
    jitter_s: float = 0.0
    drop_fraction: float = 0.0
    lag_s: float = 0.0
    offset_sd: float = 0.0
    resample_interval_s: float = 0.0

    def __post_init__(self) -> None:
        ranges = {
            "prefix_s": (0.0, 1e5),
            "interval_s": (1e-3, self.prefix_s),
            "noise_sd": (0.0, 1.0),
            "jitter_s": (0.0, self.interval_s * 0.499),
            "drop_fraction": (0.0, 0.99),
            "lag_s": (0.0, 1e3),
            "offset_sd": (0.0, 1.0),
            "resample_interval_s": (0.0, self.prefix_s),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise BenchError(
                    f"acquisition '{name}': value must be between {low} and {high}, got {value}. Mend the task."
                )
        if 0 < self.lag_s < SHORTEST_LAG_S:
            raise BenchError(
                f"acquisition 'lag_s': value must be 0 or at least {SHORTEST_LAG_S}, got {self.lag_s}. Mend the task."
            )

    @property
    def n_samples(self) -> int:
        """Number of samples on the undisturbed grid."""
        return math.floor(self.prefix_s / self.interval_s * (1 + 1e-12)) + 1

    @property
    def grid_s(self) -> Array:
        """Undisturbed sample times [s], shape (sample,)."""
        return np.arange(self.n_samples, dtype=np.float64) * self.interval_s

    @property
    def label(self) -> str:
        """Short text such as ``30 s @ 0.3 s``."""
        extras = [
            f"jitter {self.jitter_s:g} s" * (self.jitter_s > 0),
            f"{100 * self.drop_fraction:g} % dropped" * (self.drop_fraction > 0),
            f"noise {self.noise_sd:g} pH" * (self.noise_sd != 0.01),
            f"lag {self.lag_s:g} s" * (self.lag_s > 0),
            f"offset {self.offset_sd:g} pH" * (self.offset_sd > 0),
            f"interpolated onto {self.resample_interval_s:g} s" * (self.resample_interval_s > 0),
        ]
        return ", ".join([f"{self.prefix_s:g} s @ {self.interval_s:g} s", *(extra for extra in extras if extra)])


def measure(
    acquisition: Acquisition, known: Array, targets: Array, world: World, stream_name: str, numbers: range
) -> Traces:
    """Measure cases: exact pH on the sample times, then lag, offset and noise.

    Parameters
    ----------
    acquisition : Acquisition
        How they are measured.
    known, targets : array, shape (case, 5) and (case, 2)
        The cases.
    world : World
        Chemistry that they live in.
    stream_name : str
        Name of the random streams of times, offset and noise.
    numbers : range
        Case numbers in those streams; the same noise reaches the same case and sample in every acquisition.

    Returns
    -------
    Traces
        What the instrument recorded, before any resampling.

    Raises
    ------
    DomainError
        A case outside the simulator's domain.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> known, targets = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[0.5, 1e-3]])
    >>> traces = measure(Acquisition(30.0, 10.0), known, targets, TEMPERATURE_CORRECTED, "example", range(1))
    >>> traces.time_s.tolist()
    [[0.0, 10.0, 20.0, 30.0]]
    """
    time_s, valid = _sample_times(acquisition, stream_name, numbers)
    if acquisition.lag_s > 0:
        ph = lagged_ph(time_s, valid, known, targets, world, acquisition.lag_s)
    else:
        ph = simulate_ph(time_s, known, targets, world)
    if acquisition.offset_sd > 0:
        offsets = [g.standard_normal() for g in Stream(f"{stream_name}/offset").cases(numbers)]
        ph = ph + acquisition.offset_sd * np.array(offsets)[:, None]
    noise = [g.standard_normal(ph.shape[1]) for g in Stream(f"{stream_name}/noise").cases(numbers)]
    ph = ph + acquisition.noise_sd * np.reshape(noise, ph.shape)
    return Traces(time_s, np.where(valid, ph, 0.0), valid, known)


def deliver(acquisition: Acquisition, measured: Traces) -> Traces:
    """What a model is given of measured traces: the same, or interpolated onto the resampling grid.

    Parameters
    ----------
    acquisition : Acquisition
        How they were measured.
    measured : Traces
        What the instrument recorded.

    Returns
    -------
    Traces
        The traces that a model sees.

    Examples
    --------
    >>> measured = Traces.of([0.0, 10.0], [[7.0, 8.0]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> deliver(Acquisition(10.0, 10.0, resample_interval_s=5.0), measured).ph.tolist()
    [[7.0, 7.5, 8.0]]
    """
    if acquisition.resample_interval_s == 0:
        return measured
    grid = Acquisition(acquisition.prefix_s, acquisition.resample_interval_s).grid_s
    rows = [
        np.interp(grid, time_s[valid], ph[valid])
        for time_s, ph, valid in zip(measured.time_s, measured.ph, measured.valid, strict=True)
    ]
    return Traces.of(grid, np.reshape(rows, (measured.n_cases, len(grid))), measured.known)


def lagged_ph(time_s: Array, valid: Mask, known: Array, targets: Array, world: World, lag_s: float) -> Array:
    """PH that a first-order electrode shows, exact in continuous time.

    Solves lag dy/dt = pH(t) - y, y(0) = pH(0), by Gauss-Legendre quadrature of the convolution between samples.

    Parameters
    ----------
    time_s, valid : array, shape (case, sample)
        Sample times [s], increasing where valid.
    known, targets : array, shape (case, 5) and (case, 2)
        The cases.
    world : World
        Chemistry that they live in.
    lag_s : float
        Time constant [s].

    Returns
    -------
    array, shape (case, sample)
        Electrode pH; 0 where not valid.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> known, targets = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[0.5, 1e-3]])
    >>> time_s = np.array([[0.0, 10.0]])
    >>> lagged_ph(time_s, time_s >= 0, known, targets, TEMPERATURE_CORRECTED, 2.0).round(3).tolist()
    [[7.0, 8.255]]
    """
    if not world.autonomous:
        return integrated_ph(time_s, *pack_world(known, world), targets, lag_s, valid)
    ph = np.zeros(time_s.shape)
    rule = np.array(np.polynomial.legendre.leggauss(5))
    _lag(time_s, valid, pack_cases(known, world), targets, lag_s, LAG_STEP_S, rule, ph)
    return ph


def _sample_times(acquisition: Acquisition, stream_name: str, numbers: range) -> tuple[Array, Mask]:
    """Sample times and mask, shape (case, sample), padded with zeros."""
    grid = acquisition.grid_s
    if acquisition.jitter_s == 0 and acquisition.drop_fraction == 0:
        shape = (len(numbers), len(grid))
        return np.array(np.broadcast_to(grid, shape)), np.ones(shape, dtype=bool)
    time_s = np.zeros((len(numbers), len(grid)))
    valid = np.zeros(time_s.shape, dtype=bool)
    for row, generator in enumerate(Stream(f"{stream_name}/times").cases(numbers)):
        draws = generator.random((2, len(grid)))
        moved = grid + acquisition.jitter_s * (2.0 * draws[0] - 1.0)
        moved[0] = 0.0
        kept = moved[(draws[1] >= acquisition.drop_fraction) | (grid == 0)]
        time_s[row, : len(kept)] = kept
        valid[row, : len(kept)] = True
    return time_s, valid


@compiled
def _lag(
    time_s: Array, valid: Mask, packed: Array, targets: Array, lag_s: float, step_s: float, rule: Array, ph: Array
) -> None:
    """Fill ph (case, sample) where valid."""
    curve = np.empty((N_ROWS, MAX_NODES))
    for i in range(packed.shape[0]):
        n_valid = 0
        while n_valid < valid.shape[1] and valid[i, n_valid]:
            n_valid += 1
        E0_i, k_d = targets[i, E0], targets[i, K_D]
        u_stop = E0_i * unit_exposure(time_s[i, n_valid - 1], k_d)[0]
        n, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        out = np.empty((2, n_valid))
        shown_trace(E0_i, k_d, time_s[i, :n_valid], lag_s, step_s, 0.0, rule, curve, n, ph_eq, out)
        ph[i, :n_valid] = out[0]
