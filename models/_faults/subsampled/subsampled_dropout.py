"""``dropout`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.layers import dropping
from models._sequence.network import SequenceNetwork
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledDropout(TcnDtSubsampled):
    """TCN with dropout."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: dropout."""
        return dropping(super().network(n_channels, n_known, n_outputs), blocks=0.2, head=0.1)


MODEL = SubsampledDropout()
