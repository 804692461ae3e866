"""The pipeline as found with batch normalization."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.layers import batch_normalized
from models._sequence.network import SequenceNetwork


@dataclass(frozen=True)
class AsFoundBatchNorm(AsFound):
    """With batch normalization."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 29, dropout, batch normalization."""
        return batch_normalized(super().network(n_channels, n_known, n_outputs))


MODEL = AsFoundBatchNorm()
