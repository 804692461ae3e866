"""``tcn_dt_nll`` without bounds of the variance."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.losses import UnboundedNll
from models._sequence.loss import Loss
from models.tcn_dt_nll import TcnDtNll


@dataclass(frozen=True)
class NllUnbounded(TcnDtNll):
    """TCN with a likelihood head: no bounds."""

    def loss(self) -> Loss:
        """Stage 4: no bounds."""
        return UnboundedNll()


MODEL = NllUnbounded()
