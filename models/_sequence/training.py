"""Stage 5, the training loop: AdamW, clipped gradients, warm-up and cosine, early stopping on validation loss."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bench.errors import PluginError
from models._sequence.batches import batches
from models._sequence.encoder import Encoded
from models._sequence.loss import Loss
from models._sequence.network import SequenceNetwork

VALIDATION_CHUNK = 1024
"""Cases that are validated at once: bounds memory, moves no result."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Encoded cases with their targets.

    Parameters
    ----------
    encoded : Encoded
        What the network sees.
    targets : tensor, shape (case, target)
        Scaled targets, on the same device.
    """

    encoded: Encoded
    targets: torch.Tensor

    def answered(self, network: SequenceNetwork, cases: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Outputs of a network for one batch, and its targets."""
        index = torch.from_numpy(cases).to(self.targets.device)
        return network(self.encoded.take(cases)), self.targets.index_select(0, index)


@dataclass(frozen=True)
class Training:
    """How a network is trained. A variant overrides ``rate``, ``optimizer`` or ``clip``."""

    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    batch_size: int = 64
    epochs: int = 40
    min_epoch_steps: int = 16
    warmup_fraction: float = 0.1
    clip_norm: float = 1.0
    patience: int = 40

    def __post_init__(self) -> None:
        for name in ("learning_rate", "batch_size", "epochs", "min_epoch_steps", "clip_norm", "patience"):
            value = getattr(self, name)
            if not value > 0:
                raise PluginError(f"training '{name}': value must be above 0, got {value}. Mend the settings.")
        for name, high in (("weight_decay", 1.0), ("warmup_fraction", 0.9)):
            value = getattr(self, name)
            if not 0 <= value <= high:
                raise PluginError(
                    f"training '{name}': value must be between 0 and {high}, got {value}. Mend the settings."
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
        """Train a network in place, and leave it with its best weights."""
        steps_a_pass = sum(1 for _ in batches(train.encoded.lengths, self.batch_size, network.one_length))
        passes = math.ceil(self.min_epoch_steps / steps_a_pass)
        n_steps = self.epochs * passes * steps_a_pass
        optimizer = self.optimizer(network)
        history: list[dict[str, float]] = []
        best_loss, best_epoch, best_weights = math.inf, 0, None
        step = 0
        for epoch in range(1, self.epochs + 1):
            network.train()
            losses, norms = [], []
            for _ in range(passes):
                for cases in batches(train.encoded.lengths, self.batch_size, network.one_length, generator):
                    learning_rate = self.learning_rate * self.rate(step / n_steps)
                    for group in optimizer.param_groups:
                        group["lr"] = learning_rate
                    optimizer.zero_grad(set_to_none=True)
                    cost = loss.cost(*train.answered(network, cases))
                    cost.backward()
                    norms.append(self.clip(network))
                    optimizer.step()
                    losses.append(cost.detach())
                    step += 1
            entry = {
                "epoch": float(epoch),
                "train_loss": float(torch.stack(losses).mean()),
                "valid_loss": mean_cost(network, loss, valid),
                "gradient_norm": float(torch.stack(norms).mean()),
                "learning_rate": learning_rate,
            }
            history.append(entry)
            report(epoch / self.epochs, f"epoch {epoch} of {self.epochs}, validation loss {entry['valid_loss']:.4g}")
            if entry["valid_loss"] < best_loss:
                best_loss, best_epoch = entry["valid_loss"], epoch
                best_weights = copy.deepcopy(network.state_dict())
            elif epoch - best_epoch >= self.patience:
                break
        if best_weights is None:
            raise PluginError(
                f"training 'valid_loss': value must be finite in some epoch, got {history[-1]['valid_loss']}. "
                "Lower learning_rate."
            )
        network.load_state_dict(best_weights)
        return tuple(history)

    def optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """AdamW that decays matrices only."""
        decayed = [p for p in network.parameters() if p.ndim > 1]
        kept = [p for p in network.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": self.weight_decay}, {"params": kept, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=self.learning_rate, fused=True)

    def rate(self, progress: float) -> float:
        """Share of the peak learning rate: linear warm-up, then half a cosine, at a progress between 0 and 1."""
        if progress < self.warmup_fraction:
            return 0.01 + 0.99 * progress / self.warmup_fraction
        return 0.5 + 0.5 * math.cos(math.pi * (progress - self.warmup_fraction) / (1 - self.warmup_fraction))

    def clip(self, network: nn.Module) -> torch.Tensor:
        """Scale the gradient down to the largest norm allowed, and give the norm that it had."""
        return nn.utils.clip_grad_norm_(network.parameters(), self.clip_norm)


def mean_cost(network: SequenceNetwork, loss: Loss, cases: Labelled) -> float:
    """Validation loss of a network over cases, without training it."""
    network.eval()
    with torch.no_grad():
        parts = list(batches(cases.encoded.lengths, VALIDATION_CHUNK, network.one_length))
        costs = [float(loss.validation_cost(*cases.answered(network, part))) * len(part) for part in parts]
        return sum(costs) / len(cases.targets)
