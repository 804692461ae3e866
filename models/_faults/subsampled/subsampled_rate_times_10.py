"""``rate_times_10`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledRateTimes10(TcnDtSubsampled):
    """TCN with a high learning rate."""

    learning_rate: float = TcnDtSubsampled.learning_rate * 10


MODEL = SubsampledRateTimes10()
