"""Temporal convolutional network on pH and time channels, without dt.

Tuning: none of its own: it has the settings of ``tcn_dt`` (12 trials), so that the two differ in the dt channel alone.
One fit with them gave a validation loss of 0.1902 (R2 0.9985 for E0, 0.630 for k_d) in 76 CPU seconds. Four
times the epochs lower that loss by 18 %, to 0.1564 (k_d 0.695): the row is limited by its budget. Tables:
docs/networks.md.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from models._sequence.muon import MuonTraining
from models._sequence.network import SequenceNetwork
from models._sequence.pipeline import SequenceModel
from models._sequence.temporal_convolution import TemporalConvolution
from models._sequence.training import Training


@dataclass(frozen=True)
class Tcn(SequenceModel):
    """TCN of the settings of ``tcn_dt``.

    Parameters
    ----------
    learning_rate, weight_decay, batch_size, epochs, min_epoch_steps, warmup_fraction, clip_norm, patience
        See ``Training``.
    width, n_blocks, dropout
        See ``TemporalConvolution``.
    """

    learning_rate: float = 1e-2
    batch_size: int = 128
    epochs: int = 40
    width: int = 48
    n_blocks: int = 7
    dropout: float = 0.0

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3."""
        return TemporalConvolution(n_channels, n_known, n_outputs, self.width, self.n_blocks, self.dropout)

    def training(self) -> Training:
        """Stage 5: Muon."""
        return MuonTraining(**asdict(super().training()))


MODEL = Tcn()
