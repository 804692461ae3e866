"""``patience_1`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledPatience1(TcnDtSubsampled):
    """TCN without patience."""

    patience: int = 1


MODEL = SubsampledPatience1()
