"""``tcn_dt`` with time as a z-score within each trace."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.time_scale import SequenceTime
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TimeSequenceZ(TcnDt):
    """TCN with the time channel that is proposed first as a repair."""

    def encoder(self) -> Encoder:
        """Stage 1: z-score of time within the trace."""
        return SequenceTime(("ph", "rise", "time", "dt"))


MODEL = TimeSequenceZ()
