"""Temporal convolutional network on pH, time and dt channels, with standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

from models._sequence.loss import BetaNll, Loss
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TcnDtNll(TcnDt):
    """``tcn_dt`` with a Gaussian likelihood head; its settings were not tuned again.

    Two losses were compared at standard size on validation cases (docs/networks.md): the plain likelihood never learnt
    k_d, beta-NLL did, and is kept.
    """

    family = "learned"
    trained_at = "one"
    gives_sd = True

    def loss(self) -> Loss:
        """Stage 4: beta-NLL."""
        return BetaNll()


MODEL = TcnDtNll()
