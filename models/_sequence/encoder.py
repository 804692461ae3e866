"""Stage 1, the encoder: traces become tensors of named channels, a validity mask and scaled known inputs.

Axis letters in this folder: B cases of a batch, C channels, T samples, K known inputs, O outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Traces
from bench.errors import PluginError
from bench.world.quantities import INITIAL_PH
from models._sequence.scaler import column_scale

TIME_UNIT_S = 30.0
"""Unit of the time channel: fixed, so that equal inputs mean equal seconds in every data set."""
DT_UNIT_S = 10.0
"""Unit of the dt channel: intervals are far shorter than prefixes."""
PH_CENTRE = 8.0
"""Zero of the pH channel, about the middle of what urea hydrolysis passes through."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Traces as a network sees them.

    Parameters
    ----------
    samples : tensor, shape (B, C, T)
        Channels; 0 where not valid.
    valid : bool tensor, shape (B, T)
        True for measured samples, a run followed by padding.
    known : tensor, shape (B, K)
        Known inputs, scaled.
    lengths : integer array, shape (B,)
        Number of valid samples; on the CPU, so that batches are planned without waiting for a device.
    """

    samples: torch.Tensor
    valid: torch.Tensor
    known: torch.Tensor
    lengths: NDArray[np.int64]

    def to(self, device: str) -> Encoded:
        """Move to a device."""
        return Encoded(self.samples.to(device), self.valid.to(device), self.known.to(device), self.lengths)

    def take(self, cases: NDArray[np.int64]) -> Encoded:
        """Select some cases, without the padding that only the others needed."""
        lengths = self.lengths[cases]
        index = torch.from_numpy(cases).to(self.samples.device)
        width = int(lengths.max())
        return Encoded(
            self.samples[:, :, :width].index_select(0, index),
            self.valid[:, :width].index_select(0, index),
            self.known.index_select(0, index),
            lengths,
        )


@dataclass(frozen=True, eq=False)
class Encoder:
    """Channels of a trace on fixed scales, known inputs standardized by the training cases.

    A variant overrides one of ``ph``, ``rise``, ``time``, ``dt``, ``known`` or ``prepare``.

    Parameters
    ----------
    channels : tuple of str
        Names of the channel methods, in order.
    known_mean, known_scale : array, shape (K,), or None
        Statistics of the training cases; None before ``fitted``.

    Examples
    --------
    >>> traces = Traces.of([0.0, 3.0], [[7.0, 8.5]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> encoded = Encoder(("ph", "time", "dt")).fitted(traces).encode(traces)
    >>> [[round(x, 2) for x in channel] for channel in encoded.samples[0].tolist()]
    [[-1.0, 0.5], [0.0, 0.1], [0.0, 0.3]]
    """

    channels: tuple[str, ...] = ("ph", "rise", "time")
    known_mean: Array | None = None
    known_scale: Array | None = None

    def __post_init__(self) -> None:
        names = ("ph", "rise", "time", "dt")
        for channel in self.channels:
            if channel not in names:
                raise PluginError(
                    f"encoder '{channel}': channel must be one of {', '.join(names)}, got '{channel}'. Rename it."
                )

    @property
    def n_channels(self) -> int:
        """Number of channels C."""
        return len(self.channels)

    @property
    def n_known(self) -> int:
        """Number of known inputs K that reach the network."""
        return 0 if self.known_mean is None else len(self.known_mean)

    def fitted(self, traces: Traces) -> Encoder:
        """Take the scales of the known inputs from the training traces."""
        known = self.known(traces)
        return replace(self, known_mean=known.mean(axis=0), known_scale=column_scale(known))

    def encode(self, traces: Traces) -> Encoded:
        """Turn traces into tensors."""
        if self.known_mean is None or self.known_scale is None:
            raise PluginError("encoder 'known': scales must be fitted, got none. Call fitted(training traces) first.")
        traces = self.prepare(traces)
        samples = np.empty((traces.ph.shape[0], self.n_channels, traces.ph.shape[1]), dtype=np.float32)
        for number, name in enumerate(self.channels):
            samples[:, number] = np.where(traces.valid, getattr(self, name)(traces), 0.0)
        known = (self.known(traces) - self.known_mean) / self.known_scale
        return Encoded(
            torch.from_numpy(samples),
            torch.from_numpy(traces.valid.copy()),
            torch.from_numpy(known.astype(np.float32)),
            traces.lengths,
        )

    def prepare(self, traces: Traces) -> Traces:
        """Traces as they are encoded: unchanged; padding or interpolation would go here."""
        return traces

    def ph(self, traces: Traces) -> Array:
        """Absolute pH, shape (B, T)."""
        return traces.ph - PH_CENTRE

    def rise(self, traces: Traces) -> Array:
        """PH above the known initial pH, shape (B, T)."""
        return traces.ph - traces.known[:, INITIAL_PH, None]

    def time(self, traces: Traces) -> Array:
        """Time in fixed units, shape (B, T)."""
        return traces.time_s / TIME_UNIT_S

    def dt(self, traces: Traces) -> Array:
        """Time since the sample before in fixed units, 0 for the first, shape (B, T)."""
        return np.diff(traces.time_s, axis=1, prepend=traces.time_s[:, :1]) / DT_UNIT_S

    def known(self, traces: Traces) -> Array:
        """Known inputs in physical units, shape (B, K)."""
        return traces.known
