"""``patience_10`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledPatience10(TcnDtSubsampled):
    """TCN with little patience."""

    patience: int = 10


MODEL = SubsampledPatience10()
