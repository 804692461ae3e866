"""The pipeline as found with a validity mask in place of edge padding."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.ph_scale import GlobalPh
from models._faults.time_scale import GlobalTime
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class AsFoundMaskedEncoder(GlobalTime, GlobalPh):
    """Stage 1: global z-scores of time and pH."""


@dataclass(frozen=True)
class AsFoundMasked(AsFound):
    """Without edge padding."""

    def encoder(self) -> Encoder:
        """Stage 1: global z-scores of time and pH."""
        return AsFoundMaskedEncoder(("ph", "time"))


MODEL = AsFoundMasked()
