"""The pipeline as found with time as a z-score within each trace: the repair that is proposed first."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.padding import EdgePadding
from models._faults.ph_scale import GlobalPh
from models._faults.time_scale import SequenceTime
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class AsFoundTimeSequenceZEncoder(SequenceTime, EdgePadding, GlobalPh):
    """Stage 1: edge padding, time within the trace, global z-score of pH."""


@dataclass(frozen=True)
class AsFoundTimeSequenceZ(AsFound):
    """With the proposed repair of the time scale."""

    def encoder(self) -> Encoder:
        """Stage 1: edge padding, time within the trace, global z-score of pH."""
        return AsFoundTimeSequenceZEncoder(("ph", "time"))


MODEL = AsFoundTimeSequenceZ()
