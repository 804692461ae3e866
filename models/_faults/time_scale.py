"""Other scales of the time channel (items B1 and #1): z-scores and plain seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Traces
from models._sequence.encoder import Encoder

EPSILON = 1e-8
"""Added to a standard deviation, as the study does."""


@dataclass(frozen=True, eq=False)
class GlobalTime(Encoder):
    """Time less its mean over all training samples, over their standard deviation: the study's normalization.

    Examples
    --------
    >>> traces = Traces.of([0.0, 1.0, 2.0], [[7.0, 7.1, 7.2]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> GlobalTime(("ph", "time")).fitted(traces).time(traces).round(2).tolist()
    [[-1.22, 0.0, 1.22]]
    """

    time_mean: float = 0.0
    time_sd: float = 1.0

    def fitted(self, traces: Traces) -> Encoder:
        """Take the scales from the training traces; see ``Encoder``."""
        times = traces.time_s[traces.valid]
        return replace(super().fitted(traces), time_mean=float(times.mean()), time_sd=float(times.std()) + EPSILON)

    def time(self, traces: Traces) -> Array:
        """Time in standard deviations of the training samples, shape (B, T)."""
        return (traces.time_s - self.time_mean) / self.time_sd


@dataclass(frozen=True, eq=False)
class SequenceTime(Encoder):
    """Time of each trace less its own mean, over its own standard deviation: the first repair that is proposed.

    Examples
    --------
    >>> known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    >>> slow, fast = (Traces.of([0.0, step, 2 * step], [[7.0, 7.1, 7.2]], known) for step in (10.0, 0.3))
    >>> np.allclose(SequenceTime().time(slow), SequenceTime().time(fast))
    True
    """

    def time(self, traces: Traces) -> Array:
        """Time in standard deviations of the trace, shape (B, T)."""
        return standardized(traces.time_s, traces.valid)


@dataclass(frozen=True, eq=False)
class SecondsTime(Encoder):
    """Time in seconds, not scaled at all."""

    def time(self, traces: Traces) -> Array:
        """Time [s], shape (B, T)."""
        return traces.time_s


def standardized(values: Array, valid: NDArray[np.bool_]) -> Array:
    """Rows less their own mean, over their own standard deviation.

    Examples
    --------
    >>> standardized(np.array([[1.0, 3.0, 0.0]]), np.array([[True, True, False]])).round(6).tolist()
    [[-1.0, 1.0, -2.0]]
    """
    mean = values.mean(axis=1, where=valid, keepdims=True)
    return (values - mean) / (values.std(axis=1, where=valid, keepdims=True) + EPSILON)
