"""A small network on readings of a trace: it weighs the readings, corrects their mean, and says how sure it is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models._exposure_readings import Readings
from models._least_squares import HIGH, LOW

Array = NDArray[np.float64]
Tensor = torch.Tensor

MIDDLE, WIDTH = 0.5 * (LOW + HIGH), HIGH - LOW
FARTHEST = 5.0
"""Standard deviations of a feature beyond which it is cut off."""
LOG_SD = (-4.0, 7.0)
"""Range of the logarithm of the stated standard deviation, in that of the readings: e^7 for the worst of faults."""


class ReadingNetwork(nn.Module):
    """Two hidden layers; for each target a softmax over readings, a correction in stated sd, and the sd."""

    def __init__(self, n_features: int, n_readings: int, width: int) -> None:
        super().__init__()
        self.n_readings = n_readings
        last = nn.Linear(width, len(LOW) * (n_readings + 2))
        # It starts from the plain mean of the readings, with their own standard deviations.
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(nn.Linear(n_features, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), last)

    def forward(self, features: Tensor, targets: Tensor, sd: Tensor) -> tuple[Tensor, Tensor]:
        """Means and standard deviations, shape (B, target), from readings of shape (B, reading, target)."""
        answer = self.layers(features).view(len(features), self.n_readings + 2, -1)
        share = torch.softmax(answer[:, :-2], dim=1)
        stated = (share * sd).sum(dim=1) * torch.exp(answer[:, -1].clamp(*LOG_SD))
        return (share * targets).sum(dim=1) + stated * answer[:, -2], stated


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and standard deviation of every feature, and readings as a network takes them.

    Parameters
    ----------
    mean, sd : array, shape (feature,)
        Of the training features; a constant feature has the standard deviation 1.
    """

    mean: Array
    sd: Array

    @classmethod
    def of(cls, features: Array) -> Scale:
        """Mean and standard deviation of training features."""
        spread = np.ptp(features, axis=0)
        return cls(features.mean(axis=0), np.where(spread > 0, features.std(axis=0), 1.0))

    def inputs(self, read: Readings, device: str) -> tuple[Tensor, Tensor, Tensor]:
        """Features, targets and standard deviations, the last two in widths of the prior about its middle."""
        features = np.clip((read.features - self.mean) / self.sd, -FARTHEST, FARTHEST)
        return (
            torch.from_numpy(features.astype(np.float32)).to(device),
            scaled(read.targets, device),
            torch.from_numpy((read.sd / WIDTH).astype(np.float32)).to(device),
        )


def scaled(targets: Array, device: str) -> Tensor:
    """Targets in widths of the prior about its middle."""
    return torch.from_numpy(((targets - MIDDLE) / WIDTH).astype(np.float32)).to(device)


def cost(network: ReadingNetwork, features: Tensor, targets: Tensor, sd: Tensor, truth: Tensor) -> Tensor:
    """Mean Gaussian negative log-likelihood, without its constant."""
    mean, stated = network(features, targets, sd)
    return nn.functional.gaussian_nll_loss(mean, truth, stated**2, eps=1e-12)


@dataclass(frozen=True)
class ReadingTraining:
    """AdamW whose rate rises over a tenth of the steps and falls along a cosine; the best weights are kept.

    Parameters
    ----------
    epochs, batch_size : int
        Passes over all rows, and rows of a step.
    learning_rate, weight_decay : float
        Of AdamW.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float

    def run(
        self,
        network: ReadingNetwork,
        train: tuple[Tensor, ...],
        valid: tuple[Tensor, ...],
        generator: np.random.Generator,
        report: Callable[[float, str], None],
    ) -> tuple[dict[str, float], ...]:
        """Train a network in place by the likelihood; one entry an epoch, as the sequence networks give."""
        n_batches = -(-len(train[0]) // self.batch_size)
        optimizer = torch.optim.AdamW(network.parameters(), self.learning_rate, weight_decay=self.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.learning_rate, total_steps=self.epochs * n_batches, pct_start=0.1, cycle_momentum=False
        )
        history: list[dict[str, float]] = []
        best, best_loss = copy.deepcopy(network.state_dict()), np.inf
        for epoch in range(1, self.epochs + 1):
            losses, norms = [], []
            for part in np.array_split(generator.permutation(len(train[0])), n_batches):
                chosen = torch.from_numpy(part).to(train[0].device)
                loss = cost(network, *(values.index_select(0, chosen) for values in train))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                norms.append(nn.utils.clip_grad_norm_(network.parameters(), 1.0))
                optimizer.step()
                rate = float(schedule.get_last_lr()[0])
                schedule.step()
                losses.append(loss.detach())
            with torch.no_grad():
                valid_loss = float(cost(network, *valid))
            if valid_loss < best_loss:
                best, best_loss = copy.deepcopy(network.state_dict()), valid_loss
            history.append(
                {
                    "epoch": float(epoch),
                    "train_loss": float(torch.stack(losses).mean()),
                    "valid_loss": valid_loss,
                    "gradient_norm": float(torch.stack(norms).mean()),
                    "learning_rate": rate,
                }
            )
            report(epoch / self.epochs, f"epoch {epoch} of {self.epochs}, validation loss {valid_loss:.4g}")
        network.load_state_dict(best)
        return tuple(history)
