"""The pipeline as found with the patience of ``tcn_dt``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class AsFoundPatience40(AsFound):
    """With patience."""

    patience: int = TcnDt.patience


MODEL = AsFoundPatience40()
