import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.ceiling.cut_gaussian import CutGaussian, exponential_mean, of_unit_moments, steepness_of


@given(st.floats(1.0e-4, 0.288), st.floats(0.0, 1.0))
def test_every_mean_and_width_that_a_cut_gaussian_can_have_is_found(sd, place):
    nearest = float(exponential_mean(steepness_of(np.array([sd])))[0])
    mean = nearest + 1e-3 * sd + place * (1.0 - 2.0 * (nearest + 1e-3 * sd))
    found = of_unit_moments(np.array([-mean / sd]), np.array([(1.0 - mean) / sd]))
    assert np.sum(found.weight * found.nodes) == pytest.approx(0.0, abs=2e-9)
    assert np.sum(found.weight * found.nodes**2) == pytest.approx(1.0, abs=4e-9)


def test_density_is_that_of_a_truncated_normal():
    cut = CutGaussian(np.array([-1.0]), np.array([2.0]), np.array([0.5]), np.array([1.0]))
    truncated = stats.truncnorm(-1.5, 1.5, loc=0.5)
    assert cut.log_density(np.array([0.3]))[0] == pytest.approx(truncated.logpdf(0.3), abs=1e-9)
    assert np.sum(cut.weight * cut.nodes**2) == pytest.approx(truncated.moment(2), abs=1e-9)


@pytest.mark.parametrize("steepness", [0.0, 0.005, 0.02, 1.0, 30.0, 1e8])
def test_steepness_is_found_from_the_width_of_its_exponential(steepness):
    cut = CutGaussian(np.array([0.0]), np.array([1.0]), np.array([-steepness]), np.array([0.0]))
    mean = np.sum(cut.weight * cut.nodes)
    sd = np.sqrt(np.sum(cut.weight * (cut.nodes - mean) ** 2))
    assert exponential_mean(np.array([steepness]))[0] == pytest.approx(mean, rel=1e-6)
    assert steepness_of(np.array([sd]))[0] == pytest.approx(steepness, rel=1e-3, abs=0.01)
