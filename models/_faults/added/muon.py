"""``tcn_dt`` trained by Muon, at the learning rate that ``tcn_dt_subsampled`` has for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from models._faults.optimizers import MuonTraining
from models._sequence.training import Training
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TrainedByMuon(TcnDt):
    """TCN trained by Muon."""

    def training(self) -> Training:
        """Stage 5: the loop with Muon."""
        return MuonTraining(**asdict(super().training()) | {"learning_rate": 1e-2})


MODEL = TrainedByMuon()
