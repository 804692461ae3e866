"""``tcn_dt`` without any known input."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.known_inputs import WithoutKnown
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class KnownDropped(TcnDt):
    """TCN that sees the trace alone."""

    def encoder(self) -> Encoder:
        """Stage 1: no known inputs."""
        return WithoutKnown(("ph", "time", "dt"))


MODEL = KnownDropped()
