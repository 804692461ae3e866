"""``time_sequence_z`` on ``tcn_dt_subsampled``: the time of the cells is a z-score within the trace."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.cells import SequenceTimeCells
from models._sequence.network import SequenceNetwork
from models._sequence.time_cells import OnTimeCells
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledTimeSequenceZ(TcnDtSubsampled):
    """TCN whose cells have the same times in every trace."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: cells with time within the trace."""
        network = super(TcnDtSubsampled, self).network(n_channels, n_known, n_outputs)
        channels = self.encoder().channels
        cells = SequenceTimeCells(channels.index("time"), self.n_cells, self.grading)
        return OnTimeCells(network, cells)


MODEL = SubsampledTimeSequenceZ()
