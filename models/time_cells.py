"""A plain network on the mean pH of sixteen cells of time: no convolution, no attention, no chemistry.

Every trace becomes the same few numbers, whatever its interval: means over cells that are denser early, the known
inputs, how many samples there were and how long they took. The network trains on random sub-samplings of its traces,
from all samples down to three.

Tuning: 6 trials at standard size on 2,000 cases of 30 s drawn for it; RMSE relative to that of ``laplace``, E0 / k_d,
measured every 0.3, 1, 3, 10 and 15 s. 40 epochs at a rate of 0.01: 1.238 / 1.510, 1.229 / 1.152, 1.143 / 1.055, 1.172 /
1.029, 1.125 / 1.039; at 0.03: 1.091 / 1.153, 1.110 / 1.091, 1.110 / 1.041, 1.117 / 1.025, 1.059 / 1.014; at 0.06: 1.151
/ 1.248, 1.120 / 1.114, 1.121 / 1.055, 1.110 / 1.024, 1.068 / 1.022. The chosen 80 epochs at 0.03: 1.056 / 1.090, 1.089
/ 1.071, 1.095 / 1.033, 1.057 / 1.023, 1.051 / 1.020, in 43 CPU seconds of a crowded machine; without weight decay
within 0.01 of that.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

import torch
from torch import nn

from models._sequence.encoder import Encoded
from models._sequence.loss import BetaNll, Loss
from models._sequence.network import SequenceNetwork
from models._sequence.subsampled import BatchedSubsampledTraining, SubsampledModel
from models._sequence.time_cells import TimeCells
from models._sequence.training import Training
from models._subsampling import Subsampling

Tensor = torch.Tensor


class CellNetwork(SequenceNetwork):
    """Cell means, known inputs, logarithms of number and duration of the samples; three hidden layers."""

    def __init__(self, n_channels: int, n_known: int, n_outputs: int, cells: TimeCells, width: int) -> None:
        super().__init__(n_channels, n_known)
        self.cells = cells
        n_inputs = (n_channels - 1) * (len(cells.shares) - 1) + n_known + 2
        sizes = (n_inputs, width, width, width)
        hidden = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.SiLU())]
        self.layers = nn.Sequential(*hidden, nn.Linear(width, n_outputs))

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        kept = [channel for channel in range(self.n_channels) if channel != self.cells.time_channel]
        number = encoded.valid.sum(dim=1, keepdim=True)
        duration = encoded.samples[:, self.cells.time_channel].amax(dim=1, keepdim=True)
        counts = torch.log(torch.cat([number, duration.clamp(min=1e-3)], dim=1))
        answer: Tensor = self.layers(torch.cat([self.cells(encoded)[:, kept].flatten(1), encoded.known, counts], dim=1))
        return answer


class NllOfLoad(BetaNll):
    """Plain likelihood for E0, the first target, and beta-NLL for k_d."""

    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-likelihood, that of k_d weighted; shapes as in ``Loss``."""
        terms, log_variance = self.terms(outputs, targets)
        weight = torch.exp(self.beta * log_variance.detach())
        weight[:, 0] = 1.0
        return (terms * weight).mean()


@dataclass(frozen=True)
class TimeCellsModel(SubsampledModel):
    """Three layers on means over cells of time, trained on random sub-samplings by Muon.

    Parameters
    ----------
    learning_rate, weight_decay, batch_size, epochs, min_epoch_steps, warmup_fraction, clip_norm, patience
        See ``Training``.
    n_cells, grading
        See ``TimeCells``.
    width : int
        Units of each hidden layer.
    fewest : int
        Samples of the sparsest sub-sampling.
    """

    family = "learned"
    trained_at = "many"

    learning_rate: float = 3e-2
    batch_size: int = 256
    epochs: int = 80
    n_cells: int = 16
    grading: float = 1.5
    width: int = 96
    fewest: int = 3

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3."""
        cells = TimeCells(self.encoder().channels.index("time"), self.n_cells, self.grading)
        return CellNetwork(n_channels, n_known, n_outputs, cells, self.width)

    def loss(self) -> Loss:
        """Stage 4: each target by the likelihood that learns it."""
        return NllOfLoad()

    def training(self) -> Training:
        """Stage 5: the loop on sub-samplings down to three samples."""
        settings = {field.name: getattr(self, field.name) for field in fields(Training)}
        subsampling = Subsampling(fewest=self.fewest)
        return BatchedSubsampledTraining(**settings, channels=self.encoder().channels, subsampling=subsampling)


MODEL = TimeCellsModel()
