"""The pipeline as the study has it, with all its faults together: what single faults are removed from.

The seed audit tells: global z-scores of pH and time, no dt channel, edge padding without a mask, three blocks of
kernel 3 (receptive field 29) on pH and time, dropout 0.2 in the blocks and 0.1 before the output, no batch
normalization, squared error, learning rate 1e-3, patience 10, reduction on a plateau, no clipping, and a split without
a seed. It does not tell width and batch size, which are those of ``tcn_dt``, nor optimizer and most epochs: AdamW, 80.
That the network is read at the last sample is what a receptive field is about; a mean over all samples would see the
whole trace with any.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from models._faults.layers import dropping
from models._faults.padding import EdgePadding, Interpolation
from models._faults.ph_scale import GlobalPh
from models._faults.schedules import PlateauRate
from models._faults.split import UnseededSplit
from models._faults.study_network import StudyNetwork
from models._faults.time_scale import GlobalTime, SequenceTime
from models._sequence.encoder import Encoder
from models._sequence.network import SequenceNetwork
from models._sequence.training import Training
from models.tcn_dt import TcnDt


@dataclass(frozen=True, eq=False)
class StudyEncoder(EdgePadding, GlobalTime, GlobalPh):
    """The study's pH and time channels."""


@dataclass(frozen=True, eq=False)
class FixedPhEncoder(EdgePadding, GlobalTime):
    """Those of the study, but for the global z-score of pH."""


@dataclass(frozen=True, eq=False)
class FixedTimeEncoder(EdgePadding, GlobalPh):
    """Those of the study, but for the global z-score of time."""


@dataclass(frozen=True, eq=False)
class SequenceTimeEncoder(SequenceTime, EdgePadding, GlobalPh):
    """Those of the study, with time within each trace: the repair of the time scale that is proposed first."""


@dataclass(frozen=True, eq=False)
class MaskedEncoder(GlobalTime, GlobalPh):
    """Those of the study, without edge padding."""


@dataclass(frozen=True, eq=False)
class InterpolatedEncoder(Interpolation, GlobalTime, GlobalPh):
    """Those of the study, with interpolation in place of edge padding: the repair that is proposed."""


@dataclass(frozen=True, eq=False)
class RepairedEncoder(Interpolation, SequenceTime, GlobalPh):
    """Those of the study, with both repairs."""


@dataclass(frozen=True)
class SeededAsFound(TcnDt):
    """The pipeline as found, but for its split."""

    learning_rate: float = 1e-3
    epochs: int = 80
    clip_norm: float = float("inf")
    patience: int = 10

    def encoder(self) -> Encoder:
        """Stage 1: global z-scores, edge padding, no dt."""
        return StudyEncoder(("ph", "time"))

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 29, dropout."""
        return dropping(StudyNetwork(n_channels, n_known, n_outputs, self.width, n_blocks=3), blocks=0.2, head=0.1)

    def training(self) -> Training:
        """Stage 5: reduction on a plateau, no clipping, patience 10."""
        return PlateauRate(**asdict(super().training()))


@dataclass(frozen=True)
class AsFound(UnseededSplit, SeededAsFound):
    """The pipeline as found."""
