from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from bench.cases import Targets
from bench.contract import Context
from bench.draw import draw_cases
from bench.metrics import scores
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import mean, ridge
from models._any_regressor import AnyRegressor
from models._sklearn import SklearnModel, Standard, polynomial_ridge

ACQUISITION = Acquisition(30.0, 0.3)
CONTEXT = Context(0, (ACQUISITION,), TEMPERATURE_CORRECTED)


def cases(name, n_cases):
    return draw_cases((ACQUISITION,), TEMPERATURE_CORRECTED, f"sklearn/{name}", n_cases)


@dataclass(frozen=True)
class Neighbours(SklearnModel):
    n_neighbours: int = 5

    def regressor(self, context: Context):
        return make_pipeline(StandardScaler(), KNeighborsRegressor(self.n_neighbours))


def test_a_regressor_becomes_a_row_in_five_lines():
    test = cases("test", 200)
    answer = Neighbours().fit(cases("train", 1_000), cases("valid", 10), CONTEXT).predict(test.traces)
    assert scores(test.targets.values, answer.mean)["E0_g_per_L"]["r2"] > 0.5


@dataclass(frozen=True)
class Process(AnyRegressor):
    """One that takes distances in all inputs, and one of one output alone."""

    one_output: bool = False

    def estimator(self, context: Context):
        return SVR() if self.one_output else GaussianProcessRegressor(RBF(10.0) + WhiteKernel(0.1), optimizer=None)


@pytest.mark.parametrize("one_output", [False, True])
def test_any_regressor_answers_traces_that_are_sampled_as_none_in_training(one_output):
    sparser = draw_cases((Acquisition(30.0, 1.0),), TEMPERATURE_CORRECTED, "sklearn/sparser", 100)
    fitted = Process(one_output).fit(cases("train", 300), cases("valid", 10), CONTEXT)
    answer = fitted.predict(sparser.traces).mean
    assert (
        scores(sparser.targets.values, answer)["E0_g_per_L"]["r2"] > 0.5
    )  # where an input that never varied is left in, it is that of the mean


def test_targets_are_scaled_and_given_back_in_physical_units():
    targets = Targets(np.array([[0.1, 1e-3], [0.5, 2e-3], [1.2, 4e-3]]))
    standard = Standard.of(targets)
    np.testing.assert_allclose(standard.scaled(targets).std(axis=0), 1.0)
    np.testing.assert_allclose(standard.physical(standard.scaled(targets)), targets.values, rtol=1e-12)


def test_a_linear_row_counts_its_coefficients():
    assert Neighbours().fit(cases("train", 20), cases("valid", 10), CONTEXT).n_parameters is None
    fitted = ridge.Ridge(degree=1).fit(cases("train", 100), cases("valid", 10), CONTEXT)
    assert fitted.n_parameters == 2 * (33 - 3 + 1)  # volume, samples and duration are the same in every case


def test_products_of_summaries_carry_both_targets():
    train, valid, test = cases("train", 2_000), cases("valid", 10), cases("test", 500)
    linear, quadratic = (
        scores(test.targets.values, ridge.Ridge(degree).fit(train, valid, CONTEXT).predict(test.traces).mean)
        for degree in (1, 2)
    )
    assert quadratic["E0_g_per_L"]["r2"] > 0.98 > linear["E0_g_per_L"]["r2"]
    assert quadratic["k_d_per_s"]["r2"] > 0.35 > linear["k_d_per_s"]["r2"]


def test_a_feature_that_is_constant_in_training_moves_no_answer():
    generator = np.random.default_rng(0)
    varying, targets = generator.random((200, 3)), generator.random((200, 2))
    fitted = polynomial_ridge(2).fit(np.column_stack([varying, np.full(200, 9.9)]), targets)
    there, elsewhere = (fitted.predict(np.column_stack([varying, np.full(200, at)])) for at in (9.9, 10.0))
    np.testing.assert_allclose(elsewhere, there, rtol=1e-12)


def test_the_floor_answers_the_training_mean():
    train = cases("train", 50)
    answer = mean.MODEL.fit(train, cases("valid", 10), CONTEXT).predict(cases("test", 3).traces).mean
    np.testing.assert_allclose(answer, np.tile(train.targets.values.mean(axis=0), (3, 1)), rtol=1e-12)
