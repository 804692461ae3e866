"""``tcn_dt`` with half as many channels in its blocks."""

from __future__ import annotations

from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class WidthHalved(TcnDt):
    """TCN of half the width."""

    width: int = TcnDt.width // 2


MODEL = WidthHalved()
