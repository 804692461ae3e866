import numpy as np
import pytest

from bench.contract import Context
from bench.task import PRESETS, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import nls, nls_scipy
from models._least_squares import HIGH, LEAST_NOISE_SD, LOW, noise_sd, standard_deviations

TRAIN = (Acquisition(30.0, 0.3),)
MIDDLE = 0.5 * (LOW + HIGH)


@pytest.mark.parametrize(("model", "name"), [(nls.MODEL, "nls"), (nls_scipy.MODEL, "nls_scipy")])
def test_one_exposure_for_two_targets_is_declined(model, name):
    task = Task("one_exposure", "", TRAIN, Acquisition(10.0, 10.0))
    reason = f"{name} fits two targets, and 10 s @ 10 s has 1 sample after t = 0: the optimum is a curve, not a point."
    assert model.cannot(task, PRESETS["quick"]) == reason


def test_resampling_adds_no_exposure():
    task = Task("resampled", "", TRAIN, Acquisition(10.0, 10.0, resample_interval_s=0.3))
    assert nls.MODEL.cannot(task, PRESETS["quick"]) is not None


@pytest.mark.parametrize("model", [nls.MODEL, nls_scipy.MODEL])
def test_two_exposures_suffice(model):
    assert model.cannot(Task("two", "", TRAIN, Acquisition(20.0, 10.0)), PRESETS["quick"]) is None


def test_scipy_declines_more_cases_than_quick_has():
    reason = "nls_scipy fits one case at a time and takes at most 512 test cases: use preset quick, or nls."
    task = Task("many", "", TRAIN, TRAIN[0])
    assert nls_scipy.MODEL.cannot(task, PRESETS["standard"]) == reason


def test_noise_is_the_largest_of_training_and_no_less_than_the_simulator_resolves():
    def noise(*sds):
        acquisitions = tuple(Acquisition(30.0, 1.0, noise_sd=sd) for sd in sds)
        return noise_sd(Context(0, acquisitions, TEMPERATURE_CORRECTED))

    assert noise(0.01, 0.03) == 0.03
    assert noise(0.0) == LEAST_NOISE_SD


def test_precise_fits_have_the_inverse_matrix_as_covariance():
    jacobian = np.random.default_rng(0).standard_normal((50, 2)) * [1.0, 1e3]
    matrix = jacobian.T @ jacobian
    sds = standard_deviations(MIDDLE[None], matrix[np.triu_indices(2)][None], 1e-6)
    np.testing.assert_allclose(sds[0], 1e-6 * np.sqrt(np.diag(np.linalg.inv(matrix))), rtol=1e-10)


def test_what_a_trace_does_not_tell_is_as_wide_as_the_prior():
    estimates = np.array([MIDDLE, LOW, HIGH])
    sds = standard_deviations(estimates, np.zeros((3, 3)), 0.01)
    distances = np.array([12.0, 3.0, 3.0])[:, None] ** -0.5 * (HIGH - LOW)
    np.testing.assert_allclose(sds, distances, rtol=1e-12)


def test_an_unknown_k_d_widens_e0_along_the_valley_only():
    h_00, h_01 = 1e4, 10.0
    sds = standard_deviations(MIDDLE[None], np.array([[h_00, h_01, h_01**2 / h_00]]), 0.01)
    k_d = (HIGH - LOW)[1] / np.sqrt(12)
    np.testing.assert_allclose(sds[0], [np.hypot(0.01 / np.sqrt(h_00), h_01 / h_00 * k_d), k_d], rtol=1e-9)
