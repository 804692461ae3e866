"""A training stage in which every step sees other sub-samplings of its traces, and a base of the rows that use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bench.errors import PluginError
from models._sequence.encoder import DT_UNIT_S, TIME_UNIT_S, Encoded
from models._sequence.loss import BetaNll, Loss
from models._sequence.muon import BatchedMuon, MatrixMuon
from models._sequence.network import SequenceNetwork
from models._sequence.pipeline import SequenceModel
from models._sequence.training import Labelled, Training
from models._subsampling import Subsampling, first_kept

VALIDATION_COPIES = 2
"""Sub-samplings of each validation case: fixed, so that epochs are compared on the same ones."""
DEFAULT = Subsampling()
"""What is drawn unless a row says otherwise."""


def subsampled(
    encoded: Encoded, channels: tuple[str, ...], subsampling: Subsampling, generator: np.random.Generator
) -> Encoded:
    """Draw one sub-sampling of each encoded trace."""
    kept = subsampling.kept(encoded.lengths, generator)
    lengths = kept.sum(axis=1)
    device = encoded.samples.device
    order = torch.from_numpy(first_kept(kept)).to(device)
    valid = torch.arange(order.shape[1], device=device) < torch.from_numpy(lengths).to(device)[:, None]
    samples = encoded.samples.gather(2, order[:, None, :].expand(-1, len(channels), -1)) * valid[:, None, :]
    if "dt" in channels:
        time = samples[:, channels.index("time")]
        dt = torch.diff(time, dim=1, prepend=time[:, :1]) * (TIME_UNIT_S / DT_UNIT_S)
        samples[:, channels.index("dt")] = dt * valid
    return Encoded(samples, valid, encoded.known, lengths)


@dataclass(frozen=True, eq=False)
class SubsampledLabelled(Labelled):
    """Cases of which every batch is sub-sampled afresh."""

    channels: tuple[str, ...]
    subsampling: Subsampling
    generator: np.random.Generator

    def answered(self, network: SequenceNetwork, cases: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Outputs of a network for sub-samplings of one batch, and their targets; see ``Labelled``."""
        drawn = subsampled(self.encoded.take(cases), self.channels, self.subsampling, self.generator)
        index = torch.from_numpy(cases).to(self.targets.device)
        return network(drawn), self.targets.index_select(0, index)


@dataclass(frozen=True)
class SubsampledTraining(Training):
    """The training loop on random sub-samplings of the training traces, compared on fixed ones of the validation's."""

    channels: tuple[str, ...] = ("ph", "rise", "time")
    subsampling: Subsampling = DEFAULT

    def __post_init__(self) -> None:
        super().__post_init__()
        if "dt" in self.channels and "time" not in self.channels:
            raise PluginError(
                f"training 'channels': names must be with 'time' where 'dt' is, got {self.channels}. Add time."
            )

    def run(
        self,
        network: SequenceNetwork,
        loss: Loss,
        train: Labelled,
        valid: Labelled,
        generator: np.random.Generator,
        report: Callable[[float, str], None],
    ) -> tuple[dict[str, float], ...]:
        """Train a network in place; see ``Training``."""
        copies = np.tile(np.arange(len(valid.targets)), VALIDATION_COPIES)
        index = torch.from_numpy(copies).to(valid.targets.device)
        drawn = subsampled(valid.encoded.take(copies), self.channels, self.subsampling, generator)
        fixed = Labelled(drawn, valid.targets.index_select(0, index))
        fresh = SubsampledLabelled(train.encoded, train.targets, self.channels, self.subsampling, generator)
        return super().run(network, loss, fresh, fixed, generator, report)

    def optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """Muon."""
        return MatrixMuon(network, self.learning_rate, self.weight_decay)


@dataclass(frozen=True)
class BatchedSubsampledTraining(SubsampledTraining):
    """The same with a Muon that turns matrices of one shape at once, in single precision."""

    def optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """Muon, batched."""
        return BatchedMuon(network, self.learning_rate, self.weight_decay)


class SubsampledModel(SequenceModel):
    """A sequence model that trains on sub-samplings and states its uncertainty.

    The likelihood is no luxury: squared error would spend itself on the traces of four samples, whose errors of E0
    are five times as large as those of whole traces.
    """

    gives_sd = True

    def loss(self) -> Loss:
        """Stage 4: beta-NLL."""
        return BetaNll()

    def training(self) -> Training:
        """Stage 5: the loop on sub-samplings, with this model's settings."""
        settings = {field.name: getattr(self, field.name) for field in fields(Training)}
        return SubsampledTraining(**settings, channels=self.encoder().channels)
