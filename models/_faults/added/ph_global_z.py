"""``tcn_dt`` with pH as one z-score over all training samples, without the rise above the initial pH."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.ph_scale import GlobalPh
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class PhGlobalZ(TcnDt):
    """TCN with the study's pH channel."""

    def encoder(self) -> Encoder:
        """Stage 1: global z-score of pH."""
        return GlobalPh(("ph", "time", "dt"))


MODEL = PhGlobalZ()
