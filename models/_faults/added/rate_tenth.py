"""``tcn_dt`` trained at a tenth of its learning rate."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class RateTenth(TcnDt):
    """TCN with a low learning rate."""

    learning_rate: float = TcnDt.learning_rate / 10


MODEL = RateTenth()
