import numpy as np
import pytest
from scipy import stats

from bench.ceiling.untold.mixture import FREEDOM, Mixture


def some_mixture(d):
    generator = np.random.default_rng(0)
    slants = generator.standard_normal((3, d, d))
    covariances = slants @ np.swapaxes(slants, 1, 2) + 0.1 * np.eye(d)
    return Mixture(np.array([0.5, 0.3, 0.2]), generator.standard_normal((3, d)), covariances, np.zeros((3, 5)))


@pytest.mark.parametrize("d", [6, 7])
def test_its_density_is_that_of_student_up_to_a_constant(d):
    mixture = some_mixture(d)
    z, _ = mixture.draw(50, np.random.default_rng(1))
    parts = [
        stats.multivariate_t(m, c, FREEDOM).pdf(z) for m, c in zip(mixture.means, mixture.covariances, strict=True)
    ]
    ratio = mixture.density(z) / (mixture.weight @ parts)
    assert np.allclose(ratio, ratio[0], rtol=1e-9)


def test_it_learns_where_the_weight_is():
    mixture = some_mixture(6)
    z, beta = mixture.draw(4000, np.random.default_rng(2))
    target = stats.multivariate_normal(np.full(6, 0.5), 0.25 * np.eye(6))
    before = target.pdf(z) / mixture.density(z)
    learnt = mixture.learnt(z, beta, before / before.sum(), before.sum() ** 2 / (before @ before))
    assert learnt.weight.sum() == pytest.approx(1.0)
    z, _ = learnt.draw(4000, np.random.default_rng(3))
    after = target.pdf(z) / learnt.density(z)
    assert after.sum() ** 2 / (after @ after) > 2.0 * before.sum() ** 2 / (before @ before)
