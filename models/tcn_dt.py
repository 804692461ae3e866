"""Temporal convolutional network on pH, time and dt channels: the sound pipeline that the audit starts from.

Tuning: 12 trials on 1,024 validation cases of ``in_distribution``, among them those that settled normalization and pH
scale for all networks; best validation loss 0.1891 (R2 0.9989 for E0, 0.632 for k_d) in 88 CPU seconds. Four times
the epochs lower that loss by 17 %, to 0.1574 (k_d 0.693): the row is limited by its budget. Tables: docs/networks.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from models._sequence.encoder import Encoder
from models._sequence.network import SequenceNetwork
from models._sequence.pipeline import SequenceModel
from models._sequence.temporal_convolution import TemporalConvolution


@dataclass(frozen=True)
class TcnDt(SequenceModel):
    """TCN that is told the interval before every sample.

    Parameters
    ----------
    learning_rate, weight_decay, batch_size, epochs, min_epoch_steps, warmup_fraction, clip_norm, patience
        See ``Training``.
    width, stride, kernel_size, n_blocks, dropout, normalization
        See ``TemporalConvolution``.
    """

    learning_rate: float = 2e-3
    batch_size: int = 128
    epochs: int = 80
    width: int = 48
    stride: int = 8
    kernel_size: int = 3
    n_blocks: int = 3
    dropout: float = 0.0
    normalization: str = "none"

    def encoder(self) -> Encoder:
        """Stage 1: pH, time and dt channels."""
        return Encoder(("ph", "rise", "time", "dt"))

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3."""
        return TemporalConvolution(
            n_channels,
            n_known,
            n_outputs,
            self.width,
            self.stride,
            self.kernel_size,
            self.n_blocks,
            self.dropout,
            self.normalization,
        )


MODEL = TcnDt()
