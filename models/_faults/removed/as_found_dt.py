"""The pipeline as found with a dt channel."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound, StudyEncoder
from models._sequence.encoder import Encoder


@dataclass(frozen=True)
class AsFoundDt(AsFound):
    """With a dt channel."""

    def encoder(self) -> Encoder:
        """Stage 1: global z-scores, edge padding, dt."""
        return StudyEncoder(("ph", "time", "dt"))


MODEL = AsFoundDt()
