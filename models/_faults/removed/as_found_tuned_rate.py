"""The pipeline as found with the learning rate of ``tcn_dt``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class AsFoundTunedRate(AsFound):
    """With a tuned learning rate."""

    learning_rate: float = TcnDt.learning_rate


MODEL = AsFoundTunedRate()
