"""Gated recurrent unit over patches of a trace, with standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

from models._sequence.loss import BetaNll, Loss
from models.gru import Gru


@dataclass(frozen=True)
class GruNll(Gru):
    """``gru`` with a Gaussian likelihood head; its settings were not tuned again.

    Two losses were compared at standard size on validation cases (docs/networks.md); beta-NLL is kept.
    """

    family = "learned"
    trained_at = "one"
    gives_sd = True

    def loss(self) -> Loss:
        """Stage 4: beta-NLL."""
        return BetaNll()


MODEL = GruNll()
