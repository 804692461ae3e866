"""``tcn_dt`` with short traces interpolated to the number of samples of the training traces."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.padding import Interpolation
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class Interpolated(TcnDt):
    """TCN that is given short traces as long as the training traces."""

    def encoder(self) -> Encoder:
        """Stage 1: linear interpolation."""
        return Interpolation(("ph", "rise", "time", "dt"))


MODEL = Interpolated()
