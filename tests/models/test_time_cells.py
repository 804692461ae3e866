import numpy as np
import pytest
import torch

from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models._sequence.loss import BetaNll
from models.time_cells import MODEL, NllOfLoad


def test_the_load_is_learnt_by_the_plain_likelihood_and_deactivation_by_the_weighted_one():
    outputs, targets = torch.tensor([[0.3, -0.2, -1.0, 0.5]]), torch.tensor([[0.0, 0.1]])
    loss = NllOfLoad()
    terms, log_variance = loss.terms(outputs, targets)
    weighted = terms[0, 1] * torch.exp(0.5 * log_variance[0, 1])
    torch.testing.assert_close(loss.cost(outputs, targets), (terms[0, 0] + weighted) / 2)
    assert loss.validation_cost(outputs, targets) == BetaNll().validation_cost(outputs, targets)


def test_it_is_trained_on_as_few_as_three_samples():
    training = MODEL.training()
    assert training.subsampling.fewest == 3
    kept = training.subsampling.kept(np.full(500, 101), np.random.default_rng(0)).sum(axis=1)
    assert kept.min() == 3


@pytest.mark.parametrize("interval_s", [0.3, 10.0, 30.0])
def test_it_answers_traces_of_any_number_of_samples(interval_s):
    torch.manual_seed(0)
    network = MODEL.network(3, 5, 4)
    cases = draw_cases((Acquisition(30.0, interval_s),), TEMPERATURE_CORRECTED, "time-cells", 2)
    answer = network(MODEL.encoder().fitted(cases.traces).encode(cases.traces))
    assert answer.shape == (2, 4)
    assert answer.isfinite().all()
