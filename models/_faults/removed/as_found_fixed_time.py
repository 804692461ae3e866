"""The pipeline as found with time on a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.padding import EdgePadding
from models._faults.ph_scale import GlobalPh
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class AsFoundFixedTimeEncoder(EdgePadding, GlobalPh):
    """Stage 1: edge padding, global z-score of pH."""


@dataclass(frozen=True)
class AsFoundFixedTime(AsFound):
    """Without the global z-score of time."""

    def encoder(self) -> Encoder:
        """Stage 1: edge padding, global z-score of pH."""
        return AsFoundFixedTimeEncoder(("ph", "time"))


MODEL = AsFoundFixedTime()
