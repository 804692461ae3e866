"""Cells that say less of time (items B1 and B3), for networks that place their cells by the seconds."""

from __future__ import annotations

import torch

from models._sequence.encoder import Encoded
from models._sequence.time_cells import TimeCells

Tensor = torch.Tensor


class TimelessCells(TimeCells):
    """Cells in which some channels are zero: where a cell lies is still settled by the seconds."""

    def __init__(self, time_channel: int, n_cells: int, grading: float, dropped: tuple[int, ...]) -> None:
        super().__init__(time_channel, n_cells, grading)
        self.dropped = dropped

    def forward(self, encoded: Encoded) -> Tensor:
        """Cell means, shape (B, C, P)."""
        kept = torch.ones(encoded.samples.shape[1], device=encoded.samples.device)
        kept[list(self.dropped)] = 0.0
        return super().forward(encoded) * kept[:, None]


class SequenceTimeCells(TimeCells):
    """Cells whose time is a z-score within the trace: the same for every trace, whatever its length in seconds."""

    def forward(self, encoded: Encoded) -> Tensor:
        """Cell means, shape (B, C, P)."""
        cells = super().forward(encoded).clone()
        time = cells[:, self.time_channel]
        spread = time.std(dim=1, keepdim=True, correction=0).clamp(min=1e-8)
        cells[:, self.time_channel] = (time - time.mean(dim=1, keepdim=True)) / spread
        return cells
