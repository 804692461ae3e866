import dataclasses

import numpy as np
import pytest
from scipy import integrate, stats

from bench.ceiling.calibration import (
    HIGH,
    LOW,
    PRIOR_SD,
    Stated,
    stated_by_moments,
    stated_by_posterior,
    stated_by_samples,
)
from bench.ceiling.draws import exact_draws
from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

ACQUISITION = Acquisition(30.0, 1.0)
MIDDLE, WIDTH = 0.5 * (LOW + HIGH), HIGH - LOW


@pytest.fixture(scope="module")
def drawn():
    measured, targets = draw_measured(ACQUISITION, TEMPERATURE_CORRECTED, "calibration", range(2000))
    return exact_posterior(measured, ACQUISITION, TEMPERATURE_CORRECTED), targets.values


def _evenly(n_cases):
    return LOW + WIDTH * (np.arange(n_cases)[:, None] + 0.5) / n_cases


def test_whoever_states_the_priors_moments_has_stated_the_prior_and_learnt_nothing():
    truth = _evenly(1000)
    for scale in (1.0, 7.0):
        stated = stated_by_moments(truth, np.tile(MIDDLE, (1000, 1)), np.tile(scale * PRIOR_SD, (1000, 1)))
        assert stated.rank == pytest.approx((truth - LOW) / WIDTH)
        for target, found in enumerate(stated.scores.values()):
            assert found["nll"] == pytest.approx(0.0, abs=1e-12)
            assert found["crps"] == pytest.approx(WIDTH[target] / 6, rel=1e-5)
            assert (found["coverage_50"], found["coverage_90"]) == (0.5, 0.9)


def test_far_from_the_ends_a_mean_and_a_standard_deviation_are_a_gaussian():
    z = np.array([0.0, 0.5, 1.0, 1.5, 2.0])[:, None]
    sd = 0.01 * WIDTH + 0 * z
    stated = stated_by_moments(MIDDLE + z * sd, np.tile(MIDDLE, (5, 1)), sd)
    crps = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert stated.rank == pytest.approx(np.tile(stats.norm.cdf(z), 2), abs=1e-7)
    assert stated.crps == pytest.approx(crps, rel=1e-6)
    assert stated.log_density == pytest.approx(stats.norm.logpdf(z) - np.log(sd), abs=1e-6)
    found = stated.scores["k_d_per_s"]
    assert found["coverage_50"] == pytest.approx(2 / 5)  # |z| < 0.674
    assert found["coverage_90"] == pytest.approx(4 / 5)  # |z| < 1.645
    assert found["sharpness"] == pytest.approx(0.01 * WIDTH[1])


@pytest.mark.parametrize(("mean", "sd"), [(0.1, 0.09), (0.5, 0.28), (0.97, 0.02), (1.2, 0.1), (-9.0, 0.2)])
def test_a_reading_has_the_width_that_is_stated_and_no_mass_beyond_the_prior(mean, sd):
    grid = (np.arange(4000) + 0.5)[:, None] / 4000
    stated = stated_by_moments(
        LOW + WIDTH * grid, np.tile(LOW + WIDTH * mean, (4000, 1)), np.tile(sd * WIDTH, (4000, 1))
    )
    share = np.exp(stated.log_density) * WIDTH / 4000
    assert share.sum(axis=0) == pytest.approx(1.0, abs=2e-3)
    centre = (share * grid).sum(axis=0)
    assert np.sqrt((share * (grid - centre) ** 2).sum(axis=0)) == pytest.approx(sd, rel=5e-3)
    if sd < mean < 1 - sd:
        assert centre == pytest.approx(mean, abs=1e-3)


def test_crps_is_its_defining_integral_at_an_end_of_the_prior():
    mean, sd, truth = LOW + 0.05 * WIDTH, 0.04 * WIDTH, LOW + 0.2 * WIDTH
    grid = LOW + WIDTH * np.linspace(0, 1, 2001)[:, None]
    rank = stated_by_moments(grid, mean + 0 * grid, sd + 0 * grid).rank
    expected = integrate.trapezoid((rank - (grid >= truth)) ** 2, grid, axis=0)
    assert stated_by_moments(truth[None], mean[None], sd[None]).crps[0] == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(("mean", "sd"), [(1e6, 1e-3), (-1e100, 1e-50), (0.5, 1e-50), (0.5, 1e100)])
def test_what_is_stated_beyond_all_measure_still_has_finite_scores(mean, sd):
    pair = np.full((1, 2), mean), np.full((1, 2), sd)
    stated = stated_by_moments(MIDDLE[None] + 0.1 * WIDTH, *pair)
    assert np.isfinite([stated.log_density, stated.crps, stated.rank]).all()


def test_posterior_covers_what_it_states(drawn):
    posterior, truth = drawn
    for scores in stated_by_posterior(truth, posterior).scores.values():
        for level in (0.5, 0.9):
            error = np.sqrt(level * (1 - level) / len(truth))
            assert abs(scores[f"coverage_{100 * level:.0f}"] - level) < 3.5 * error


def test_mean_and_standard_deviation_of_the_posterior_say_nearly_all_that_its_marginals_do(drawn):
    posterior, truth = drawn
    exact = stated_by_posterior(truth, posterior).scores
    read = stated_by_moments(truth, posterior.mean, posterior.sd).scores
    for target, found in read.items():
        assert found["nll"] == pytest.approx(exact[target]["nll"], abs=0.01)
        assert found["crps"] == pytest.approx(exact[target]["crps"], rel=2e-3)


def test_exact_crps_is_that_of_draws_from_the_marginal(drawn):
    posterior, truth = drawn
    few = slice(0, 3)
    fields = {f.name: getattr(posterior, f.name)[few] for f in dataclasses.fields(posterior)}
    first = type(posterior)(**fields)
    sampled = stated_by_samples(truth[few], first.sd, exact_draws(first, 20_000, "crps"))
    assert stated_by_posterior(truth[few], first).crps == pytest.approx(sampled.crps, rel=0.03)


def test_even_ranks_have_no_unevenness_and_ranks_at_the_ends_have_a_half():
    even = np.tile((np.arange(100)[:, None] + 0.5) / 100, 2)
    for rank, expected in ((even, 0.005), (np.round(even), 0.5)):
        found = Stated(*4 * (rank,)).scores
        assert [each["unevenness"] for each in found.values()] == pytest.approx([expected, expected])


def test_samples_of_the_prior_have_learnt_nothing():
    draws = np.tile(_evenly(500), (200, 1, 1))
    for found in stated_by_samples(_evenly(200), np.tile(PRIOR_SD, (200, 1)), draws).scores.values():
        assert abs(found["nll"]) < 0.01
        assert (found["coverage_50"], found["coverage_90"]) == pytest.approx((0.5, 0.9), abs=0.01)


def test_samples_of_gaussians_score_as_the_gaussians_do():
    generator = np.random.default_rng(0)
    mean, sd = MIDDLE + 0.1 * WIDTH * generator.standard_normal((400, 2)), np.tile(0.02 * WIDTH, (400, 1))
    truth, draws = generator.normal(mean, sd), generator.normal(mean[:, None], sd[:, None], (400, 500, 2))
    known = stated_by_moments(truth, mean, sd).scores
    for target, found in stated_by_samples(truth, sd, draws).scores.items():
        assert found["nll"] == pytest.approx(known[target]["nll"], abs=0.03)
        assert found["crps"] == pytest.approx(known[target]["crps"], rel=0.02)


def test_a_truth_far_from_all_samples_costs_much_and_not_everything():
    draws = np.tile(LOW + 0.1 * WIDTH, (1, 100, 1))
    stated = stated_by_samples((LOW + 0.9 * WIDTH)[None], np.full((1, 2), 1e-6), draws)
    assert stated.log_density[0] == pytest.approx(-np.log(101 * WIDTH))
    assert stated.crps[0] == pytest.approx(0.8 * WIDTH)
