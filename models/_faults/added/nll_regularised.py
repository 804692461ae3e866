"""``tcn_dt_nll`` without bounds, with a regulariser of the variance."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.losses import RegularisedNll
from models._sequence.loss import Loss
from models.tcn_dt_nll import TcnDtNll


@dataclass(frozen=True)
class NllRegularised(TcnDtNll):
    """TCN with a likelihood head: a regulariser."""

    def loss(self) -> Loss:
        """Stage 4: a regulariser."""
        return RegularisedNll()


MODEL = NllRegularised()
