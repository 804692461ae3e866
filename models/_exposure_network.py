"""A small network on readings of a trace: it weighs the readings, corrects their mean, and says how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from bench.arrays import Array
from models._exposure_readings import Readings
from models._least_squares import HIGH, LOW

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
