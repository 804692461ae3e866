"""Training on rows of tensors, for small networks that see no sequence."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

Tensor = torch.Tensor


@contextmanager
def settled(threads: int, seed: int | None = None) -> Iterator[None]:
    """Set torch's threads and generator, and put back what was there before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng(devices=[]):
            if seed is not None:
                torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True)
class RowTraining:
    """AdamW whose rate rises over a tenth of the steps and falls along a cosine; the best weights are kept."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float

    def run(
        self,
        network: nn.Module,
        cost: Callable[..., Tensor],
        train: tuple[Tensor, ...],
        valid: tuple[Tensor, ...],
        generator: np.random.Generator,
        report: Callable[[float, str], None],
    ) -> tuple[dict[str, float], ...]:
        """Train a network in place."""
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
