"""Muon for every weight of a sequence network: a step whose directions are all of one size.

Deactivation moves a trace by a hundredth of what the enzyme load does, and a gradient step follows the large direction
first. Orthogonalised steps treat both alike, so that k_d is learnt from the first epochs on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from torch import nn
from torch.optim import AdamW, Muon, Optimizer


class MatrixMuon(Optimizer):
    """torch's Muon on all weights, those of convolutions as matrices of one row an output channel; AdamW on the rest.

    One learning rate serves both: Muon's steps are scaled to the size of AdamW's.
    Source: Jordan et al., Muon (2024); the scaling of Liu et al., Muon is scalable for LLM training,
    arXiv:2502.16982 (2025).
    """

    def __init__(self, network: nn.Module, learning_rate: float, weight_decay: float) -> None:
        weights = [p for p in network.parameters() if p.ndim > 1]
        others = [p for p in network.parameters() if p.ndim <= 1]
        super().__init__([*weights, *others], {"lr": learning_rate})
        self._views = [(p, nn.Parameter(p.detach().flatten(1))) for p in weights]
        self._muon = Muon(
            [matrix for _, matrix in self._views],
            lr=learning_rate,
            weight_decay=weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
        self._adamw = AdamW(others, lr=learning_rate, weight_decay=0.0)

    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Make one step with the gradients that the weights hold."""
        for weight, matrix in self._views:
            matrix.grad = None if weight.grad is None else weight.grad.flatten(1)
        for optimizer in (self._muon, self._adamw):
            for group in optimizer.param_groups:
                group["lr"] = cast("float", self.param_groups[0]["lr"])
            optimizer.step()
