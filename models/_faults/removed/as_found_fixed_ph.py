"""The pipeline as found with pH on a fixed scale and its rise above the initial pH."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.padding import EdgePadding
from models._faults.time_scale import GlobalTime
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class AsFoundFixedPhEncoder(EdgePadding, GlobalTime):
    """Stage 1: edge padding, global z-score of time."""


@dataclass(frozen=True)
class AsFoundFixedPh(AsFound):
    """Without the global z-score of pH."""

    def encoder(self) -> Encoder:
        """Stage 1: edge padding, global z-score of time."""
        return AsFoundFixedPhEncoder(("ph", "rise", "time"))


MODEL = AsFoundFixedPh()
