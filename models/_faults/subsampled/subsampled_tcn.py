"""``tcn`` on ``tcn_dt_subsampled``: no dt channel."""

from __future__ import annotations

from dataclasses import dataclass

from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledTcn(TcnDtSubsampled):
    """TCN that is not told the interval before every sample."""

    def encoder(self) -> Encoder:
        """Stage 1: pH and time channels."""
        return Encoder(("ph", "rise", "time"))


MODEL = SubsampledTcn()
