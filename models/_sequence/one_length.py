"""Traces of many lengths for a network that has no mask: interpolated onto one length."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bench.cases import Traces
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class OneLength(Encoder):
    """Where training traces differ in length, all are interpolated onto as many times as the longest of them has.

    The times are spread evenly over each trace's own time. Without it a batch has traces of one interval only, and
    running statistics follow the interval of the last few batches. Trained on one length, traces stay as they are.

    Examples
    --------
    >>> from bench.cases import concatenate
    >>> known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    >>> short, long = (Traces.of(times, [7.0 + 0.1 * np.array(times)], known) for times in ([0, 3], [0, 1, 2, 3]))
    >>> mixed = OneLength(("ph", "time")).fitted(concatenate([short, long]))
    >>> mixed.prepare(short).ph.round(2).tolist()
    [[7.0, 7.1, 7.2, 7.3]]
    >>> OneLength(("ph", "time")).fitted(long).prepare(short) is short
    True
    """

    n_samples: int = 0

    def fitted(self, traces: Traces) -> Encoder:
        """Take scales and length from the training traces; see ``Encoder``."""
        longest = int(traces.lengths.max())
        return replace(super().fitted(traces), n_samples=0 if longest == traces.lengths.min() else longest)

    def prepare(self, traces: Traces) -> Traces:
        """Traces of one length, if those of training were not."""
        if not self.n_samples or not traces.n_cases:
            return traces
        measured = [(times[:n], ph[:n]) for times, ph, n in zip(traces.time_s, traces.ph, traces.lengths, strict=True)]
        grids = [np.linspace(times[0], times[-1], self.n_samples) for times, _ in measured]
        ph = [np.interp(grid, times, values) for grid, (times, values) in zip(grids, measured, strict=True)]
        return Traces.of(grids, ph, traces.known)
