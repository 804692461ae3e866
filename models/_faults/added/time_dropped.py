"""``tcn_dt`` without time and dt channels: it sees pH values in their order."""

from __future__ import annotations

from dataclasses import dataclass

from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TimeDropped(TcnDt):
    """TCN that is not told when its samples were taken."""

    def encoder(self) -> Encoder:
        """Stage 1: pH channels only."""
        return Encoder(("ph", "rise"))


MODEL = TimeDropped()
