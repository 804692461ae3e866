"""Short traces brought to the length of the training traces (items A5, #2 and #8): edge padding and interpolation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Traces
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class Stored:
    """Traces as the study stores them: all of one length, times may repeat; ``Traces`` refuses such times."""

    time_s: Array
    ph: Array
    known: Array

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Nothing says which samples were measured, shape (B, T)."""
        return np.ones(self.ph.shape, dtype=bool)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The one length of all, shape (B,)."""
        return np.full(len(self.ph), self.ph.shape[1])


@dataclass(frozen=True, eq=False)
class EdgePadding(Encoder):
    """The last pH and the last time are repeated up to the number of samples of the training traces.

    So the study meets traces sampled every 1 s and 10 s: 31 and 4 samples, then 70 and 97 copies of the last one, all
    at one time. Longer traces stay as they are.

    Examples
    --------
    >>> known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    >>> train = Traces.of([0.0, 1.0, 2.0, 3.0], [[7.0, 7.1, 7.2, 7.3]], known)
    >>> test = Traces.of([0.0, 3.0], [[7.0, 7.3]], known)
    >>> EdgePadding().fitted(train).prepare(test).time_s.tolist()
    [[0.0, 3.0, 3.0, 3.0]]
    """

    n_samples: int = 0

    def fitted(self, traces: Traces) -> Encoder:
        """Take scales and length from the training traces; see ``Encoder``."""
        return replace(super().fitted(traces), n_samples=int(traces.lengths.max()))

    def prepare(self, traces: Traces) -> Stored:
        """Traces padded at their edge."""
        last = traces.lengths[:, None] - 1
        source = np.minimum(np.arange(max(self.n_samples, int(last.max()) + 1)), last)
        time_s, ph = (np.take_along_axis(values, source, axis=1) for values in (traces.time_s, traces.ph))
        return Stored(time_s, ph, traces.known)


@dataclass(frozen=True, eq=False)
class Interpolation(Encoder):
    """Short traces are linearly interpolated onto as many equally spaced times as the training traces have.

    The repair that is proposed for edge padding. It makes every interval that of training.

    Examples
    --------
    >>> known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    >>> train = Traces.of([0.0, 1.0, 2.0, 3.0], [[7.0, 7.1, 7.2, 7.3]], known)
    >>> test = Traces.of([0.0, 3.0], [[7.0, 7.3]], known)
    >>> Interpolation().fitted(train).prepare(test).ph.round(2).tolist()
    [[7.0, 7.1, 7.2, 7.3]]
    """

    n_samples: int = 0
    prefix_s: float = 0.0

    def fitted(self, traces: Traces) -> Encoder:
        """Take scales, length and prefix from the training traces; see ``Encoder``."""
        fitted = super().fitted(traces)
        return replace(fitted, n_samples=int(traces.lengths.max()), prefix_s=float(traces.time_s.max()))

    def prepare(self, traces: Traces) -> Traces:
        """Traces with as many samples as in training; sets without a shorter one are left alone."""
        if int(traces.lengths.min()) >= self.n_samples:
            return traces
        grid = np.linspace(0.0, self.prefix_s, self.n_samples)
        measured = zip(traces.time_s, traces.ph, traces.lengths, strict=True)
        ph = [np.interp(grid, times[:length], values[:length]) for times, values, length in measured]
        return Traces.of(grid, ph, traces.known)
