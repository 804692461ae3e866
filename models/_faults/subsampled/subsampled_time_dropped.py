"""``time_dropped`` on ``tcn_dt_subsampled``: time and dt are zero in every cell."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.cells import TimelessCells
from models._sequence.network import SequenceNetwork
from models._sequence.time_cells import OnTimeCells
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledTimeDropped(TcnDtSubsampled):
    """TCN that is not told when its cells are."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: cells without time and dt."""
        network = super(TcnDtSubsampled, self).network(n_channels, n_known, n_outputs)
        channels = self.encoder().channels
        dropped = (channels.index("time"), channels.index("dt"))
        cells = TimelessCells(channels.index("time"), self.n_cells, self.grading, dropped)
        return OnTimeCells(network, cells)


MODEL = SubsampledTimeDropped()
