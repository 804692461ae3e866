"""``tcn_dt_nll`` with the study's loss: the plain likelihood, without bounds."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.losses import PlainNll
from models._sequence.loss import Loss
from models.tcn_dt_nll import TcnDtNll


@dataclass(frozen=True)
class NllPlain(TcnDtNll):
    """TCN with a likelihood head: plain likelihood, no bounds."""

    def loss(self) -> Loss:
        """Stage 4: plain likelihood, no bounds."""
        return PlainNll()


MODEL = NllPlain()
