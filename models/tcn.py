"""Temporal convolutional network on pH and time channels, without dt.

Tuning: 6 trials at standard size with a seed that is not published, on 1,024 validation cases of ``in_distribution``
and 1,024 fresh ones. Best validation loss, and RMSE relative to the exact posterior's, E0 / k_d, on the fresh ones:
AdamW, 80 epochs 0.1970, 3.01 / 1.201; Muon at 0.02, 60 epochs 0.4553, 2.57 / 1.749; at 0.01, 40 epochs 0.1790, 1.99 /
1.096; the settings below 0.1682, 2.15 / 1.104 in 79 CPU seconds of a crowded machine. Two networks with one
convolution a block were worse. Table: docs/networks.md.
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

    family = "learned"
    trained_at = "one"

    learning_rate: float = 5e-3
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
