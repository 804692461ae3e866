"""``tcn_dt`` with the study's dropout, 0.2 in the blocks and 0.1 in the head."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.layers import dropping
from models._sequence.network import SequenceNetwork
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class Dropout(TcnDt):
    """TCN with dropout."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: dropout."""
        return dropping(super().network(n_channels, n_known, n_outputs), blocks=0.2, head=0.1)


MODEL = Dropout()
