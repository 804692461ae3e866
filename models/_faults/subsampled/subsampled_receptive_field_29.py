"""``receptive_field_29`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.last_window import LastWindow
from models._sequence.network import SequenceNetwork
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledReceptiveField29(TcnDtSubsampled):
    """TCN that sees the end of the trace."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 29."""
        return LastWindow(n_channels, n_known, n_outputs, self.width, self.n_blocks)


MODEL = SubsampledReceptiveField29()
