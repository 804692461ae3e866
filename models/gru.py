"""Gated recurrent unit over patches of a trace, on pH and time channels.

Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", arXiv:1406.1078 (2014).

Tuning: 1 trial of this loss and optimizer at standard size with a seed that is not published, on 1,024 validation cases
of ``in_distribution`` and 1,024 fresh ones; RMSE relative to the exact posterior's, E0 / k_d, 1.16 / 1.080 and
1.12 / 1.074 in 134 CPU seconds of a crowded machine. Width and patches are of 7 trials by squared error and AdamW, the
best of which had R2 0.9991 / 0.596 on the validation cases of seed 0. Table: docs/networks.md.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn.functional import gelu

from models._sequence.encoder import Encoded
from models._sequence.loss import BetaNll, Loss
from models._sequence.muon import MuonTraining
from models._sequence.network import Patches, SequenceNetwork, last_valid, masked_mean, with_known
from models._sequence.pipeline import SequenceModel
from models._sequence.training import Training


class ResidualHead(nn.Module):
    """Three dense layers from pooled features and known inputs to the outputs, the middle one added to the first."""

    def __init__(self, n_in: int, width: int, n_outputs: int, dropout: float) -> None:
        super().__init__()
        self.enter, self.middle, self.leave = (
            nn.Linear(n_in, width),
            nn.Linear(width, width),
            nn.Linear(width, n_outputs),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs, shape (B, O)."""
        x = self.enter(x)
        x = x + self.middle(self.dropout(gelu(x)))
        return self.leave(self.dropout(gelu(x)))


class GruNetwork(SequenceNetwork):
    """Patches, a GRU that runs forward only, last valid state and mean of the valid states, head."""

    def __init__(
        self,
        n_channels: int,
        n_known: int,
        n_outputs: int,
        width: int = 64,
        stride: int = 8,
        n_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(n_channels, n_known)
        self.patches = Patches(n_channels + n_known, width, stride)
        self.gru = nn.GRU(width, width, n_layers, batch_first=True, dropout=dropout if n_layers > 1 else 0.0)
        self.head = ResidualHead(2 * width + n_known, 2 * width, n_outputs, dropout)

    def answer(self, encoded: Encoded) -> torch.Tensor:
        """Outputs, shape (B, O); padding comes after the trace, so no valid state has seen it."""
        x, valid = self.patches(with_known(encoded), encoded.valid)
        states = self.gru(x.transpose(1, 2))[0].transpose(1, 2)
        return self.head(torch.cat([masked_mean(states, valid), last_valid(states, valid), encoded.known], dim=1))


@dataclass(frozen=True)
class Gru(SequenceModel):
    """GRU with the known inputs beside every sample and before the head.

    Parameters
    ----------
    learning_rate, weight_decay, batch_size, epochs, min_epoch_steps, warmup_fraction, clip_norm, patience
        See ``Training``.
    width : int
        Size of a patch's features and of the state.
    stride : int
        Samples of a patch.
    n_layers : int
        Stacked recurrent layers.
    dropout : float
        Share of features dropped in training, between layers and in the head.
    """

    gives_sd = True
    family = "learned"
    trained_at = "one"

    learning_rate: float = 1e-2
    epochs: int = 60
    width: int = 64
    stride: int = 8
    n_layers: int = 1
    dropout: float = 0.0

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3."""
        return GruNetwork(n_channels, n_known, n_outputs, self.width, self.stride, self.n_layers, self.dropout)

    def loss(self) -> Loss:
        """Stage 4: beta-NLL."""
        return BetaNll()

    def training(self) -> Training:
        """Stage 5: Muon."""
        return MuonTraining(**asdict(super().training()))


MODEL = Gru()
