import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, truncnorm

from bench.cases import Traces
from bench.ceiling.posterior import exact_posterior
from bench.contract import Context
from bench.draw import draw_cases
from bench.errors import DomainError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import laplace
from models._laplace_kernel import FAR, cut_normal, tail_moments
from models._least_squares import HIGH, LOW

WORLD = TEMPERATURE_CORRECTED
ACQUISITIONS = [Acquisition(30.0, 0.3), Acquisition(30.0, 10.0), Acquisition(10.0, 0.3), Acquisition(60.0, 1.0)]
KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]


def answer(traces, acquisition=ACQUISITIONS[0]):
    return laplace.MODEL.fit(None, None, Context(0, (acquisition,), WORLD)).predict(traces)


@pytest.mark.parametrize("acquisition", ACQUISITIONS, ids=lambda a: a.label)
def test_means_are_those_of_the_exact_posterior_to_a_fraction_of_its_width(acquisition):
    traces = draw_cases((acquisition,), WORLD, "laplace", 100).traces
    exact = exact_posterior(traces, acquisition, WORLD)
    found = answer(traces, acquisition)
    gap = np.abs(found.mean - exact.mean) / exact.sd
    assert np.sqrt((gap**2).mean(axis=0)).max() < 0.06
    np.testing.assert_allclose(found.sd, exact.sd, rtol=0.1)


def test_fewer_nodes_answer_the_same_where_k_d_is_wide():
    traces = draw_cases((ACQUISITIONS[1],), WORLD, "laplace", 50).traces
    context = Context(0, (ACQUISITIONS[1],), WORLD)
    few, many = (laplace.Laplace(n).fit(None, None, context).predict(traces).mean for n in (6, 24))
    assert (np.abs(few - many) / (HIGH - LOW)).max() < 1e-3


def test_a_posterior_that_presses_against_an_end_of_the_prior_is_resolved():
    # The electrode lags, and nothing says so: the best k_d is the smallest.
    traces = draw_cases((Acquisition(30.0, 0.3, lag_s=2.0),), WORLD, "laplace", 50).traces
    context = Context(0, (ACQUISITIONS[0],), WORLD)
    few, many = (laplace.Laplace(n).fit(None, None, context).predict(traces) for n in (12, 96))
    assert np.median(many.mean[:, 1] - LOW[1]) < 0.01 * (HIGH - LOW)[1]
    # Two cases in a hundred lie in a corner of the prior, where E0 has an end as well and twelve nodes are too few.
    assert np.quantile(np.abs(few.mean - many.mean) / many.sd, 0.95) < 0.01
    assert np.quantile(np.abs(few.sd / many.sd - 1), 0.95) < 0.01


@given(low=st.floats(-20, 20), width=st.floats(0.05, 20))
def test_cut_normal_has_the_moments_of_scipy(low, width):
    high = low + width
    if min(abs(low), abs(high)) > FAR - 1 and low * high > 0:
        return  # the tails, which the next test compares
    log_mass, mean, variance = cut_normal(low, high)
    expected = truncnorm(low, high)
    assert mean == pytest.approx(expected.mean(), abs=1e-6)
    assert variance == pytest.approx(expected.var(), rel=1e-4, abs=1e-9)
    assert low <= mean <= high
    assert log_mass <= 0


@pytest.mark.parametrize("a", [5.0, 8.0, 30.0])
def test_tail_has_the_moments_of_scipy(a):
    log_mass, mean, variance = tail_moments(a)
    assert log_mass == pytest.approx(norm.logsf(a), abs=2e-3)
    assert mean == pytest.approx(truncnorm(a, np.inf).mean(), rel=1e-3)
    assert variance == pytest.approx(1 / a**2, rel=0.3)
    assert cut_normal(-a - 50.0, -a)[1] == pytest.approx(-cut_normal(a, a + 50.0)[1], rel=1e-4)


def test_a_single_sample_is_answered_with_the_prior():
    found = answer(Traces.of([0.0], [[7.0]], KNOWN))
    np.testing.assert_allclose(found.mean, [0.5 * (LOW + HIGH)], rtol=1e-6)
    np.testing.assert_allclose(found.sd, [(HIGH - LOW) / np.sqrt(12)], rtol=1e-3)


@pytest.mark.parametrize("ph", [[7.0, 12.0, 3.0, 13.0], [7.0, 3.0, 3.0, 3.0], [7.0, 12.0, 12.0, 12.0]])
def test_traces_that_no_targets_explain_get_an_answer_inside_the_prior_and_a_width(ph):
    found = answer(Traces.of([0.0, 10.0, 20.0, 30.0], [ph], KNOWN))
    assert (found.mean >= LOW).all()
    assert (found.mean <= HIGH).all()
    assert (found.sd > 0).all()


def test_every_curve_is_counted():
    predictor = laplace.MODEL.fit(None, None, Context(0, (ACQUISITIONS[1],), WORLD))
    predictor.predict(draw_cases((ACQUISITIONS[1],), WORLD, "laplace", 5).traces)
    assert predictor.simulator_calls == 10


def test_known_inputs_outside_the_domain_are_refused_by_name():
    message = r"^case 0 'temperature_C': value must be between 0\.0 and 60\.0, got 70\.0\. Mend the input\.$"
    with pytest.raises(DomainError, match=message):
        answer(Traces.of([0.0, 1.0], [[7.0, 7.1]], [[50.0, 0.25, 70.0, 7.0, 0.2]]))
