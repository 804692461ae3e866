"""``tcn_dt`` with the study's schedule: the learning rate is halved where the validation loss stands still."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from models._faults.schedules import PlateauRate
from models._sequence.training import Training
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class PlateauSchedule(TcnDt):
    """TCN with the study's schedule."""

    def training(self) -> Training:
        """Stage 5: reduction on a plateau."""
        return PlateauRate(**asdict(super().training()))


MODEL = PlateauSchedule()
