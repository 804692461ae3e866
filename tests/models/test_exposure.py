import numpy as np
import pytest

from bench.cases import Traces
from bench.draw import draw_cases
from bench.errors import DomainError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.progress import unit_exposure
from bench.world.simulator import simulate_ph
from models._exposure import (
    K_D_SD,
    MIDDLE_K_D,
    Exposures,
    columns_in_time,
    exposures_of,
    weighted_fit,
)

WORLD = TEMPERATURE_CORRECTED
NOISE = 0.01
ACQUISITIONS = [Acquisition(30.0, 0.3), Acquisition(30.0, 10.0), Acquisition(60.0, 1.0)]


def fitted(traces, world=WORLD):
    return weighted_fit(columns_in_time(traces.time_s), exposures_of(traces, world, NOISE), NOISE)


def test_columns_are_the_exposure_and_its_derivative_at_the_middle_k_d():
    time_s = np.array([0.0, 0.3, 10.0, 60.0])
    expected = [unit_exposure(t, MIDDLE_K_D) for t in time_s]
    np.testing.assert_allclose(columns_in_time(time_s[None])[0], expected, rtol=1e-6)


def test_noise_free_traces_have_the_exposures_of_their_targets():
    cases = draw_cases((ACQUISITIONS[1],), WORLD, "exposure", 50)
    ph = simulate_ph(cases.traces.time_s, cases.traces.known, cases.targets.values, WORLD)
    exact = Traces(cases.traces.time_s, ph, cases.traces.valid, cases.traces.known)
    E0, k_d = cases.targets.values.T[:, :, None]
    exposure = E0 * -np.expm1(-k_d * exact.time_s) / k_d
    np.testing.assert_allclose(exposures_of(exact, WORLD, NOISE).exposure, exposure, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("acquisition", ACQUISITIONS, ids=lambda a: a.label)
def test_errors_of_a_fit_are_as_large_as_it_says_and_without_bias(acquisition):
    cases = draw_cases((acquisition,), WORLD, "exposure", 1_000)
    found = fitted(cases.traces)
    errors = (cases.targets.values - found.targets) / found.sd
    # Four standard errors; the curvature in k_d, which the fit leaves out, shows as 0.1 at 60 s.
    assert (np.abs(errors.mean(axis=0)) < 0.13 + 0.1 * (acquisition.prefix_s > 30)).all()
    np.testing.assert_allclose(errors.std(axis=0), 1.0, atol=0.1)
    # Two coefficients are fitted, but the prior holds the second where few samples say little of it.
    assert 1 - 2.5 / acquisition.n_samples < found.misfit.mean() < 1.05


def test_a_trace_that_says_nothing_of_k_d_is_answered_with_the_middle():
    found = fitted(Traces.of([0.0, 1.0], [[7.0, 7.4]], [[50.0, 0.25, 30.0, 7.0, 0.2]]))
    assert found.targets[0, 1] == pytest.approx(MIDDLE_K_D, abs=1e-3 * K_D_SD)
    assert found.sd[0, 1] == pytest.approx(K_D_SD, rel=1e-3)


def test_samples_beyond_the_end_of_the_reaction_weigh_nothing_and_those_below_the_start_do():
    traces = Traces.of([0.0, 1.0, 2.0], [[6.99, 7.4, 12.0]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    found = exposures_of(traces, WORLD, NOISE)
    assert found.weight[0, 2] == 0 < found.weight[0, 0]
    assert np.isfinite(found.exposure).all()
    assert np.isfinite(fitted(traces).targets).all()


def test_nuisances_take_what_belongs_to_them():
    time_s = np.linspace(0.0, 30.0, 31)[None]
    columns = np.concatenate([columns_in_time(time_s), np.ones((1, 31, 1))], axis=2)
    shifted = Exposures(time_s, 0.5 * columns[:, :, 0] + 0.2, np.full(time_s.shape, 1e2))
    found = weighted_fit(columns, shifted, NOISE, nuisance_sd=(1.0,))
    np.testing.assert_allclose(found.coefficients, [[0.5, 0.0, 0.2]], atol=1e-4)
    assert found.misfit[0] < 1e-3 < weighted_fit(columns[:, :, :2], shifted, NOISE).misfit[0]


def test_the_world_is_that_which_is_assumed():
    cases = draw_cases((ACQUISITIONS[0],), FIXED_25C, "exposure", 100)
    right, wrong = (
        np.abs(fitted(cases.traces, w).targets - cases.targets.values)[:, 0].mean() for w in (FIXED_25C, WORLD)
    )
    assert right < 0.1 * wrong


def test_known_inputs_outside_the_domain_are_refused_by_name():
    message = r"^case 0 'initial_pH': value must be between 4\.0 and 8\.0, got 9\.0\. Mend the input\.$"
    with pytest.raises(DomainError, match=message):
        fitted(Traces.of([0.0, 1.0], [[7.0, 7.1]], [[50.0, 0.25, 30.0, 9.0, 0.2]]))
