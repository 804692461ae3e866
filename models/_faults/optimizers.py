"""Another optimizer, which the seed audit does not list: Muon in place of AdamW."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn, optim

from models._sequence.muon import MatrixMuon
from models._sequence.training import Training


@dataclass(frozen=True)
class MuonTraining(Training):
    """Training by Muon, whose steps are of one size in every direction."""

    def optimizer(self, network: nn.Module) -> optim.Optimizer:
        """Muon on weights as matrices, AdamW on biases."""
        return MatrixMuon(network, self.learning_rate, self.weight_decay)
