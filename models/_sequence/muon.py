"""Muon for every weight of a sequence network: a step whose directions are all of one size.

Deactivation moves a trace by a hundredth of what the enzyme load does, and a gradient step follows the large direction
first. Orthogonalised steps treat both alike, so that k_d is learnt from the first epochs on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Muon, Optimizer

from models._sequence.training import Training


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


class BatchedMuon(Optimizer):
    """``MatrixMuon`` in single precision, matrices of one shape at once: on a CPU a step costs a tenth.

    Processors without arithmetic in bfloat16, in which torch's Muon turns its steps, emulate it. Sources as above; the
    coefficients of the iteration are those of torch.
    """

    def __init__(self, network: nn.Module, learning_rate: float, weight_decay: float, momentum: float = 0.95) -> None:
        parameters = list(network.parameters())
        super().__init__(parameters, {"lr": learning_rate, "weight_decay": weight_decay, "momentum": momentum})
        by_shape: dict[tuple[int, int], list[nn.Parameter]] = {}
        for weight in (p for p in parameters if p.ndim > 1):
            by_shape.setdefault((len(weight), weight[0].numel()), []).append(weight)
        self._alike = [(weights, torch.zeros(len(weights), *shape)) for shape, weights in by_shape.items()]
        self._adamw = AdamW([p for p in parameters if p.ndim <= 1], lr=learning_rate, weight_decay=0.0)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Make one step with the gradients that the weights hold."""
        group = self.param_groups[0]
        for number, (weights, average) in enumerate(self._alike):
            gradient = torch.stack([cast("Tensor", weight.grad).flatten(1) for weight in weights])
            average = average.to(gradient.device).lerp_(gradient, 1.0 - group["momentum"])
            self._alike[number] = weights, average
            steps = orthogonalised(gradient.lerp(average, group["momentum"]))
            size = 0.2 * max(steps.shape[1:]) ** 0.5
            for weight, step in zip(weights, steps, strict=True):
                weight.mul_(1.0 - group["lr"] * group["weight_decay"])
                weight.sub_(step.view_as(weight), alpha=group["lr"] * size)
        self._adamw.param_groups[0]["lr"] = group["lr"]
        self._adamw.step()


def orthogonalised(matrices: Tensor) -> Tensor:
    """Matrices (batch, row, column) with the same directions, whose singular values all lie near one.

    Examples
    --------
    >>> stretched = torch.diag(torch.tensor([100.0, 1.0]))[None]
    >>> bool((orthogonalised(stretched).diagonal(dim1=1, dim2=2) > 0.5).all())
    True
    """
    wide = matrices if matrices.shape[1] <= matrices.shape[2] else matrices.mT
    x = wide / wide.flatten(1).norm(dim=1).clamp(min=1e-7)[:, None, None]
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x if matrices.shape[1] <= matrices.shape[2] else x.mT


@dataclass(frozen=True)
class MuonTraining(Training):
    """Training by Muon, whose steps are of one size in every direction."""

    def optimizer(self, network: nn.Module) -> Optimizer:
        """Muon on weights as matrices, AdamW on biases."""
        return BatchedMuon(network, self.learning_rate, self.weight_decay)
