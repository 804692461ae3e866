"""``interpolation`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.padding import Interpolation
from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledInterpolated(TcnDtSubsampled):
    """TCN that is given short traces as long as the training traces."""

    def encoder(self) -> Encoder:
        """Stage 1: linear interpolation."""
        return Interpolation(("ph", "rise", "time", "dt"))


MODEL = SubsampledInterpolated()
