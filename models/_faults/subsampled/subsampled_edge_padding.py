"""``edge_padding`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.padding import EdgePadding
from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledEdgePadded(TcnDtSubsampled):
    """TCN that is given short traces as long as the training traces."""

    def encoder(self) -> Encoder:
        """Stage 1: edge padding, no mask."""
        return EdgePadding(("ph", "rise", "time", "dt"))


MODEL = SubsampledEdgePadded()
