"""``tcn_dt`` that stops after ten epochs without a better validation loss, as the study does."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class Patience10(TcnDt):
    """TCN with little patience."""

    patience: int = 10


MODEL = Patience10()
