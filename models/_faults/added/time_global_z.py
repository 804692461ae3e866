"""``tcn_dt`` with time as a z-score over all training samples."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.time_scale import GlobalTime
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TimeGlobalZ(TcnDt):
    """TCN with the study's time channel."""

    def encoder(self) -> Encoder:
        """Stage 1: global z-score of time."""
        return GlobalTime(("ph", "rise", "time", "dt"))


MODEL = TimeGlobalZ()
