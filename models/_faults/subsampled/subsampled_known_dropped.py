"""``known_dropped`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.known_inputs import WithoutKnown
from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledKnownDropped(TcnDtSubsampled):
    """TCN that sees the trace alone."""

    def encoder(self) -> Encoder:
        """Stage 1: no known inputs."""
        return WithoutKnown(("ph", "time", "dt"))


MODEL = SubsampledKnownDropped()
