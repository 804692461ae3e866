"""Gaussian likelihoods with other bounds of the variance (items D1 to D3)."""

from __future__ import annotations

import torch

from models._sequence.loss import BetaNll, GaussianNll

Tensor = torch.Tensor

CLAMP = 10.0
"""Largest size of the logarithm of the variance that is proposed as a repair."""
WEIGHT = 0.01
"""Weight of the variance regulariser that is proposed as a repair."""


class UnboundedNll(BetaNll):
    """The loss of ``tcn_dt_nll`` without bounds of the variance.

    Examples
    --------
    >>> UnboundedNll().log_variance(torch.tensor([-50.0, 50.0])).tolist()
    [-50.0, 50.0]
    """

    def log_variance(self, raw: Tensor) -> Tensor:
        """Raw numbers as they are."""
        return raw


class ClampedNll(BetaNll):
    """The loss of ``tcn_dt_nll`` with a hard clamp at +-10 in place of the soft bounds.

    Examples
    --------
    >>> ClampedNll().log_variance(torch.tensor([-50.0, 50.0])).tolist()
    [-10.0, 10.0]
    """

    def log_variance(self, raw: Tensor) -> Tensor:
        """Raw numbers, cut at the clamp."""
        return raw.clamp(-CLAMP, CLAMP)


class RegularisedNll(UnboundedNll):
    """The loss of ``tcn_dt_nll`` without bounds, plus 0.01 times the mean square of the logarithm of the variance."""

    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean weighted negative log-likelihood and its regulariser; shapes as in ``Loss``."""
        raw = outputs.chunk(2, dim=1)[1]
        return super().cost(outputs, targets) + WEIGHT * (raw**2).mean()


class PlainNll(GaussianNll):
    """The study's loss: the plain likelihood, without bounds and without weights."""

    def log_variance(self, raw: Tensor) -> Tensor:
        """Raw numbers as they are."""
        return raw
