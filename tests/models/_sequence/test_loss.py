import math

import pytest
import torch

from models._sequence.loss import BetaNll, GaussianNll, SquaredError


def test_squared_error_weighs_both_targets_alike():
    zeros = torch.zeros(4, 2)
    first, second = torch.zeros(4, 2), torch.zeros(4, 2)
    first[:, 0], second[:, 1] = 1.0, 1.0
    assert float(SquaredError().cost(first, zeros)) == float(SquaredError().cost(second, zeros)) == 0.5


def test_squared_error_answers_the_outputs_without_a_standard_deviation():
    outputs = torch.tensor([[0.5, -1.0]])
    mean, sd = SquaredError().answer(outputs)
    assert mean is outputs
    assert sd is None


def test_likelihood_is_that_of_the_normal_distribution():
    outputs = torch.tensor([[0.3, -0.2, -1.0, -4.0]], dtype=torch.float64)
    targets = torch.tensor([[0.1, 0.4]], dtype=torch.float64)
    mean, sd = GaussianNll().answer(outputs)
    expected = -torch.distributions.Normal(mean, sd).log_prob(targets).mean()
    assert float(GaussianNll().cost(outputs, targets)) == pytest.approx(float(expected), rel=1e-12)


def test_log_variance_is_bounded_and_still_has_a_gradient_beyond_its_bounds():
    raw = torch.tensor([-15.0, -5.0, 5.0], requires_grad=True)
    log_variance = GaussianNll().log_variance(raw)
    log_variance.sum().backward()
    assert (log_variance >= GaussianNll.low).all()
    assert (log_variance <= GaussianNll.high + 1e-5).all()
    assert (raw.grad > 0.01).all()
    assert float(log_variance[1].detach()) == pytest.approx(-5.0, abs=0.01)


def test_likelihood_stays_finite_however_far_the_raw_numbers_go():
    outputs = torch.tensor([[0.0, 0.0, -1e6, 1e6]], requires_grad=True)
    cost = GaussianNll().cost(outputs, torch.ones(1, 2))
    cost.backward()
    assert math.isfinite(float(cost.detach()))
    assert outputs.grad.isfinite().all()


def test_beta_nll_weights_each_term_by_its_own_standard_deviation_and_not_its_gradient():
    outputs = torch.tensor([[0.3, -0.2, -1.0, 0.5]], requires_grad=True)
    targets = torch.tensor([[0.0, 0.4]])
    terms, log_variance = GaussianNll().terms(outputs, targets)
    weight = torch.exp(0.5 * log_variance).detach()
    expected = torch.autograd.grad((weight * terms).mean(), outputs)[0]
    found = torch.autograd.grad(BetaNll().cost(outputs, targets), outputs)[0]
    torch.testing.assert_close(found, expected)


def test_beta_nll_compares_epochs_by_the_plain_likelihood():
    outputs, targets = torch.tensor([[0.3, -0.2, -1.0, 0.5]]), torch.tensor([[0.0, 0.4]])
    assert BetaNll().validation_cost(outputs, targets) == GaussianNll().cost(outputs, targets)
    assert BetaNll().cost(outputs, targets) != GaussianNll().cost(outputs, targets)
