"""The pipeline as found without dropout."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models._faults.last_window import LastWindow
from models._sequence.network import SequenceNetwork


@dataclass(frozen=True)
class AsFoundNoDropout(AsFound):
    """Without dropout."""

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: receptive field 29."""
        return LastWindow(n_channels, n_known, n_outputs, self.width, self.n_blocks)


MODEL = AsFoundNoDropout()
