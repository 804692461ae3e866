from dataclasses import replace

import numpy as np
import pytest

from bench.ceiling.posterior import exact_posterior
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import BENCHMARK, LABORATORY, Prior
from bench.draw import draw_measured, draw_parameters
from bench.errors import BenchError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

NOTHING = {
    "noise_factor": 1.0,
    "start_sd_s": 0.0,
    "longest_ramp_s": 0.0,
    "drift_sd_per_s": 0.0,
    "step_ph": 0.0,
    "outlier_fraction": 0.0,
    "initial_ph_sd": 0.0,
    "substrate_share_sd": 0.0,
    "temperature_sd_C": 0.0,
}
NUMBERS = range(3)


@pytest.fixture(scope="module")
def found():
    laboratory = Laboratory(60.0, 2.0)
    known, targets = draw_parameters("untold", NUMBERS)
    traces = measure_in_laboratory(laboratory, known, targets, TEMPERATURE_CORRECTED, "untold", NUMBERS)
    return traces, targets, list(untold_posteriors(traces, laboratory))


@pytest.mark.parametrize(("lag_s", "offset_sd"), [(0.0, 0.0), (2.0, 0.03)])
def test_where_all_is_told_it_is_the_exact_posterior(lag_s, offset_sd):
    acquisition = Acquisition(60.0, 1.0, lag_s=lag_s, offset_sd=offset_sd)
    measured, _ = draw_measured(acquisition, TEMPERATURE_CORRECTED, "untold", NUMBERS)
    exact = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    told = Laboratory(60.0, 1.0, 0.01, lag_s=lag_s, longest_lag_s=lag_s, offset_sd=offset_sd, **NOTHING)
    for case, posterior in enumerate(untold_posteriors(measured, told, BENCHMARK)):
        assert posterior.ok
        assert np.all(np.abs(posterior.mean - exact.mean[case]) < 0.2 * exact.sd[case])
        assert np.all(np.abs(posterior.sd / exact.sd[case] - 1.0) < 0.2)


def test_it_holds_the_truth_and_says_that_it_can_be_trusted(found):
    _, targets, posteriors = found
    for truth, posterior in zip(targets, posteriors, strict=True):
        assert posterior.ok
        assert np.all((posterior.rank(truth) > 1e-3) & (posterior.rank(truth) < 1.0 - 1e-3))
        assert np.all(posterior.quantile(0.05)[:2] < posterior.mean)
        assert np.all(posterior.mean < posterior.quantile(0.95)[:2])


def test_a_case_is_the_same_whatever_others_there_are(found):
    traces, _, posteriors = found
    alone = next(untold_posteriors(traces.take(slice(2, 3)), Laboratory(60.0, 2.0)))
    assert np.array_equal(alone.draws, posteriors[2].draws)


def test_predictions_are_as_far_from_the_trace_as_its_noise(found):
    traces, _, posteriors = found
    for case, posterior in enumerate(posteriors):
        shown, again, noise_sd = posterior.predicted(200)
        inside = np.mean((again.min(axis=0) <= traces.ph[case]) & (traces.ph[case] <= again.max(axis=0)))
        assert inside > 0.9
        assert 0.5 < np.median(np.abs((traces.ph[case] - shown) / noise_sd)) / 0.6745 < 2.0
        assert np.allclose(again / 0.01, np.round(again / 0.01), atol=1e-6)


def test_the_forecast_meets_the_reading_where_the_electrode_has_caught_up(found):
    traces, _, posteriors = found
    for case, posterior in enumerate(posteriors):
        reading = posterior.forecast(traces.time_s[case], 100, reading=True)
        beaker = posterior.forecast(np.array([2000.0]), 100)
        assert abs(np.median(reading[:, -1]) - traces.ph[case, -1]) < 0.1
        assert np.all(beaker[:, 0] > reading[:, -1] - 0.2)


def test_a_deactivation_that_cannot_be_told_from_none_has_a_support_of_one(found):
    _, _, posteriors = found
    for posterior in posteriors:
        assert abs(posterior.support(np.array([2e-6]))[0] - 1.0) < 3.0 / np.sqrt(posterior.support_size)
    assert max(posterior.support_size for posterior in posteriors) > 30.0  # so that one of them says something


def test_draws_of_next_to_no_weight_are_no_trouble(found):
    _, _, posteriors = found
    posterior = posteriors[0]
    weight = np.where(posterior.draws[:, 1] < np.median(posterior.draws[:, 1]), 5e-324, posterior.weight)
    support = replace(posterior, weight=weight / weight.sum()).support(np.array([2e-6, 1e-3]))
    assert np.isfinite(support).all()


def test_support_needs_a_prior_that_reaches_down_to_none(found):
    traces, _, _ = found
    posterior = next(untold_posteriors(traces.take(slice(0, 1)), Laboratory(60.0, 2.0), BENCHMARK))
    with pytest.raises(
        BenchError, match=r"^prior 'benchmark': k_d must be log-uniform for a support curve, got uniform"
    ):
        posterior.support(np.array([1e-3]))


def test_a_prior_that_cannot_be_is_refused():
    with pytest.raises(BenchError, match=r"^prior 'k_d_per_s': ends must be above 0 and in order, got 0 and 1"):
        Prior("mine", (0.1, 1.0), (0.0, 1.0), log=True)
    assert LABORATORY.draw(np.array([[0.0, 1.0]])).tolist() == [[1e-3, pytest.approx(2e-2)]]
