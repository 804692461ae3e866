"""``tcn_dt`` trained at one learning rate from the first step to the last."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from models._faults.schedules import ConstantRate
from models._sequence.training import Training
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class NoSchedule(TcnDt):
    """TCN without a schedule."""

    def training(self) -> Training:
        """Stage 5: constant learning rate."""
        return ConstantRate(**asdict(super().training()))


MODEL = NoSchedule()
