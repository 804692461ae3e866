"""``batch_norm`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.layers import batch_normalized
from models._sequence.network import SequenceNetwork
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledBatchNorm(TcnDtSubsampled):
    """TCN with batch normalization."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: batch normalization."""
        return batch_normalized(super().network(n_channels, n_known, n_outputs))


MODEL = SubsampledBatchNorm()
