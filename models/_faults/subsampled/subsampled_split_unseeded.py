"""``split_unseeded`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.split import UnseededSplit
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledSplitUnseeded(UnseededSplit, TcnDtSubsampled):
    """TCN of which no two fits have the same training cases."""


MODEL = SubsampledSplitUnseeded()
