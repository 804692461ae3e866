"""``tcn_dt`` with twice as many channels in its blocks."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class WidthDoubled(TcnDt):
    """TCN of twice the width."""

    width: int = TcnDt.width * 2


MODEL = WidthDoubled()
