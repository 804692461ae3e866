"""``rate_tenth`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledRateTenth(TcnDtSubsampled):
    """TCN with a low learning rate."""

    learning_rate: float = TcnDtSubsampled.learning_rate / 10


MODEL = SubsampledRateTenth()
