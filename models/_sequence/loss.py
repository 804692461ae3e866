"""Stage 4, the loss: how many numbers a network answers for each target, what they cost, and what they mean."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch.nn.functional import softplus

Tensor = torch.Tensor


class Loss(ABC):
    """Cost of outputs against scaled targets."""

    outputs_per_target: int
    """How many outputs a target takes."""

    @abstractmethod
    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cost over cases and targets."""

    def validation_cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cost by which epochs are compared: the same, unless training weights its cases."""
        return self.cost(outputs, targets)

    @abstractmethod
    def answer(self, outputs: Tensor) -> tuple[Tensor, Tensor | None]:
        """Mean and standard deviation that outputs stand for."""


class SquaredError(Loss):
    """Mean over both targets of the squared error of the scaled targets.

    Examples
    --------
    >>> float(SquaredError().cost(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 0.0]])))
    2.5
    """

    outputs_per_target = 1

    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error; shapes as in ``Loss``."""
        return ((outputs - targets) ** 2).mean()

    def answer(self, outputs: Tensor) -> tuple[Tensor, Tensor | None]:
        """The outputs themselves, without a standard deviation."""
        return outputs, None


class GaussianNll(Loss):
    """Gaussian negative log-likelihood with a smoothly bounded variance.

    The outputs are the means, then one raw number a target for the logarithm of the variance. It stays between
    -12 (a standard deviation of 0.0025, sharper than nine posteriors of E0 in ten) and 2 by softplus bounds, whose
    gradient does not vanish at once as that of a clamp does.

    Examples
    --------
    >>> mean, sd = GaussianNll().answer(torch.tensor([[0.0, 0.0, -1e4, 1e4]]))
    >>> [round(x, 4) for x in sd[0].tolist()]
    [0.0025, 2.7183]
    """

    outputs_per_target = 2
    low, high = -12.0, 2.0

    def log_variance(self, raw: Tensor) -> Tensor:
        """Bounded logarithm of the variance, shape as the raw numbers."""
        raw = self.high - softplus(self.high - raw)
        return self.low + softplus(raw - self.low)

    def terms(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Negative log-likelihood and logarithm of the variance of every case and target."""
        mean, raw = outputs.chunk(2, dim=1)
        log_variance = self.log_variance(raw)
        squares = (targets - mean) ** 2 * torch.exp(-log_variance)
        return 0.5 * (log_variance + squares + math.log(2 * math.pi)), log_variance

    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-likelihood; shapes as in ``Loss``."""
        return self.terms(outputs, targets)[0].mean()

    def answer(self, outputs: Tensor) -> tuple[Tensor, Tensor | None]:
        """Mean and bounded standard deviation."""
        mean, raw = outputs.chunk(2, dim=1)
        return mean, torch.exp(0.5 * self.log_variance(raw))


class BetaNll(GaussianNll):
    """Gaussian negative log-likelihood, each term weighted by its own variance to the power beta in training.

    Plain likelihood is content with a target that it calls uncertain: it weights errors by 1 / variance, and k_d is
    never learnt. The weight takes half of that back. Epochs are compared by the plain likelihood.
    Source: Seitzer et al., On the pitfalls of heteroscedastic uncertainty estimation, ICLR 2022, arXiv:2203.09168.
    """

    beta = 0.5

    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean weighted negative log-likelihood; shapes as in ``Loss``."""
        terms, log_variance = self.terms(outputs, targets)
        return (terms * torch.exp(self.beta * log_variance.detach())).mean()

    def validation_cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean plain negative log-likelihood."""
        return super().cost(outputs, targets)
