"""``initial_ph_dropped`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.known_inputs import WithoutInitialPh
from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledInitialPhDropped(TcnDtSubsampled):
    """TCN that is not told the initial pH."""

    def encoder(self) -> Encoder:
        """Stage 1: four known inputs."""
        return WithoutInitialPh(("ph", "time", "dt"))


MODEL = SubsampledInitialPhDropped()
