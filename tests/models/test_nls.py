import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from bench.cases import Traces
from bench.contract import Context
from bench.draw import draw_cases
from bench.errors import DomainError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.kinetics import pack_cases
from bench.world.simulator import simulate_ph
from models import nls, nls_scipy
from models._least_squares import HIGH, LOW
from models._lm_kernel import COST, N_COLUMNS, NO_PRIOR, bounded_step, fit_cases

WORLD = TEMPERATURE_CORRECTED
ACQUISITIONS = [Acquisition(30.0, 0.3), Acquisition(30.0, 1.0), Acquisition(30.0, 10.0), Acquisition(60.0, 0.3)]
ODD = [
    Acquisition(30.0, 10.0, noise_sd=0.3),
    Acquisition(30.0, 0.3, lag_s=2.0),
    Acquisition(30.0, 0.3, offset_sd=0.1),
    Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3),
    Acquisition(2000.0, 20.0),
    Acquisition(2000.0, 1000.0, noise_sd=0.3),
]


def fit(acquisition, traces, world=WORLD):
    predictor = nls.MODEL.fit(None, None, Context(0, (acquisition,), world))
    return predictor.predict(traces)


def assert_no_worse_than_scipy(traces, starts=nls_scipy.MODEL.starts):
    fits = np.empty((traces.n_cases, N_COLUMNS))
    fit_cases(traces.time_s, traces.ph, traces.lengths, pack_cases(traces.known, WORLD), LOW, HIGH, NO_PRIOR, fits)
    check = nls_scipy.ScipyPredictor(WORLD, 0.01, starts, nls_scipy.MODEL.tolerance)
    rows = zip(traces.time_s, traces.ph, traces.known, traces.lengths, strict=True)
    costs = np.array([check.best_fit(time_s[:n], ph[:n], known)[1] for time_s, ph, known, n in rows])
    assert (fits[:, COST] <= costs * (1 + 1e-9)).all()
    residuals = simulate_ph(traces.time_s, traces.known, fits[:, :2], WORLD) - traces.ph
    np.testing.assert_allclose(fits[:, COST], 0.5 * (residuals**2).sum(axis=1, where=traces.valid), rtol=1e-9)


@pytest.mark.parametrize("acquisition", ACQUISITIONS, ids=lambda a: a.label)
def test_the_cost_is_never_above_that_of_scipy(acquisition):
    assert_no_worse_than_scipy(draw_cases((acquisition,), WORLD, "nls", 40).traces)


@pytest.mark.slow
@pytest.mark.parametrize("acquisition", ACQUISITIONS, ids=lambda a: a.label)
def test_the_cost_is_never_above_that_of_scipy_over_many_cases(acquisition):
    assert_no_worse_than_scipy(draw_cases((acquisition,), WORLD, "nls", 2_000).traces, starts=(0.001, 0.5, 0.999))


@pytest.mark.parametrize("acquisition", ODD, ids=lambda a: a.label)
def test_traces_that_the_model_does_not_describe_are_still_fitted_as_well_as_by_scipy(acquisition):
    assert_no_worse_than_scipy(draw_cases((acquisition,), WORLD, "nls-odd", 12).traces)


def test_traces_of_another_world_or_of_none_are_still_fitted_as_well_as_by_scipy():
    other = draw_cases((ACQUISITIONS[1],), FIXED_25C, "nls-odd", 12).traces
    anything = np.random.default_rng(0).uniform(5.0, 10.0, other.ph.shape)
    assert_no_worse_than_scipy(other)
    assert_no_worse_than_scipy(Traces(other.time_s, anything, other.valid, other.known))
    assert_no_worse_than_scipy(Traces(other.time_s, other.ph[:, ::-1].copy(), other.valid, other.known))


@given(
    jacobian=st.lists(st.floats(-10, 10), min_size=4, max_size=4),
    gradient=st.tuples(st.floats(-10, 10), st.floats(-10, 10)),
    low=st.tuples(st.floats(-2, 0), st.floats(-2, 0)),
    high=st.tuples(st.floats(0, 2), st.floats(0, 2)),
)
def test_a_bounded_step_minimises_the_quadratic_over_the_box(jacobian, gradient, low, high):
    J = np.reshape(jacobian, (2, 2))
    H, g = J.T @ J, np.array(gradient)

    def model(d):
        return d @ g + 0.5 * d @ H @ d

    step = np.array(bounded_step(g[0], g[1], H[0, 0], H[0, 1], H[1, 1], low, high))
    bounds = list(zip(low, high, strict=True))
    best = minimize(model, np.zeros(2), jac=lambda d: g + H @ d, bounds=bounds, method="L-BFGS-B")
    assert (step >= low).all()
    assert (step <= high).all()
    assert model(step) <= best.fun + 1e-9 * (1 + np.abs(H).sum() + np.abs(g).sum())


@pytest.mark.parametrize("acquisition", ACQUISITIONS, ids=lambda a: a.label)
def test_noise_free_traces_give_the_targets_back(acquisition):
    cases = draw_cases((acquisition,), WORLD, "nls", 200)
    exact = simulate_ph(cases.traces.time_s, cases.traces.known, cases.targets.values, WORLD)
    traces = Traces(cases.traces.time_s, exact, cases.traces.valid, cases.traces.known)
    answer = fit(acquisition, traces).mean
    np.testing.assert_allclose(answer, cases.targets.values, rtol=0, atol=(1e-7 * (HIGH - LOW)).min())


def test_the_world_of_training_is_assumed():
    cases = draw_cases((ACQUISITIONS[0],), FIXED_25C, "nls", 100)
    error = [
        np.abs(fit(ACQUISITIONS[0], cases.traces, world).mean - cases.targets.values)[:, 0].mean()
        for world in (FIXED_25C, WORLD)
    ]
    assert error[0] < 0.1 * error[1]


def test_standard_deviations_cover_as_often_as_they_say():
    cases = draw_cases((ACQUISITIONS[3],), WORLD, "nls", 1_000)
    answer = fit(ACQUISITIONS[3], cases.traces)
    covered = (np.abs(answer.mean - cases.targets.values) < 1.645 * answer.sd).mean(axis=0)
    # Three standard errors of a share of 0.90 in 1,000 cases below; the bounds can only cut errors short, above.
    assert (covered > 0.87).all()
    assert (covered < 0.95).all()


def test_every_curve_is_counted():
    cases = draw_cases((ACQUISITIONS[2],), WORLD, "nls", 5)
    predictor = nls.MODEL.fit(cases, cases, Context(0, (ACQUISITIONS[2],), WORLD))
    predictor.predict(cases.traces)
    predictor.predict(cases.traces)
    assert predictor.simulator_calls == 10


def test_known_inputs_outside_the_domain_are_refused_by_name():
    traces = Traces.of([0.0, 1.0, 2.0], [[7.0, 7.1, 7.2]], [[50.0, 0.25, 70.0, 7.0, 0.2]])
    message = r"^case 0 'temperature_C': value must be between 0\.0 and 60\.0, got 70\.0\. Mend the input\.$"
    with pytest.raises(DomainError, match=message):
        fit(ACQUISITIONS[0], traces)


def test_a_single_sample_gives_a_finite_answer_with_the_width_of_the_prior():
    traces = Traces.of([0.0], [[7.0]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    answer = fit(ACQUISITIONS[0], traces)
    np.testing.assert_allclose(answer.mean, [0.5 * (LOW + HIGH)])
    np.testing.assert_allclose(answer.sd, [(HIGH - LOW) / np.sqrt(12)])
