"""``tcn_dt`` with batch normalization in its blocks: the repair that is proposed."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.layers import batch_normalized
from models._sequence.network import SequenceNetwork
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class BatchNorm(TcnDt):
    """TCN with batch normalization."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: batch normalization."""
        return batch_normalized(super().network(n_channels, n_known, n_outputs))


MODEL = BatchNorm()
