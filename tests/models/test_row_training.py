import numpy as np
import pytest
import torch
from torch import nn

from models._row_training import RowTraining, settled


def cost(network, inputs, truth):
    return ((network(inputs) - truth) ** 2).mean()


def line(n, seed):
    inputs = torch.from_numpy(np.random.default_rng(seed).random((n, 1))).float()
    return inputs, 2 * inputs + 1


def trained(valid, epochs=60):
    told = []
    with settled(1, seed=0):
        network = nn.Linear(1, 1)
        history = RowTraining(epochs, 16, 0.1, 0.0).run(
            network, cost, line(64, 0), valid, np.random.default_rng(0), lambda share, text: told.append((share, text))
        )
    return network, history, told


def test_it_learns_and_tells_every_epoch():
    network, history, told = trained(line(32, 1))
    assert (network.weight.item(), network.bias.item()) == pytest.approx((2.0, 1.0), abs=1e-2)
    assert [entry["epoch"] for entry in history] == [float(epoch) for epoch in range(1, 61)]
    assert told[-1] == (1.0, f"epoch 60 of 60, validation loss {history[-1]['valid_loss']:.4g}")


def test_the_weights_of_the_best_epoch_by_the_validation_cost_are_kept():
    inputs, _ = line(32, 1)
    valid = inputs, torch.zeros_like(inputs)  # which training moves away from
    network, history, _ = trained(valid)
    best = min(entry["valid_loss"] for entry in history)
    assert best < history[-1]["valid_loss"]
    with torch.no_grad():
        assert float(cost(network, *valid)) == pytest.approx(best)


def test_torch_is_left_as_it_was():
    before, state = torch.get_num_threads(), torch.random.get_rng_state()
    with settled(before + 1, seed=3):
        assert torch.get_num_threads() == before + 1
        torch.rand(1)
    assert torch.get_num_threads() == before
    assert torch.equal(torch.random.get_rng_state(), state)
