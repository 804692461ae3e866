import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from leaderboard.comparison.errors import Errors
from leaderboard.comparison.standing import (
    Standing,
    against,
    errors_needed,
    fits,
    lengthening,
    scatter_shares,
    shares,
    stand,
)

NAMES = ("a", "b", "c")


def squared_errors(shape, scale=1.0, seed=0, shared=0.9):
    """Squared errors, mostly the same for all rows, heavy-tailed over cases."""
    generator = np.random.default_rng(seed)
    difficulty = np.exp(0.6 * generator.normal(size=shape[-1]))
    common = generator.normal(size=shape[2:])
    errors = np.sqrt(shared) * common + np.sqrt(1 - shared) * generator.normal(size=shape)
    return (errors * difficulty * np.reshape(scale, (-1, 1, 1, 1))) ** 2


def with_levels(levels, n_cases=50):
    """Rows whose fits have these log RMSE and answer every case alike but for that."""
    cases = np.random.default_rng(0).normal(size=(1, n_cases)) ** 2
    return np.exp(2 * np.asarray(levels))[..., None, None] * cases / cases.mean()


def test_shares_add_up_to_the_log_ratio_and_the_t_test_of_equal_fits_is_that_of_their_difference():
    first, second = squared_errors((2, 1, 3, 400))[:, 0]
    assert shares(first, second).mean() == pytest.approx(fits(second) - fits(first))
    second *= first.mean() / second.mean()
    one_task = shares(first[:1], second[:1] * first[0].mean() / second[0].mean())
    difference = second[0] * first[0].mean() / second[0].mean() - first[0]
    expected = stats.ttest_1samp(difference, 0.0).pvalue
    assert stats.ttest_1samp(one_task, 0.0).pvalue == pytest.approx(expected)


def test_errors_needed_are_those_of_all_pairs_together():
    assert [round(errors_needed(n), 2) for n in (0, 1, 190)] == [1.96, 1.96, 3.65]


@pytest.mark.parametrize(
    ("levels", "better"),
    [
        ([[0.0, 0.01, 0.02], [0.05, 0.06, 0.07]], 1),  # a gap of 0.03, a range of 0.02
        ([[0.0, 0.01, 0.04], [0.05, 0.06, 0.07]], 0),  # a gap of 0.01
        ([[0.0, 0.01, 0.02], [0.05, 0.06, 0.09]], 0),  # one fit of the worse row scatters
        ([[0.0, 0.0, 0.01, 0.02, 0.04], [0.065, 0.07, 0.07, 0.08, 0.09]], 1),  # with five half the range will do
        ([[0.0, 0.0, 0.01, 0.02, 0.04], [0.055, 0.07, 0.07, 0.08, 0.09]], 0),
        ([[0.0, 0.01], [0.03, 0.04]], 0),  # with two a gap of twice the range is needed, and not quite there
        ([[0.0, 0.01], [0.031, 0.041]], 1),
        ([[0.0, 0.0, 0.0], [1e-12, 1e-12, 1e-12]], 0),  # rounding
        ([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], 0),
    ],
)
def test_a_row_stands_above_another_by_more_than_either_scatters(levels, better):
    first, second = with_levels(levels)
    assert against(second, first, 1).better == better
    assert against(first, second, 1).better == -better
    assert stand(Errors(("a", "b"), np.stack([first, second]))).n_found == abs(better)


def test_a_row_stands_above_another_by_more_than_cases_can_explain():
    errors = squared_errors((2, 1, 1, 400), scale=[1.0, 1.1])
    gap = shares(errors[0, 0], errors[1, 0])
    t = gap.mean() / stats.sem(gap)
    n_pairs = next(n for n in range(1, 10_000) if errors_needed(n) > t)
    assert n_pairs > 1
    assert [against(errors[1], errors[0], n).better for n in (n_pairs - 1, n_pairs)] == [1, 0]


def test_rows_come_from_the_best_middle_fit_with_ratio_interval_and_places():
    found = stand(Errors(NAMES, squared_errors((3, 3, 2, 2000), scale=[2.0, 1.0, 1.001])))
    assert [row.row for row in found.rows][2] == "a"
    assert [row.place for row in found.rows] == [(1, 2), (1, 2), (3, 3)]
    assert (found.n_pairs, found.n_found, found.luck) == (3, 2, pytest.approx(2 / 30))
    assert found.of_methods
    assert all(row.low < row.ratio < row.high for row in found.rows)


def test_one_seed_has_intervals_over_cases_and_no_places():
    found = stand(Errors(("a", "b"), squared_errors((2, 1, 1, 500), scale=[1.0, 2.0])))
    assert [row.place for row in found.rows] == [None, None]
    assert not found.of_methods
    assert found.rows[0].low < found.rows[0].ratio < found.rows[0].high


def test_rows_are_relative_to_the_ceiling_with_its_cases_paired():
    ceiling = squared_errors((1, 1, 2, 1000))[0, 0]
    row = stand(Errors(("a",), np.broadcast_to(1.21 * ceiling, (1, 3, 2, 1000)), ceiling)).rows[0]
    # Every error is 1.1 times the ceiling's: no choice of cases can change the ratio.
    assert (row.ratio, row.low, row.high) == pytest.approx((1.1, 1.1, 1.1))


@pytest.mark.parametrize(("n_seeds", "longer"), [(2, 1.5), (3, 1.0), (4, 0.5), (5, 0.0), (8, 0.0)])
def test_an_interval_is_the_range_of_fits_and_longer_where_they_are_few(n_seeds, longer):
    levels = np.linspace(0.0, 0.1, n_seeds)
    errors = with_levels([levels])
    row = stand(Errors(("a",), errors, errors[0, 0])).rows[0]  # beside the first fit no case moves the others
    assert np.log([row.ratio, row.low, row.high]) == pytest.approx([np.median(levels), -longer / 10, 0.1 + longer / 10])
    assert lengthening(n_seeds) == longer


def test_the_interval_over_skewed_cases_holds_where_that_of_t_does_not():
    generator = np.random.default_rng(1)
    held, held_by_t = [], []
    for _ in range(400):
        errors = np.exp(1.8 * generator.normal(size=(1, 1, 1, 200)))  # of mean exp(1.62)
        row = stand(Errors(("a",), errors)).rows[0]
        held.append(row.low < np.exp(1.62 / 2) < row.high)
        half = 1.96 * stats.sem(errors, axis=None)
        held_by_t.append(abs(errors.mean() - np.exp(1.62)) < half)
    assert np.mean(held_by_t) < 0.9
    assert 0.92 < np.mean(held) < 0.99


@settings(max_examples=30)
@given(st.integers(2, 6), st.integers(2, 40), st.integers(0, 190))
def test_luck_is_at_most_what_was_found_and_less_the_more_was(n_seeds, n_rows, n_found):
    n_found = min(n_found, n_rows * (n_rows - 1) // 2)
    above = np.zeros((n_rows, n_rows), dtype=bool)
    above[tuple(each[:n_found] for each in np.triu_indices(n_rows, 1))] = True
    found = Standing((None,) * n_rows, above, n_seeds)
    assert 0 <= found.luck <= n_found
    more = Standing((None,) * n_rows, above, n_seeds + 1)
    assert more.luck <= found.luck


@pytest.mark.parametrize(("n_seeds", "once_in"), [(3, 31), (5, 511)])
def test_heaps_within_heaps_set_an_equal_row_above_no_more_often_than_was_said(n_seeds, once_in):
    generator = np.random.default_rng(n_seeds)
    # Digits of three bits, each far larger than all that follow.
    levels = (generator.integers(2, size=(100_000, 2, n_seeds, 3)) * [1e-3, 1e-7, 1e-11]).sum(axis=-1)
    (low, other), (high, another) = levels.min(axis=-1).T, levels.max(axis=-1).T
    spread = scatter_shares(n_seeds) * np.maximum(high - low, another - other)
    found = np.mean(np.maximum(other - high, low - another) > spread)
    assert found == pytest.approx(1 / once_in, rel=0.15)
