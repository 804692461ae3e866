"""``tcn_dt`` trained at ten times its learning rate."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class RateTimes10(TcnDt):
    """TCN with a high learning rate."""

    learning_rate: float = TcnDt.learning_rate * 10


MODEL = RateTimes10()
