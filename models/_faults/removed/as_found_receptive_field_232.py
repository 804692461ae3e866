"""The pipeline as found with a receptive field of 232 samples, pooled over the whole trace."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound, SeededAsFound
from models._faults.layers import dropping
from models._sequence.network import SequenceNetwork


@dataclass(frozen=True)
class AsFoundReceptiveField232(AsFound):
    """With the network of ``tcn_dt``, and dropout."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 232, dropout."""
        return dropping(super(SeededAsFound, self).network(n_channels, n_known, n_outputs), blocks=0.2, head=0.1)


MODEL = AsFoundReceptiveField232()
