"""``tcn_dt`` trained on a split that no seed settles."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.split import UnseededSplit
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class SplitUnseeded(UnseededSplit, TcnDt):
    """TCN of which no two fits have the same training cases."""


MODEL = SplitUnseeded()
