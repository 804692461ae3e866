import numpy as np
import pytest

from bench.ceiling.forecast import REFERENCE_TIME_S, forecast_ph, forecast_scores, true_ph
from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured, draw_parameters
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED


def test_reference_grid_is_every_5_s_to_2000_s():
    assert REFERENCE_TIME_S[0] == 0.0
    assert REFERENCE_TIME_S[-1] == 2000.0
    assert set(np.diff(REFERENCE_TIME_S)) == {5.0}


def test_true_targets_forecast_the_truth():
    known, targets = draw_parameters("forecast", range(5))
    ph, n_clipped = forecast_ph(known, targets, TEMPERATURE_CORRECTED)
    np.testing.assert_array_equal(ph, true_ph(known, targets, TEMPERATURE_CORRECTED))
    assert n_clipped == 0


def test_predictions_outside_the_prior_are_clipped_and_counted():
    known, targets = draw_parameters("forecast", range(4))
    wild = targets.copy()
    wild[1] = [7.0, targets[1, 1]]
    wild[2] = [targets[2, 0], -1.0]
    ph, n_clipped = forecast_ph(known, wild, TEMPERATURE_CORRECTED)
    assert n_clipped == 2
    expected = true_ph(known[1:2], np.array([[1.25, targets[1, 1]]]), TEMPERATURE_CORRECTED)
    np.testing.assert_array_equal(ph[1:2], expected)


def test_scores_are_pooled_over_cases_and_times():
    truth = np.zeros((2, 4))
    forecast = np.array([[0.3, 0.3, 0.3, 0.3], [0.1, -0.1, 0.1, -0.1]])
    found = forecast_scores(truth, forecast)
    assert found["ph_rmse"] == pytest.approx(np.sqrt((0.09 + 0.01) / 2))
    assert found["ph_rmse_median"] == pytest.approx(0.2)
    assert found["ph_rmse_p95"] == pytest.approx(0.29)


def test_another_world_costs_even_the_true_targets():
    known, targets = draw_parameters("forecast", range(50))
    ph, _ = forecast_ph(known, targets, TEMPERATURE_CORRECTED)
    assert forecast_scores(true_ph(known, targets, FIXED_25C), ph)["ph_rmse"] > 0.05


def test_no_point_forecast_beats_the_posterior_predictive_mean():
    acquisition = Acquisition(30.0, 10.0)
    measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, "forecast", range(600))
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    true = true_ph(measured.known, targets.values, TEMPERATURE_CORRECTED)
    best, sd = posterior.predictive_ph(REFERENCE_TIME_S, measured.known, TEMPERATURE_CORRECTED)
    of_means, _ = forecast_ph(measured.known, posterior.mean, TEMPERATURE_CORRECTED)
    ceiling = forecast_scores(true, best)["ph_rmse"]
    assert ceiling < forecast_scores(true, of_means)["ph_rmse"]
    assert ceiling == pytest.approx(np.sqrt(np.mean(sd**2)), rel=0.1)
