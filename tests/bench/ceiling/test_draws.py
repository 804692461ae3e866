import numpy as np
import pytest
from scipy import stats

from bench.ceiling.draws import apart, energy_scores, exact_draws
from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED


@pytest.fixture(scope="module", params=[0.3, 10.0])
def drawn(request):
    acquisition = Acquisition(30.0, request.param)
    measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, "draws", range(120))
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    return posterior, targets.values, exact_draws(posterior, 2000, "draws")


def test_draws_have_the_posteriors_moments(drawn):
    posterior, _, draws = drawn
    off = (draws.mean(axis=1) - posterior.mean) / posterior.sd
    assert np.abs(off).max() < 5 / np.sqrt(2000)
    assert (draws.std(axis=1) / posterior.sd).mean(axis=0) == pytest.approx(1.0, abs=0.01)
    correlation = [np.corrcoef(each.T)[0, 1] for each in draws]
    assert np.mean(correlation - posterior.correlation) == pytest.approx(0.0, abs=0.01)


def test_ranks_of_draws_are_those_of_the_marginals(drawn):
    posterior, truth, draws = drawn
    below = (draws < truth[:, None]).mean(axis=1)
    assert np.abs(below - posterior.marginals.cdf(truth)).max() < 5 * 0.5 / np.sqrt(2000)


def test_fair_energy_score_does_not_know_the_number_of_draws(drawn):
    posterior, truth, draws = drawn
    unit = posterior.sd.mean(axis=0)
    many, few = (energy_scores(truth, part, unit, fair=True).mean() for part in (draws[:, :500], draws[:, 500:510]))
    plain = energy_scores(truth, draws[:, 500:510], unit).mean()
    assert few == pytest.approx(many, rel=0.05)
    assert plain > 1.06 * few


def test_energy_score_of_one_target_is_its_crps():
    draws = stats.norm.ppf((np.arange(400)[None, :, None] + 0.5) / 400) * [1.0, 0.0]
    found = energy_scores(np.array([[0.4, 0.0]]), draws, np.ones(2))[0]
    crps = 0.4 * (2 * 0.6554217 - 1) + 2 * 0.3682701 - 1 / np.sqrt(np.pi)
    assert found == pytest.approx(crps, rel=0.01)


def test_two_sets_of_draws_from_one_posterior_are_told_apart_as_often_as_chance_says(drawn):
    posterior, _, draws = drawn
    distance, chance = apart(draws[:, :150], draws[:, 150:300], posterior.sd)
    assert (chance <= 0.05).mean() < 0.13
    assert distance.mean() < 0.02


def test_draws_without_the_posteriors_correlation_or_place_are_told_apart(drawn):
    posterior, _, draws = drawn
    few, sd = slice(0, 20), posterior.sd[:20]
    one, other = draws[few, :300], draws[few, 300:600]
    moved, chance = apart(one, other + 0.5 * sd[:, None], sd)
    assert (chance <= 0.05).mean() > 0.9
    further, _ = apart(one, other + 2.0 * sd[:, None], sd)
    assert (further > moved).all()
