"""``tcn_dt`` without the initial pH, neither as a known input nor in the channel of the rise."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.known_inputs import WithoutInitialPh
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class InitialPhDropped(TcnDt):
    """TCN that is not told the initial pH."""

    def encoder(self) -> Encoder:
        """Stage 1: four known inputs."""
        return WithoutInitialPh(("ph", "time", "dt"))


MODEL = InitialPhDropped()
