"""``width_doubled`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledWidthDoubled(TcnDtSubsampled):
    """TCN of twice the width."""

    width: int = TcnDtSubsampled.width * 2


MODEL = SubsampledWidthDoubled()
