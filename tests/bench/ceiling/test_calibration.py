import dataclasses

import numpy as np
import pytest
from scipy import integrate, stats

from bench.ceiling.calibration import exact_uncertainty, gaussian_uncertainty
from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS

ACQUISITION = Acquisition(30.0, 1.0)


@pytest.fixture(scope="module")
def drawn():
    measured, targets = draw_measured(ACQUISITION, TEMPERATURE_CORRECTED, "calibration", range(2000))
    return exact_posterior(measured, ACQUISITION, TEMPERATURE_CORRECTED), targets.values


def test_gaussian_crps_is_its_defining_integral():
    truth, mean, sd = 0.7, 0.2, 0.4
    left, _ = integrate.quad(lambda x: stats.norm.cdf((x - mean) / sd) ** 2, -10, truth)
    right, _ = integrate.quad(lambda x: stats.norm.sf((x - mean) / sd) ** 2, truth, 10)
    found = gaussian_uncertainty(*(np.full((1, 2), value) for value in (truth, mean, sd)))
    assert found["E0_g_per_L"]["crps"] == pytest.approx(left + right, abs=1e-9)


def test_nll_is_zero_for_the_prior_and_counts_nats_below_it():
    width = TARGETS[0].high - TARGETS[0].low
    sd = np.full((1, 2), 0.01)
    found = gaussian_uncertainty(np.zeros((1, 2)), np.zeros((1, 2)), sd)
    assert found["E0_g_per_L"]["nll"] == pytest.approx(-np.log(width / (0.01 * np.sqrt(2 * np.pi))))


def test_coverage_counts_the_truths_inside():
    z = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    truth = np.stack([z, z], axis=1)
    found = gaussian_uncertainty(truth, np.zeros_like(truth), np.ones_like(truth))["k_d_per_s"]
    assert found["coverage_50"] == pytest.approx(2 / 5)  # |z| < 0.674
    assert found["coverage_90"] == pytest.approx(4 / 5)  # |z| < 1.645


def test_posterior_covers_what_it_states(drawn):
    posterior, truth = drawn
    for scores in exact_uncertainty(truth, posterior).values():
        for level in (0.5, 0.9):
            error = np.sqrt(level * (1 - level) / len(truth))
            assert abs(scores[f"coverage_{100 * level:.0f}"] - level) < 3.5 * error


def test_no_gaussian_of_the_same_moments_beats_the_posterior(drawn):
    posterior, truth = drawn
    exact = exact_uncertainty(truth, posterior)
    gaussian = gaussian_uncertainty(truth, posterior.mean, posterior.sd)
    for target in exact:
        assert exact[target]["nll"] < gaussian[target]["nll"]
        assert exact[target]["crps"] < gaussian[target]["crps"]


def test_exact_crps_is_that_of_draws_from_the_marginal(drawn):
    posterior, truth = drawn
    few = slice(0, 3)
    fields = {f.name: getattr(posterior, f.name)[few] for f in dataclasses.fields(posterior)}
    first = type(posterior)(**fields)
    draws = np.array([first.marginals.quantile(p) for p in (np.arange(100) + 0.5) / 100])
    spread = np.abs(draws[:, None] - draws[None]).mean(axis=(0, 1))
    sampled = np.abs(draws - truth[few]).mean(axis=0) - 0.5 * spread
    exact = exact_uncertainty(truth[few], first)
    for column, score in enumerate(exact.values()):
        assert score["crps"] == pytest.approx(sampled[:, column].mean(), rel=0.02)
