import emcee
import numpy as np
import pytest
from scipy import stats

from bench.ceiling.posterior import N_E0, N_K_D, exact_posterior, log_posterior_density
from bench.draw import draw_measured
from bench.errors import BenchError
from bench.world.acquisition import Acquisition, lagged_ph
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS
from bench.world.simulator import simulate_ph

LOW = np.array([quantity.low for quantity in TARGETS])
HIGH = np.array([quantity.high for quantity in TARGETS])
PRIOR_VARIANCE = (HIGH - LOW) ** 2 / 12

ACQUISITIONS = {
    "dense": Acquisition(30.0, 0.3),
    "sparse": Acquisition(30.0, 10.0),
    "long": Acquisition(60.0, 0.3),
    "irregular": Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3),
    "noisy": Acquisition(30.0, 0.3, noise_sd=0.03),
    "lagging": Acquisition(30.0, 0.3, lag_s=2.0),
    "offset": Acquisition(30.0, 0.3, offset_sd=0.03),
    "resampled": Acquisition(30.0, 1.0, resample_interval_s=0.3),
}


def drawn(acquisition, n_cases, world=TEMPERATURE_CORRECTED, first=0):
    return draw_measured(acquisition, world, "posterior-tests", range(first, first + n_cases))


@pytest.mark.parametrize("name", ACQUISITIONS)
def test_doubling_the_nodes_moves_no_mean_by_a_hundredth_of_its_sd(name):
    acquisition = ACQUISITIONS[name]
    measured, _ = drawn(acquisition, 10 if acquisition.lag_s else 100)
    coarse = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    fine = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED, n_E0=2 * N_E0, n_k_d=2 * N_K_D)
    assert np.abs((coarse.mean - fine.mean) / fine.sd).max() < 0.01
    assert np.abs(coarse.sd / fine.sd - 1).max() < 0.01


# R2 that the posterior implies, of E0 and k_d, over 100,000 cases.
IMPLIED = {
    (10.0, 0.3): (0.9998, 0.110),
    (10.0, 1.0): (0.9994, 0.039),
    (10.0, 10.0): (0.9933, 0.001),
    (30.0, 0.3): (0.9998, 0.730),
    (30.0, 1.0): (0.9995, 0.447),
    (30.0, 10.0): (0.9963, 0.063),
    (60.0, 0.3): (0.9999, 0.939),
    (60.0, 1.0): (0.9996, 0.826),
    (60.0, 10.0): (0.9966, 0.297),
}


@pytest.mark.parametrize(("prefix_s", "interval_s"), IMPLIED)
def test_implied_r2_is_that_of_the_reference_table(prefix_s, interval_s):
    acquisition = Acquisition(prefix_s, interval_s)
    measured, _ = drawn(acquisition, 1000)
    variance = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED).sd ** 2 / PRIOR_VARIANCE
    implied = 1 - variance.mean(axis=0)
    error = variance.std(axis=0) / np.sqrt(len(variance))
    assert np.all(np.abs(implied - IMPLIED[prefix_s, interval_s]) < 3 * error + [0.5e-4, 0.5e-3])


def test_observed_r2_agrees_with_the_implied_one():
    acquisition = Acquisition(30.0, 0.3)
    measured, targets = drawn(acquisition, 2000)
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    excess = ((posterior.mean - targets.values) ** 2 - posterior.sd**2) / PRIOR_VARIANCE
    assert np.all(np.abs(excess.mean(axis=0)) < 3.3 * excess.std(axis=0) / np.sqrt(len(excess)))


@pytest.mark.parametrize("name", ["dense", "sparse", "offset", "irregular"])
def test_ranks_of_the_truth_are_uniform(name):
    acquisition = ACQUISITIONS[name]
    measured, targets = drawn(acquisition, 2000)
    ranks = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED).marginals.cdf(targets.values)
    assert min(stats.kstest(ranks[:, target], "uniform").pvalue for target in (0, 1)) > 1e-3


def test_ranks_are_not_uniform_when_the_noise_is_wrong():
    acquisition = ACQUISITIONS["dense"]
    measured, targets = drawn(acquisition, 2000)
    wrong = Acquisition(30.0, 0.3, noise_sd=0.013)
    ranks = exact_posterior(measured, wrong, TEMPERATURE_CORRECTED).marginals.cdf(targets.values)
    assert stats.kstest(ranks[:, 0], "uniform").pvalue < 1e-4


def log_likelihood(point, measured, acquisition, world):
    """Written apart from the kernels: a full covariance matrix, and the public simulator."""
    if np.any(point < LOW) or np.any(point > HIGH):
        return -np.inf
    times = measured.time_s[:, measured.valid[0]]
    if acquisition.lag_s:
        ph = lagged_ph(times, times >= 0, measured.known, point[None], world, acquisition.lag_s)[0]
    else:
        ph = simulate_ph(times, measured.known, point[None], world)[0]
    residual = measured.ph[0, measured.valid[0]] - ph
    n = len(residual)
    covariance = acquisition.noise_sd**2 * np.eye(n) + acquisition.offset_sd**2 * np.ones((n, n))
    return float(-0.5 * residual @ np.linalg.solve(covariance, residual))


def sampled(measured, acquisition, world, start, spread, seed):
    """Independent sampler: affine-invariant ensemble, with its own error of the mean."""
    n_walkers, n_steps = 16, 600
    rng = np.random.default_rng(seed)
    walkers = np.clip(start + 0.3 * spread * rng.standard_normal((n_walkers, 2)), LOW + 1e-9, HIGH - 1e-9)
    sampler = emcee.EnsembleSampler(n_walkers, 2, log_likelihood, args=(measured, acquisition, world))
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(walkers, n_steps, skip_initial_state_check=True)
    chain = sampler.get_chain(discard=150)
    n_effective = chain.shape[0] * n_walkers / emcee.autocorr.integrated_time(chain, quiet=True)
    flat = chain.reshape(-1, 2)
    return flat.mean(axis=0), flat.std(axis=0), n_effective


def case_at_edge(measured, targets, acquisition, target, edge):
    """The drawn case whose truth lies nearest to an edge of the prior."""
    width = HIGH[target] - LOW[target]
    number = int(np.argmin(np.abs(targets.values[:, target] - edge) / width))
    return measured.take(slice(number, number + 1))


FAST = ("sparse", "offset")
CASES = [pytest.param(name, None, None, marks=[] if name in FAST else pytest.mark.slow) for name in ACQUISITIONS] + [
    pytest.param("sparse", 0, HIGH[0]),
    pytest.param("dense", 0, LOW[0], marks=[pytest.mark.slow, pytest.mark.smoke]),
    pytest.param("dense", 1, LOW[1], marks=pytest.mark.slow),
    pytest.param("long", 1, HIGH[1], marks=pytest.mark.slow),
]


@pytest.mark.filterwarnings("ignore:The chain is shorter")
@pytest.mark.parametrize(("name", "target", "edge"), CASES)
def test_agrees_with_an_independent_sampler(name, target, edge):
    acquisition = ACQUISITIONS[name]
    world = FIXED_25C if name == "noisy" else TEMPERATURE_CORRECTED
    measured, targets = drawn(acquisition, 400 if target is not None else 1, world)
    if target is not None:
        measured = case_at_edge(measured, targets, acquisition, target, edge)
    posterior = exact_posterior(measured, acquisition, world)
    mean, sd = posterior.mean[0], posterior.sd[0]
    sample_mean, sample_sd, n_effective = sampled(measured, acquisition, world, mean, sd, seed=5)
    assert np.all(np.abs(sample_mean - mean) < 4.5 * sd / np.sqrt(n_effective))
    assert np.all(np.abs(sample_sd / sd - 1) < 5 / np.sqrt(n_effective))


def test_density_at_a_point_integrates_to_the_nodes_weights():
    acquisition = ACQUISITIONS["dense"]
    measured, _ = drawn(acquisition, 3)
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    a, b = 7, 5
    points = np.stack([posterior.E0[:, a, b], posterior.k_d[:, a]], axis=1)
    density = log_posterior_density(posterior, points, measured, acquisition, TEMPERATURE_CORRECTED)
    np.testing.assert_allclose(density, posterior.log_density[:, a, b], atol=1e-8)


def test_density_integrates_to_one_on_a_fixed_grid():
    acquisition = ACQUISITIONS["sparse"]
    measured, _ = drawn(acquisition, 1)
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    n = 400
    E0 = np.linspace(*np.clip(posterior.mean[0, 0] + np.array([-8, 8]) * posterior.sd[0, 0], LOW[0], HIGH[0]), n)
    k_d = np.linspace(LOW[1], HIGH[1], n)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(E0, k_d, indexing="ij")], axis=1)
    many = measured.take(np.zeros(len(grid), dtype=np.int64))
    same = exact_posterior(measured.take(np.zeros(len(grid), dtype=np.int64)[:1]), acquisition, TEMPERATURE_CORRECTED)
    value = log_posterior_density(same, grid, many, acquisition, TEMPERATURE_CORRECTED)
    density = np.exp(value).reshape(n, n)
    assert np.trapezoid(np.trapezoid(density, k_d, axis=1), E0) == pytest.approx(1.0, abs=1e-4)


def test_predictive_mean_and_sd_are_those_of_the_nodes():
    acquisition = ACQUISITIONS["dense"]
    measured, _ = drawn(acquisition, 2)
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    time_s = np.array([0.0, 100.0, 2000.0])
    mean, sd = posterior.predictive_ph(time_s, measured.known, TEMPERATURE_CORRECTED)
    for case in range(2):
        weight = posterior.weight[case].ravel()
        k_d = np.repeat(posterior.k_d[case], N_E0)
        nodes = np.stack([posterior.E0[case].ravel(), k_d], axis=1)
        ph = simulate_ph(time_s, np.tile(measured.known[case], (len(nodes), 1)), nodes)
        np.testing.assert_allclose(mean[case], weight @ ph, atol=2e-5)
        np.testing.assert_allclose(sd[case], np.sqrt(weight @ (ph - weight @ ph) ** 2), atol=2e-4)


def test_batch_is_one_at_a_time():
    acquisition = ACQUISITIONS["irregular"]
    measured, _ = drawn(acquisition, 6)
    together = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED).mean
    alone = [
        exact_posterior(measured.take(slice(i, i + 1)), acquisition, TEMPERATURE_CORRECTED).mean[0] for i in range(6)
    ]
    np.testing.assert_array_equal(together, alone)


def test_no_noise_is_an_error():
    acquisition = Acquisition(30.0, 10.0, noise_sd=0.0)
    measured, _ = drawn(acquisition, 1)
    with pytest.raises(BenchError) as error:
        exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    assert str(error.value) == (
        "posterior 'noise_sd': value must be above 0, got 0. Without noise the targets are known exactly."
    )


def test_quantiles_invert_the_distribution_function():
    acquisition = ACQUISITIONS["long"]
    measured, _ = drawn(acquisition, 10)
    marginals = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED).marginals
    for probability in (0.05, 0.5, 0.95):
        np.testing.assert_allclose(marginals.cdf(marginals.quantile(probability)), probability, atol=1e-9)


def test_marginals_have_the_moments_of_the_joint_posterior():
    acquisition = ACQUISITIONS["dense"]
    measured, _ = drawn(acquisition, 50)
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    marginals = posterior.marginals
    nodes, _ = np.polynomial.legendre.leggauss(marginals.weight.shape[2])
    middle, half = marginals.ends.mean(axis=2), 0.5 * np.diff(marginals.ends, axis=2)
    x = middle[:, :, None] + half * nodes
    mean = np.sum(marginals.weight * x, axis=2)
    np.testing.assert_allclose((mean - posterior.mean) / posterior.sd, 0.0, atol=0.01)
    sd = np.sqrt(np.sum(marginals.weight * (x - mean[:, :, None]) ** 2, axis=2))
    np.testing.assert_allclose(sd / posterior.sd, 1.0, atol=0.01)
