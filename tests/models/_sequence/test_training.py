import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from bench.errors import PluginError
from models._sequence.encoder import Encoded
from models._sequence.loss import SquaredError
from models._sequence.network import SequenceNetwork
from models._sequence.training import Labelled, Training, mean_cost


class Linear(SequenceNetwork):
    def __init__(self) -> None:
        super().__init__(1, 1)
        self.weight = nn.Parameter(torch.zeros(1, 2))

    def answer(self, encoded: Encoded) -> torch.Tensor:
        return encoded.known * self.weight


def cases(n: int, slope: float) -> Labelled:
    known = torch.linspace(-1, 1, n)[:, None]
    encoded = Encoded(torch.zeros(n, 1, 1), torch.ones(n, 1, dtype=torch.bool), known, np.ones(n, dtype=np.int64))
    return Labelled(encoded, slope * known.expand(-1, 2))


def run(training: Training, train=None, valid=None):
    network, reports = Linear(), []
    history = training.run(
        network,
        SquaredError(),
        train or cases(32, 2.0),
        valid or cases(8, 2.0),
        np.random.default_rng(0),
        lambda fraction, message: reports.append((fraction, message)),
    )
    return network, history, reports


def test_an_epoch_records_losses_gradient_norm_and_learning_rate():
    _, history, _ = run(Training(epochs=3))
    assert [set(entry) for entry in history] == [
        {"epoch", "train_loss", "valid_loss", "gradient_norm", "learning_rate"}
    ] * 3
    assert [entry["epoch"] for entry in history] == [1, 2, 3]
    assert all(type(value) is float and math.isfinite(value) for entry in history for value in entry.values())
    assert history[-1]["valid_loss"] < history[0]["valid_loss"]


def test_every_epoch_is_reported():
    _, history, reports = run(Training(epochs=4))
    assert [fraction for fraction, _ in reports] == [0.25, 0.5, 0.75, 1.0]
    assert reports[1][1] == f"epoch 2 of 4, validation loss {history[1]['valid_loss']:.4g}"


def test_the_best_weights_are_restored():
    # The validation cases ask for half the slope that training moves towards, so the best epoch is not the last.
    valid = cases(8, 1.0)
    training = Training(epochs=40, learning_rate=0.01, patience=40, warmup_fraction=0.0)
    network, history, _ = run(training, valid=valid)
    losses = [entry["valid_loss"] for entry in history]
    assert min(losses) < losses[-1]
    assert mean_cost(network, SquaredError(), valid) == min(losses)


class TwiceTheError(SquaredError):
    """Squared error, twice as large where epochs are compared."""

    def validation_cost(self, outputs, targets):
        return 2 * self.cost(outputs, targets)


def test_epochs_are_compared_by_the_validation_cost_of_the_loss():
    network, _, _ = run(Training(epochs=1))
    valid = cases(8, 1.0)
    assert mean_cost(network, TwiceTheError(), valid) == 2 * mean_cost(network, SquaredError(), valid)


def test_training_stops_when_validation_no_longer_gets_better():
    training = Training(epochs=40, learning_rate=0.01, patience=3, warmup_fraction=0.0)
    _, history, _ = run(training, valid=cases(8, 1.0))
    losses = [entry["valid_loss"] for entry in history]
    assert len(losses) == int(np.argmin(losses)) + 1 + 3 < 40


def test_gradients_are_clipped_and_their_norm_before_that_is_recorded():
    seen = []

    class Watching(Training):
        def clip(self, network):
            before = super().clip(network)
            seen.append(float(network.weight.grad.norm()))
            return before

    _, history, _ = run(Watching(epochs=2, clip_norm=0.1))
    assert max(seen) == pytest.approx(0.1, rel=1e-4)
    assert history[0]["gradient_norm"] > 0.5


def test_few_cases_are_passed_over_until_an_epoch_has_its_least_steps():
    steps = itertools.count()

    class Counting(Training):
        def clip(self, network):
            next(steps)
            return super().clip(network)

    run(Counting(epochs=2, batch_size=16, min_epoch_steps=7))
    assert next(steps) == 2 * 8  # 32 cases are 2 steps, so 4 passes


def test_learning_rate_warms_up_then_falls_to_nothing():
    training = Training(warmup_fraction=0.1)
    rates = [training.rate(progress) for progress in np.linspace(0, 1, 101)]
    assert int(np.argmax(rates)) == 10
    assert rates[10] == 1.0
    assert (np.diff(rates[:11]) > 0).all()
    assert (np.diff(rates[10:]) < 0).all()
    assert rates[-1] == pytest.approx(0.0, abs=1e-12)


def test_biases_are_not_decayed():
    network = nn.Linear(3, 2)
    decayed, kept = Training(weight_decay=0.5).optimizer(network).param_groups
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.5, 0.0)
    assert decayed["params"] == [network.weight]
    assert kept["params"] == [network.bias]


def test_a_loss_that_is_never_finite_is_an_error():
    with pytest.raises(PluginError) as caught:
        run(Training(epochs=2), valid=cases(8, math.nan))
    assert str(caught.value) == (
        "training 'valid_loss': value must be finite in some epoch, got nan. Lower learning_rate."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "training 'epochs': value must be above 0, got 0. Mend the settings."),
        ({"clip_norm": math.nan}, "training 'clip_norm': value must be above 0, got nan. Mend the settings."),
        (
            {"warmup_fraction": 1.0},
            "training 'warmup_fraction': value must be between 0 and 0.9, got 1.0. Mend the settings.",
        ),
    ],
)
def test_a_setting_outside_its_range_is_an_error(settings, message):
    with pytest.raises(PluginError) as caught:
        Training(**settings)
    assert str(caught.value) == message
