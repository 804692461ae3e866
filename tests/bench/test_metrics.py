import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from bench.draw import draw_parameters
from bench.errors import BenchError
from bench.metrics import CONSTANT_TRUTH, r2, scores
from bench.world.quantities import TARGET_NAMES

TARGET_VALUES = st.floats(1e-6, 10.0)


def truth_and_prediction(n_cases=200):
    _, truth = draw_parameters("tests/metrics", range(n_cases))
    noise = np.random.default_rng(0).normal(size=truth.shape)
    return truth, truth + noise * [0.05, 1e-3]


@given(
    values=st.integers(3, 30).flatmap(
        lambda n_cases: st.tuples(*[arrays(np.float64, (n_cases, 2), elements=TARGET_VALUES) for _ in range(2)])
    )
)
def test_scores_equal_those_of_scikit_learn(values):
    truth, prediction = values
    found = scores(truth, prediction)
    for column, name in enumerate(TARGET_NAMES):
        t, p = truth[:, column], prediction[:, column]
        assert found[name]["mae"] == pytest.approx(mean_absolute_error(t, p), rel=1e-12, abs=1e-300)
        assert found[name]["rmse"] == pytest.approx(root_mean_squared_error(t, p), rel=1e-12, abs=1e-300)
        assert found[name]["bias"] == pytest.approx(np.mean(p) - np.mean(t), rel=1e-9, abs=1e-14)
        if np.ptp(t) == 0:
            assert found[name]["r2"] == CONSTANT_TRUTH
        elif np.ptp(t) > 1e-6:  # below, both are rounding
            assert found[name]["r2"] == pytest.approx(r2_score(t, p), rel=1e-12, abs=1e-12)


def test_scores_of_known_numbers():
    truth = np.array([[0.1, 1e-3], [0.2, 2e-3], [0.3, 3e-3]])
    prediction = truth + np.array([[0.1, 0.0], [0.0, 0.0], [0.0, -3e-3]])
    found = scores(truth, prediction)
    assert found["E0_g_per_L"] == pytest.approx({"r2": 0.5, "rmse": 0.1 / 3**0.5, "mae": 0.1 / 3, "bias": 0.1 / 3})
    assert found["k_d_per_s"] == pytest.approx({"r2": -3.5, "rmse": 3e-3 / 3**0.5, "mae": 1e-3, "bias": -1e-3})


def test_constant_truth_is_a_sentence_and_leaves_the_other_target_alone():
    truth, prediction = truth_and_prediction()
    truth[:, 1] = 0.1 + 0.2  # the mean of such values is not exactly one of them
    found = scores(truth, prediction)
    assert found["k_d_per_s"]["r2"] == "undefined: the true values are all the same"
    assert found["k_d_per_s"]["rmse"] > 0
    assert found["E0_g_per_L"]["r2"] == pytest.approx(r2_score(truth[:, 0], prediction[:, 0]), abs=1e-12)


def test_truth_whose_variance_underflows_is_constant():
    assert r2(np.array([0.0, 1e-200]), np.array([0.0, 1.0])) == CONSTANT_TRUTH


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e200])
@pytest.mark.parametrize("which", ["truth", "prediction"])
def test_value_that_cannot_be_scored_is_an_error(which, value):
    truth, prediction = truth_and_prediction()
    {"truth": truth, "prediction": prediction}[which][3, 1] = value
    with pytest.raises(BenchError) as error:
        scores(truth, prediction)
    assert str(error.value) == (
        f"metrics '{which}': values must be finite and at most 1e+100 in size, got {value}. Mark the cell instead."
    )


def test_shape_that_differs_from_the_truth_is_named():
    truth, prediction = truth_and_prediction(5)
    with pytest.raises(BenchError) as error:
        scores(truth, prediction[:4])
    assert str(error.value) == (
        "metrics 'prediction': shape must be (5, 2), as the truth, got (4, 2). Give one row a case."
    )


def test_predicting_the_test_mean_scores_zero_and_anything_worse_is_negative():
    truth, _ = truth_and_prediction()
    mean = np.tile(truth.mean(axis=0), (len(truth), 1))
    at_mean, off_mean = scores(truth, mean), scores(truth, mean + np.array([0.5, 2e-3]))
    for name in TARGET_NAMES:
        assert at_mean[name]["r2"] == pytest.approx(0.0, abs=1e-12)
        assert off_mean[name]["r2"] < -0.5


def test_order_of_the_cases_does_not_matter():
    truth, prediction = truth_and_prediction()
    order = np.random.default_rng(1).permutation(len(truth))
    shuffled = scores(truth[order], prediction[order])
    for name, values in scores(truth, prediction).items():
        assert shuffled[name] == pytest.approx(values, rel=1e-12)


def test_affine_scaler_of_each_target_leaves_r2_as_it_was_and_only_r2():
    truth, prediction = truth_and_prediction()
    mean, sd = truth.mean(axis=0), truth.std(axis=0)
    physical, normalized = scores(truth, prediction), scores((truth - mean) / sd, (prediction - mean) / sd)
    for name in TARGET_NAMES:
        assert normalized[name]["r2"] == pytest.approx(physical[name]["r2"], abs=1e-12)
        assert normalized[name]["rmse"] != pytest.approx(physical[name]["rmse"], rel=0.1)


def test_skipped_or_refitted_denormalization_does_move_r2():
    truth, prediction = truth_and_prediction()
    mean, sd = truth.mean(axis=0), truth.std(axis=0)
    for wrong in ((prediction - mean) / sd, (prediction - mean) / sd * (1.2 * sd) + mean):
        assert scores(truth, wrong)["E0_g_per_L"]["r2"] < scores(truth, prediction)["E0_g_per_L"]["r2"] - 0.01


def test_targets_are_scored_apart_and_not_pooled():
    truth, prediction = truth_and_prediction()
    found = scores(truth, prediction)
    pooled = r2_score(truth.ravel(), prediction.ravel())
    assert found["E0_g_per_L"]["r2"] > 0.9
    assert found["k_d_per_s"]["r2"] < 0.7
    assert pooled > 0.9  # the loss constant is invisible beside the enzyme load


def test_score_pooled_over_cases_is_not_the_mean_over_parts_of_them():
    truth, prediction = truth_and_prediction()
    order = np.argsort(truth[:, 0])  # parts with little variance of their own
    truth, prediction = truth[order], prediction[order]
    parts = [scores(truth[i : i + 10], prediction[i : i + 10])["E0_g_per_L"]["r2"] for i in range(0, 200, 10)]
    assert scores(truth, prediction)["E0_g_per_L"]["r2"] > 0.9
    assert np.mean(parts) < 0
