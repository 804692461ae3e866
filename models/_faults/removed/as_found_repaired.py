"""The pipeline as found after every repair that the seed audit puts first, in its own words and numbers.

Time as a z-score within each trace, interpolation in place of edge padding, clipping at 1, a dt channel, a seeded
split, batch normalization, dropout 0.1 and 0.05. (The clamp of the variance concerns another loss.)
"""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import SeededAsFound
from models._faults.last_window import LastWindow
from models._faults.layers import batch_normalized, dropping
from models._faults.padding import Interpolation
from models._faults.ph_scale import GlobalPh
from models._faults.time_scale import SequenceTime
from models._sequence.encoder import Encoder
from models._sequence.network import SequenceNetwork
from models.tcn_dt import TcnDt


@dataclass(frozen=True, eq=False)
class RepairedEncoder(Interpolation, SequenceTime, GlobalPh):
    """Stage 1: interpolation, time within the trace, global z-score of pH."""


@dataclass(frozen=True)
class AsFoundRepaired(SeededAsFound):
    """With all proposed repairs."""

    clip_norm: float = TcnDt.clip_norm

    def encoder(self) -> Encoder:
        """Stage 1: the proposed channels."""
        return RepairedEncoder(("ph", "time", "dt"))

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 29, less dropout, batch normalization."""
        network = LastWindow(n_channels, n_known, n_outputs, self.width, self.n_blocks)
        return batch_normalized(dropping(network, blocks=0.1, head=0.05))


MODEL = AsFoundRepaired()
