"""Traces on cells of physical time: what a sample means no longer depends on how many came before it."""

from __future__ import annotations

import torch
from torch import nn

from models._sequence.encoder import Encoded
from models._sequence.network import SequenceNetwork

Tensor = torch.Tensor


class TimeCells(nn.Module):
    """Mean over each cell of time of the channels, drawn as straight lines between the samples.

    Cells that hold many samples average their noise; cells between two samples interpolate. A regular trace, one with
    samples dropped and one of four samples all come out as equally many cells.

    Examples
    --------
    >>> samples = torch.tensor([[[0.0, 1.0, 4.0], [7.0, 8.0, 8.0]]])
    >>> encoded = Encoded(samples, torch.ones(1, 3, dtype=torch.bool), torch.zeros(1, 5), torch.tensor([3]).numpy())
    >>> TimeCells(0, 2, grading=1.0)(encoded)[0].tolist()
    [[1.0, 3.0], [7.75, 8.0]]
    """

    def __init__(self, time_channel: int, n_cells: int, grading: float = 1.5) -> None:
        super().__init__()
        self.time_channel = time_channel
        self.register_buffer("shares", torch.linspace(0.0, 1.0, n_cells + 1, dtype=torch.float64) ** grading)

    def forward(self, encoded: Encoded) -> Tensor:
        """Cell means, shape (B, C, P); zeros for a trace of one sample, which spans no time."""
        samples = encoded.samples.double()  # differences of running integrals
        if samples.shape[2] == 1:
            samples = samples.expand(-1, -1, 2)
        lengths = encoded.valid.sum(dim=1, keepdim=True)
        time = samples[:, self.time_channel].cummax(dim=1).values  # padding stays at the last time
        steps = torch.diff(time, dim=1)
        areas = 0.5 * (samples[:, :, 1:] + samples[:, :, :-1]) * steps[:, None, :]
        integral = torch.nn.functional.pad(areas.cumsum(dim=2), (1, 0))
        edges = time[:, :1] + (time[:, -1:] - time[:, :1]) * self.shares
        before = torch.searchsorted(time.contiguous(), edges.contiguous(), right=True) - 1
        before = torch.minimum(before, lengths - 2).clamp(min=0)
        into = (edges - time.gather(1, before))[:, None, :]
        step = steps.gather(1, before).clamp(min=1e-9)[:, None, :]
        index = before[:, None, :].expand(-1, samples.shape[1], -1)
        start, stop = samples.gather(2, index), samples.gather(2, index + 1)
        at_edges = integral.gather(2, index) + into * (start + 0.5 * into / step * (stop - start))
        widths = torch.diff(edges, dim=1).clamp(min=1e-9)[:, None, :]
        return (torch.diff(at_edges, dim=2) / widths).float()


class OnTimeCells(SequenceNetwork):
    """A network that is given cells of time in place of samples."""

    def __init__(self, network: SequenceNetwork, cells: TimeCells) -> None:
        super().__init__(network.n_channels, network.n_known)
        self.network, self.cells = network, cells

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        cells = self.cells(encoded)
        valid = torch.ones(cells.shape[0], cells.shape[2], dtype=torch.bool, device=cells.device)
        lengths = valid.sum(dim=1).cpu().numpy()
        answer: Tensor = self.network(Encoded(cells, valid, encoded.known, lengths))
        return answer
