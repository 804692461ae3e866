import numpy as np
import pytest

from bench.draw import training_cases
from bench.metrics import r2
from bench.task import Sizes
from leaderboard.audit.computed import Scored, Statistics, decoded, metric_verdict, reported, training_statistics
from tasks.shift_10s import TASK

RNG = np.random.default_rng(0)
TRUTH = np.column_stack([RNG.uniform(0.05, 1.25, 300), RNG.uniform(1e-5, 5e-3, 300)])
MEAN = TRUTH + 0.5 * TRUTH.std(axis=0) * RNG.normal(size=TRUTH.shape)
TRAINING = Statistics(np.array([0.6, 2.4e-3]), np.array([0.35, 1.4e-3]))


def test_statistics_are_those_of_the_training_cases_of_every_task():
    targets = training_cases(TASK, Sizes(20, 1, 1, 1), seed=3).targets.values
    statistics = training_statistics(20, 3)
    np.testing.assert_allclose(statistics.mean, targets.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics.sd, targets.std(axis=0), rtol=1e-12)


def test_faults_of_decoding_are_those_that_they_are_called_after():
    np.testing.assert_array_equal(decoded("targets_swapped", MEAN, TRUTH, TRAINING)[:, 0], MEAN[:, 1])
    skipped = decoded("denormalization_skipped", MEAN, TRUTH, TRAINING)
    np.testing.assert_allclose(skipped * TRAINING.sd + TRAINING.mean, MEAN)
    refitted = decoded("scaler_of_test", MEAN, TRUTH, TRAINING)
    np.testing.assert_allclose((refitted - TRUTH.mean(axis=0)) / TRUTH.std(axis=0), skipped)


def test_r2_of_scaled_targets_is_that_of_physical_ones():
    right = [r2(TRUTH[:, column], MEAN[:, column]) for column in range(2)]
    np.testing.assert_allclose(reported("r2_normalized", TRUTH, MEAN, TRAINING), right, atol=1e-12)


def test_one_r2_of_both_targets_praises_a_constant_answer():
    constant = np.broadcast_to(TRUTH.mean(axis=0), TRUTH.shape)
    assert reported("r2_pooled", TRUTH, constant, TRAINING)[0] > 0.6
    assert reported("r2_pooled", TRUTH, MEAN, TRAINING)[0] > r2(TRUTH[:, 1], MEAN[:, 1])


def test_r2_about_the_training_mean_is_never_below_that_about_the_test_mean():
    right = [r2(TRUTH[:, column], MEAN[:, column]) for column in range(2)]
    assert (reported("r2_about_training_mean", TRUTH, MEAN, TRAINING) >= right).all()


def test_r2_of_the_two_targets_of_a_case_hides_k_d():
    blind = np.column_stack([TRUTH[:, 0], np.full(len(TRUTH), 0.004)])
    assert reported("r2_mean_of_cases", TRUTH, blind, TRAINING)[0] > 0.99
    assert r2(TRUTH[:, 1], blind[:, 1]) < -1


def scored(right, wrong, task="in_distribution"):
    return Scored("a", task, "k_d_per_s", tuple(right), tuple(wrong))


@pytest.mark.parametrize(
    ("on_tasks", "expected"),
    [
        ([scored([0.6, 0.61, 0.6], [0.6, 0.61, 0.6])], "not a fault"),
        ([scored([0.6, 0.61, 0.6], [0.9, 0.91, 0.9])], "confirmed"),
        ([scored([0.6, 0.61, 0.6], [0.601, 0.612, 0.602])], "no measurable effect"),
        ([scored([0.6, 0.61, 0.6], [0.9, 0.51, 0.6])], "undecided"),
        ([scored([0.6], [0.9])], "undecided"),
        ([scored([0.6, 0.6, 0.6], [0.9, 0.9, 0.9], task="shift_1s")], "undecided"),
        ([], "undecided"),
    ],
)
def test_a_metric_is_judged_by_k_d_in_distribution_over_seeds(on_tasks, expected):
    assert metric_verdict(on_tasks) == expected
