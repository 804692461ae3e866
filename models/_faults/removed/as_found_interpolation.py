"""The pipeline as found with interpolation in place of edge padding: the repair that is proposed."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.padding import Interpolation
from models._faults.ph_scale import GlobalPh
from models._faults.time_scale import GlobalTime
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class AsFoundInterpolationEncoder(Interpolation, GlobalTime, GlobalPh):
    """Stage 1: interpolation, global z-scores of time and pH."""


@dataclass(frozen=True)
class AsFoundInterpolation(AsFound):
    """With the proposed repair of edge padding."""

    def encoder(self) -> Encoder:
        """Stage 1: interpolation, global z-scores of time and pH."""
        return AsFoundInterpolationEncoder(("ph", "time"))


MODEL = AsFoundInterpolation()
