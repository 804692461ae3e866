"""``tcn_dt`` with time in seconds, not scaled."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.time_scale import SecondsTime
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TimeInSeconds(TcnDt):
    """TCN with a time channel that runs from 0 to 30."""

    def encoder(self) -> Encoder:
        """Stage 1: time in seconds."""
        return SecondsTime(("ph", "rise", "time", "dt"))


MODEL = TimeInSeconds()
