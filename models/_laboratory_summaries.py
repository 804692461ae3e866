"""Summaries of a trace that may be a laboratory's: despiked means over cells of time, as pH and exposure, and fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from bench.arrays import Array
from bench.cases import Traces
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE
from bench.world.simulator import MEASURED_PH, exposure_and_slope
from models._exposure_network import MIDDLE, WIDTH
from models._exposure_readings import Reader, Reading, Readings

N_CELLS = 24
"""Cells of a trace, as wide as their distance from its begin grows: it is steep there."""
NEIGHBOURS = 5
"""Samples of the running median that outliers are held against."""
SPIKE = 4.0
"""Standard deviations from the running median from which on a sample is an outlier."""
LEAST_NOISE = 3e-3
"""What rounding alone makes of a reading [pH]."""
READINGS = (Reading(), Reading(delay=True), Reading(offset=True, delay=True), Reading(delay=True, skipped=0.35))
"""Straight-line fits of the cells' exposures, each with another part of what a laboratory does to them."""
CELL_NOISE = 0.01
"""What readings take the noise of a cell for [pH]."""
FARTHEST = 1.5
"""Widths of the prior from its middle beyond which a reading is wild: how far, says nothing."""
SUREST, LEAST_SURE = 1e-3, 3.0
"""Standard deviations of a reading, in widths of the prior, beyond which they say nothing."""
SMALL_RATE = 0.05
"""Enzyme load below which rates are told apart by their difference, and above by their ratio [g/L]."""
FASTEST = 4.0
"""Largest rate that is shown as it is [g/L]; the prior of E0 ends at a third of it."""
NO_SLOPE = 1e3
"""Exposure a pH where the pH is that of the exhausted reaction [g s/L]."""


@dataclass(frozen=True)
class LaboratoryReader(Reader):
    """How traces are read that may be a laboratory's: fits of despiked cells, and the cells among the features."""

    noise: float = CELL_NOISE
    asked: tuple[Reading, ...] = READINGS

    def read(self, traces: Traces) -> Readings:
        """Read traces.

        The features are the known inputs, duration, number of samples and noise; of every cell the pH above the
        recorded initial one, the mean rate that explains it in a beaker without faults, by its ratio and as it is, and
        how that moves with the pH; and those of the readings.
        """
        ph, noise_sd = despiked(traces)
        time_s, cell_ph = cell_means(traces, ph)
        exposure, slope = exposure_and_slope(np.clip(cell_ph, *MEASURED_PH), traces.known, self.world)
        reached = np.isfinite(exposure)
        largest = np.where(reached, exposure, 0.0).max(axis=1, keepdims=True)
        rate = np.where(reached, exposure, largest) / time_s
        found = super().read(Traces(time_s, cell_ph, np.ones(time_s.shape, dtype=bool), traces.known))
        features = [
            traces.known[:, [SUBSTRATE, TEMPERATURE, INITIAL_PH]],
            np.log(time_s[:, -1]),
            np.log(traces.lengths),
            np.log(noise_sd),
            cell_ph - traces.known[:, [INITIAL_PH]],
            np.arcsinh(rate / SMALL_RATE),
            np.clip(rate, -FASTEST, FASTEST),
            np.log(np.where(reached, slope, NO_SLOPE)),
            found.features,
        ]
        return Readings(
            np.clip(found.targets, MIDDLE - FARTHEST * WIDTH, MIDDLE + FARTHEST * WIDTH),
            np.clip(found.sd, SUREST * WIDTH, LEAST_SURE * WIDTH),
            np.column_stack(features),
        )


def despiked(traces: Traces) -> tuple[Array, Array]:
    """PH with outliers put back to the running median, and the standard deviation of the noise, shape (case,).

    Examples
    --------
    >>> ph = 7.0 + 0.01 * np.arange(9.0)
    >>> struck = np.where(np.arange(9) == 4, 8.0, ph)
    >>> traces = Traces.of(np.arange(9.0), [struck], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> bool(np.abs(despiked(traces)[0] - ph).max() < 0.011)
    True
    """
    last = np.take_along_axis(traces.ph, traces.lengths[:, None] - 1, axis=1)
    ph = np.where(traces.valid, traces.ph, last)
    middle = median_filter(ph, size=(1, NEIGHBOURS), mode="nearest")
    bend = np.where(traces.valid[:, 2:], np.abs(np.diff(ph, 2, axis=1)), np.nan) / np.sqrt(6.0)
    typical = np.zeros(len(ph))
    told = traces.lengths > 2
    typical[told] = 1.4826 * np.nanmedian(bend[told], axis=1)
    noise_sd = np.hypot(typical, LEAST_NOISE)
    spikes = (np.abs(ph - middle) > SPIKE * noise_sd[:, None]) & (traces.lengths >= NEIGHBOURS)[:, None]
    return np.where(spikes, middle, ph), noise_sd


def cell_means(traces: Traces, ph: Array) -> tuple[Array, Array]:
    """Middles of the cells of time [s], and the pH there: means over cells, interpolated where one has no sample.

    Examples
    --------
    >>> traces = Traces.of([0.0, 10.0, 20.0], [[7.0, 8.0, 8.5]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> time_s, ph = cell_means(traces, traces.ph)
    >>> [round(float(np.interp(each, time_s[0], ph[0])), 2) for each in (5.0, 15.0)]
    [7.5, 8.25]
    """
    longest_s = np.maximum(np.where(traces.valid, traces.time_s, 0.0).max(axis=1, keepdims=True), 1e-3)
    cell = np.minimum((N_CELLS * np.sqrt(traces.time_s / longest_s)).astype(np.int64), N_CELLS - 1)
    cell += N_CELLS * np.arange(len(ph))[:, None]
    number, time_sum, ph_sum = (
        np.bincount(cell[traces.valid], weights, N_CELLS * len(ph)).reshape(-1, N_CELLS)
        for weights in (None, traces.time_s[traces.valid], ph[traces.valid])
    )
    time_s = ((np.arange(N_CELLS) + 0.5) / N_CELLS) ** 2 * longest_s
    means = [
        np.interp(at, times[held > 0] / held[held > 0], sums[held > 0] / held[held > 0])
        for at, times, sums, held in zip(time_s, time_sum, ph_sum, number, strict=True)
    ]
    return time_s, np.reshape(means, time_s.shape)
