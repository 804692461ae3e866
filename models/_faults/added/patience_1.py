"""``tcn_dt`` that stops at the first epoch without a better validation loss."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class Patience1(TcnDt):
    """TCN without patience."""

    patience: int = 1


MODEL = Patience1()
