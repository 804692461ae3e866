"""Other schedules of the learning rate (item F4): none, and a reduction where the validation loss stands still."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from models._sequence.loss import Loss
from models._sequence.muon import MuonTraining
from models._sequence.network import SequenceNetwork
from models._sequence.training import Labelled, Training, mean_cost


@dataclass(frozen=True)
class ConstantRate(Training):
    """Training at the peak learning rate from the first step to the last."""

    def rate(self, progress: float) -> float:
        """Share of the peak learning rate: all of it."""
        return 1.0


@dataclass
class Plateau:
    """Learning rate that is halved after more than five epochs in a row without a better validation loss.

    Factor, patience and threshold are not told by the study: a factor of 0.5, a patience of 5, and PyTorch's threshold.

    Examples
    --------
    >>> plateau = Plateau()
    >>> for loss in (1.0, *[1.0] * 6):
    ...     plateau.note(loss)
    >>> plateau.share
    0.5
    """

    share: float = 1.0
    best: float = math.inf
    waited: int = 0

    def note(self, loss: float) -> None:
        """Take the validation loss of an epoch."""
        if loss < self.best * (1 - 1e-4) or not math.isfinite(self.best):
            self.best, self.waited = loss, 0
        else:
            self.waited += 1
        if self.waited > 5:
            self.share, self.waited = self.share / 2, 0


@dataclass(frozen=True)
class PlateauRate(Training):
    """Training with a reduction of the learning rate on a plateau of the validation loss, without warm-up."""

    plateau: Plateau = field(default_factory=Plateau)

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
        plateau = Plateau()

        def noted(fraction: float, message: str) -> None:
            plateau.note(mean_cost(network, loss, valid))
            report(fraction, message)

        return super(PlateauRate, replace(self, plateau=plateau)).run(network, loss, train, valid, generator, noted)

    def rate(self, progress: float) -> float:
        """Share of the peak learning rate."""
        return self.plateau.share


@dataclass(frozen=True)
class ConstantMuon(ConstantRate, MuonTraining):
    """Muon at the peak learning rate from the first step to the last."""


@dataclass(frozen=True)
class PlateauMuon(PlateauRate, MuonTraining):
    """Muon with a reduction of the learning rate on a plateau of the validation loss."""
