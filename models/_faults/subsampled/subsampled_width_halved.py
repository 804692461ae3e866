"""``width_halved`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledWidthHalved(TcnDtSubsampled):
    """TCN of half the width."""

    width: int = TcnDtSubsampled.width // 2


MODEL = SubsampledWidthHalved()
