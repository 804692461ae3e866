"""``tcn_dt`` with the study's network: the last 29 samples of 101."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.last_window import LastWindow
from models._sequence.network import SequenceNetwork
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class ReceptiveField29(TcnDt):
    """TCN that sees the end of the trace."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 29."""
        return LastWindow(n_channels, n_known, n_outputs, self.width, self.n_blocks)


MODEL = ReceptiveField29()
