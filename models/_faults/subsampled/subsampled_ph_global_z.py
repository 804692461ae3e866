"""``ph_global_z`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.ph_scale import GlobalPh
from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledPhGlobalZ(TcnDtSubsampled):
    """TCN with the study's pH channel."""

    def encoder(self) -> Encoder:
        """Stage 1: global z-score of pH."""
        return GlobalPh(("ph", "time", "dt"))


MODEL = SubsampledPhGlobalZ()
