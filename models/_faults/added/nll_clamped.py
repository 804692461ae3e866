"""``tcn_dt_nll`` with the logarithm of the variance clamped at +-10."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.losses import ClampedNll
from models._sequence.loss import Loss
from models.tcn_dt_nll import TcnDtNll


@dataclass(frozen=True)
class NllClamped(TcnDtNll):
    """TCN with a likelihood head: a hard clamp."""

    def loss(self) -> Loss:
        """Stage 4: a hard clamp."""
        return ClampedNll()


MODEL = NllClamped()
