import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bench.errors import BenchError
from leaderboard.comparison.comparisons import Comparison, compare, holm, leak_p, rank_intervals, tie_letters
from leaderboard.comparison.estimates import Errors, Estimates, Moments, moments_of, pair_estimates, row_estimates

NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")


def squared_errors(shape, scale=1.0, seed=0, seed_sd=0.0, shared=0.9):
    """Squared errors, mostly the same for all rows, heavy-tailed over cases."""
    generator = np.random.default_rng(seed)
    n_rows, n_seeds, n_tasks, n_cases = shape
    difficulty = np.exp(0.6 * generator.normal(size=n_cases))
    common = generator.normal(size=(n_tasks, n_cases))
    errors = np.sqrt(shared) * common + np.sqrt(1 - shared) * generator.normal(size=shape)
    effect = np.exp(np.reshape(seed_sd, (-1, 1, 1, 1)) * generator.normal(size=(n_rows, n_seeds, 1, 1)))
    return (errors * difficulty * effect * np.reshape(scale, (-1, 1, 1, 1))) ** 2


def only_seeds(level, n_cases=100):
    """Moments of rows whose level moves with the seed and not with the cases."""
    level = np.asarray(level)
    none = np.zeros((len(level), len(level)))
    return Moments(level, none, none, n_cases)


def without_seeds(errors):
    """The same fits under every seed."""
    return np.repeat(errors[:, :1], errors.shape[1], axis=1)


def pair(comparison: Comparison, first, second):
    """The pair of two rows, in either order."""
    return next(p for p in comparison.pairs if {p.first, p.second} == {first, second})


# The variance of cases


def test_one_seed_is_a_paired_t_test_over_cases():
    moments = moments_of(Errors(("a", "b"), squared_errors((2, 1, 1, 400), scale=[1.0, 1.05])))
    errors = squared_errors((2, 1, 1, 400), scale=[1.0, 1.05])[:, 0, 0]
    # Log RMSE made linear: its mean over cases is the level, and every case adds its influence.
    linear = np.log(errors.mean(axis=1, keepdims=True)) / 2 + (errors / errors.mean(axis=1, keepdims=True) - 1) / 2
    expected = stats.ttest_rel(linear[0], linear[1])
    found = pair_estimates(moments)
    assert found.value / found.standard_error == pytest.approx([expected.statistic])
    assert found.p == pytest.approx([expected.pvalue])


def test_delta_method_agrees_with_a_bootstrap_over_cases():
    errors = squared_errors((2, 3, 2, 500), seed=3)
    generator = np.random.default_rng(4)
    counts = generator.multinomial(500, np.full(500, 1 / 500), size=20_000) / 500
    resampled = np.log(np.einsum("bi,rsti->brst", counts, errors, optimize=True)) / 2
    level = resampled.mean(axis=(2, 3))
    moments = moments_of(Errors(("a", "b"), errors))
    assert np.cov(level.T) == pytest.approx(moments.case, rel=0.06, abs=1e-5)
    difference = moments.case[0, 0] + moments.case[1, 1] - 2 * moments.case[0, 1]
    assert np.var(level[:, 0] - level[:, 1]) == pytest.approx(difference, rel=0.06)


def test_tasks_that_share_cases_are_not_repetitions():
    errors = squared_errors((2, 3, 1, 300), scale=[1.0, 1.1])
    one, six = (Errors(("a", "b"), np.repeat(errors, n, axis=2)) for n in (1, 6))
    assert pair_estimates(moments_of(six)).standard_error == pytest.approx(
        pair_estimates(moments_of(one)).standard_error
    )


def test_noise_that_is_new_in_every_cell_is_counted_once():
    # Nothing but the interaction of cases and seeds: the spread between seeds already holds it.
    generator = np.random.default_rng(0)
    estimates = [
        pair_estimates(moments_of(Errors(NAMES, generator.normal(size=(8, 5, 1, 200)) ** 2))) for _ in range(60)
    ]
    observed = np.mean([e.value**2 for e in estimates])
    assert np.mean([e.standard_error**2 for e in estimates]) == pytest.approx(observed, rel=0.3)


# Moderation of the seed variance


def test_rows_that_no_seed_moves_leave_the_others_moderation_alone():
    level = np.random.default_rng(3).normal(size=(4, 3))
    level[3] = 0.0
    three, four = pair_estimates(only_seeds(level[:3])), pair_estimates(only_seeds(level))
    assert four.standard_error[[0, 1, 3]] == pytest.approx(three.standard_error)
    assert four.df[[0, 1, 3]] == pytest.approx(three.df)


def test_moderation_never_lowers_the_variance_of_a_row():
    level = np.random.default_rng(4).normal(size=(8, 3)) * np.geomspace(0.1, 10, 8)[:, None]
    observed = level.std(axis=1, ddof=1) / np.sqrt(3)
    assert (row_estimates(only_seeds(level)).standard_error >= observed * (1 - 1e-12)).all()


def test_beside_a_ceiling_a_row_is_judged_by_what_seeds_move_of_its_distance():
    wobble = 1 + 0.06 * np.random.default_rng(5).normal(size=(4, 3))
    wobble -= wobble.mean(axis=1, keepdims=True) - 1
    units = np.array([0.01, 0.1, 0.5, 2.0]), np.full(4, 0.01)
    far, near = (replace(only_seeds(unit[:, None] * wobble), distance=unit) for unit in units)
    found, alike = row_estimates(far), row_estimates(near)
    assert found.standard_error / units[0] == pytest.approx(alike.standard_error / units[1], rel=1e-3)
    assert (found.df > row_estimates(replace(far, distance=None)).df).all()


def test_a_row_on_the_ceiling_whatever_the_seed_is_left_out_of_the_moderation():
    ceiling = squared_errors((1, 1, 2, 500), seed=9)[0, 0]
    others = squared_errors((3, 3, 2, 500), scale=[1.1, 1.5, 3.0], seed_sd=0.02)
    both = np.concatenate([np.broadcast_to(ceiling, (1, *others.shape[1:])), others])
    found, alone = (row_estimates(moments_of(Errors(NAMES[: len(e)], e, ceiling))) for e in (both, others))
    assert (found.value[0], found.p[0]) == (0.0, 1.0)
    assert found.standard_error[1:] == pytest.approx(alone.standard_error)


# Both levels


def test_many_seeds_without_cases_agree_with_a_paired_t_test():
    generator = np.random.default_rng(5)
    first = generator.normal(size=300)
    second = generator.normal(size=300)
    # The rows' seeds are made uncorrelated, as the comparison assumes.
    second -= np.polyval(np.polyfit(first, second, 1), first) - 0.15
    expected = stats.ttest_rel(first, second).pvalue
    assert 0.01 < expected < 0.9
    assert pair_estimates(only_seeds([first, second])).p == pytest.approx([expected], rel=0.05)


def test_many_seeds_without_cases_agree_with_scikit_posthocs():
    posthocs = pytest.importorskip("scikit_posthocs", reason="a peer that only the tests need")
    level = stats.zscore(np.random.default_rng(6).normal(size=(4, 400)), axis=1) + np.array(
        [[0.0], [0.1], [0.2], [0.25]]
    )
    long = pd.DataFrame({"row": np.repeat(list("abcd"), 400), "level": level.ravel()})
    peer = posthocs.posthoc_ttest(long, val_col="level", group_col="row", p_adjust="holm", equal_var=False)
    expected = peer.to_numpy()[np.triu_indices(4, 1)]
    assert holm(pair_estimates(only_seeds(level)).p) == pytest.approx(expected, abs=2e-3)


def test_variances_of_seeds_and_cases_add_up():
    errors = squared_errors((2, 40, 1, 400), seed_sd=[0.05, 0.05])
    moments = moments_of(Errors(("a", "b"), errors))
    seed = moments.level.var(axis=1, ddof=1).sum() / 40
    contrast = np.array([1.0, -1.0])
    case = contrast @ (moments.case - moments.interaction) @ contrast
    found = pair_estimates(moments)
    assert found.standard_error == pytest.approx([np.sqrt(seed + case)], rel=0.05)


def test_rows_that_no_seed_moves_are_compared_by_cases_alone():
    errors = without_seeds(squared_errors((2, 3, 1, 2000), scale=[1.0, 1.05]))
    three, one = moments_of(Errors(("a", "b"), errors)), moments_of(Errors(("a", "b"), errors[:, :1]))
    assert pair_estimates(three).standard_error == pytest.approx(pair_estimates(one).standard_error)
    assert pair_estimates(three).df == pytest.approx([1999])


def test_equal_rows_are_never_separated():
    errors = np.repeat(without_seeds(squared_errors((1, 3, 2, 100))), 3, axis=0)
    found = compare(Errors(NAMES[:3], errors))
    assert [p.p for p in found.pairs] == [1.0, 1.0, 1.0]
    assert {row.rank for row in found.rows} == {(1, 3)}
    assert {row.groups for row in found.rows} == {"a"}


def test_rows_that_differ_by_rounding_are_not_separated():
    errors = without_seeds(squared_errors((1, 3, 2, 100)))
    found = compare(Errors(("a", "b"), np.concatenate([errors, (1 + 1e-13) * errors])))
    assert found.pairs[0].p > 0.9
    assert found.pairs[0].ratio == pytest.approx(1.0)


def test_few_degrees_of_freedom_when_seeds_decide_and_many_when_cases_do():
    level = np.array([[0.0, 0.1, 0.2], [0.3, 0.35, 0.5]])
    seeds, cases = only_seeds(level), Moments(level * 1e-6, np.eye(2), np.zeros((2, 2)), 2000)
    assert pair_estimates(seeds).df < 9
    assert pair_estimates(cases).df == pytest.approx([1999], rel=0.01)


def test_estimates_of_a_batch_are_those_of_its_members():
    moments = [moments_of(Errors(NAMES, squared_errors((8, 3, 2, 100), seed=i, seed_sd=0.02))) for i in range(3)]
    batch = Moments(
        np.array([m.level for m in moments]),
        np.array([m.case for m in moments]),
        np.array([m.interaction for m in moments]),
        100,
    )
    assert pair_estimates(batch).p == pytest.approx(np.array([pair_estimates(m).p for m in moments]))


# What is reported


def test_a_clear_order_gives_ranks_ratios_and_groups():
    errors = squared_errors((3, 3, 2, 2000), scale=[2.0, 1.0, 1.001], seed_sd=0.01)
    found = compare(Errors(("coarse", "fine", "alike"), errors))
    by_name = {row.row: row for row in found.rows}
    assert found.rows[-1].row == "coarse"
    assert by_name["coarse"].rank == (3, 3)
    assert by_name["fine"].rank == by_name["alike"].rank == (1, 2)
    assert (by_name["coarse"].groups, by_name["fine"].groups, by_name["alike"].groups) == ("b", "a", "a")
    worst = pair(found, "fine", "coarse")
    assert worst.low < 0.5 < worst.high
    assert worst.separated
    assert not found.cases_only


def test_rows_are_relative_to_the_ceiling_with_its_cases_paired():
    ceiling = squared_errors((1, 1, 2, 1000))[0, 0]
    errors = np.broadcast_to(1.21 * ceiling, (1, 3, 2, 1000))
    row = compare(Errors(("a",), errors, ceiling)).rows[0]
    # Every error is 1.1 times the ceiling's: no choice of cases can change the ratio.
    assert (row.ratio, row.low, row.high) == pytest.approx((1.1, 1.1, 1.1))


def test_the_ceiling_cancels_between_rows():
    errors, ceiling = squared_errors((2, 3, 2, 500), seed_sd=0.02), squared_errors((1, 1, 2, 500), seed=9)[0, 0]
    both = (replace(moments_of(Errors(("a", "b"), errors, c)), distance=None) for c in (ceiling, None))
    with_it, without = map(pair_estimates, both)  # but for the unit in which the seeds are moderated
    assert with_it.value == pytest.approx(without.value)
    assert with_it.standard_error == pytest.approx(without.standard_error)


def test_one_seed_gives_intervals_of_cases_only_and_no_ranks():
    found = compare(Errors(("a", "b"), squared_errors((2, 1, 1, 500), scale=[1.0, 2.0])))
    assert found.cases_only
    assert [(row.rank, row.groups, row.seed_sd) for row in found.rows] == [(None, "", None)] * 2
    assert found.rows[0].low < found.rows[0].ratio < found.rows[0].high


def test_one_row_has_an_interval_and_no_pairs():
    found = compare(Errors(("a",), squared_errors((1, 3, 1, 200), seed_sd=0.02)))
    assert found.pairs == ()
    assert found.detectable_ratio is None
    assert found.rows[0].rank == (1, 1)


def test_a_detectable_difference_is_found_four_times_in_five():
    estimates = Estimates(np.array([0.0]), np.array([0.02]), np.array([4.0]))
    shift = estimates.detectable(0.05)[0]
    generator = np.random.default_rng(7)
    value = shift + 0.02 * generator.normal(size=20_000)
    error = 0.02 * np.sqrt(generator.chisquare(4, size=20_000) / 4)
    found = Estimates(value, error, np.full(20_000, 4.0)).p < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.01)


def test_more_cases_make_smaller_differences_detectable():
    few, many = (
        compare(Errors(("a", "b"), squared_errors((2, 3, 1, n), seed_sd=0.0))).detectable_ratio for n in (200, 5000)
    )
    assert 1 < many < few


# Holm, ranks and tie groups


@pytest.mark.parametrize("n", [1, 2, 8])
def test_holm_agrees_with_statsmodels(n):
    p = np.random.default_rng(n).beta(0.3, 1.0, size=n)
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


@given(arrays(float, st.integers(1, 12), elements=st.floats(0, 1)))
def test_holm_keeps_the_order_and_never_lowers_a_p(p):
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert adjusted.max() <= 1
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_holm_of_several_families_is_that_of_each():
    p = np.random.default_rng(8).random((4, 6))
    assert holm(p) == pytest.approx(np.array([holm(row) for row in p]))


@given(arrays(bool, st.integers(1, 7).map(lambda n: (n, n))))
def test_rows_share_a_letter_exactly_where_they_are_not_separated(draw):
    separated = np.triu(draw, 1) | np.triu(draw, 1).T
    letters = [set(text) for text in tie_letters(separated)]
    for a in range(len(draw)):
        for b in range(a):
            assert bool(letters[a] & letters[b]) == (not separated[a, b])


def test_a_chain_of_near_rows_makes_overlapping_groups():
    separated = np.abs(np.subtract.outer(range(5), range(5))) >= 2
    assert tie_letters(separated) == ["a", "ab", "bc", "cd", "d"]
    assert rank_intervals(separated) == [(1, 2), (1, 3), (2, 4), (3, 5), (4, 5)]


def test_more_than_26_groups_have_different_letters():
    letters = tie_letters(~np.eye(30, dtype=bool))
    assert letters[0] == "a"
    assert letters[26] == "a1"
    assert len(set(letters)) == 30


# The leak alarm


def test_leak_alarm_fires_for_a_row_with_errors_five_percent_lower():
    ceiling = squared_errors((1, 1, 1, 2000))[0, 0]
    errors = np.stack([0.95**2 * ceiling, 1.05**2 * ceiling])[:, None]
    found = leak_p(Errors(("leaks", "honest"), errors, ceiling))
    assert found["leaks"] < 0.01
    assert found["honest"] == 1


def test_leak_alarm_fires_for_a_leak_in_one_task_of_one_target():
    ceiling = squared_errors((1, 1, 6, 2000))[0, 0]
    honest = np.repeat(1.1 * ceiling[None, None], 2, axis=0)
    leaking = honest.copy()
    leaking[1, :, 3] = 0.9 * ceiling[3]
    found = leak_p(Errors(("a", "b"), honest, ceiling), Errors(("a", "b"), leaking, ceiling))
    assert found["a"] == 1
    assert found["b"] < 0.01


@pytest.mark.parametrize("rounding", [0.0, 1e-13, -1e-13])
def test_leak_alarm_is_silent_for_the_ceiling_itself(rounding):
    ceiling = squared_errors((1, 1, 2, 2000))[0, 0]
    errors = Errors(("equal",), np.broadcast_to((1 + rounding) * ceiling, (1, 3, 2, 2000)), ceiling)
    assert leak_p(errors) == {"equal": pytest.approx(1.0, abs=1e-3)}


def test_leak_alarm_is_silent_for_rows_as_good_as_the_ceiling():
    alarms = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        difficulty = np.exp(0.6 * generator.normal(size=500))
        ceiling = difficulty * generator.normal(size=(1, 500))
        # What an honest row adds to the best answer has nothing to do with that answer's error.
        rows = ceiling + 0.01 * difficulty * generator.normal(size=(8, 1, 1, 500))
        alarms += min(leak_p(Errors(NAMES, rows**2, ceiling**2)).values()) < 0.01
    assert alarms <= 6  # 2 expected; more than 6 has a chance of 0.4 %


# What is refused


@pytest.mark.parametrize(
    ("rows", "errors", "ceiling", "message"),
    [
        (
            ("a", "b"),
            np.ones((1, 3, 1, 10)),
            None,
            "errors 'squared_error': shape must be (2, seed, task, case) with at least 2 cases, got (1, 3, 1, 10). "
            "Give one block a row.",
        ),
        (
            ("a", "a"),
            np.ones((2, 3, 1, 10)),
            None,
            "errors 'rows': names must be different, got ('a', 'a'). Name each row once.",
        ),
        (
            ("a",),
            np.ones((1, 3, 1, 10)),
            np.ones((1, 9)),
            "errors 'ceiling': shape must be (1, 10), as the rows' tasks and cases, got (1, 9). "
            "Score the ceiling on the same cases.",
        ),
        (
            ("a",),
            np.full((1, 3, 1, 10), np.nan),
            None,
            "errors 'a': values must be finite and at least 0, got some that are not. "
            "Leave the row out of the comparison.",
        ),
        (
            ("a",),
            np.ones((1, 3, 1, 10)),
            np.zeros((1, 10)),
            "errors 'ceiling': mean squared error must be above 0, got 0. A log RMSE needs an error; look for a leak.",
        ),
    ],
)
def test_errors_that_cannot_be_compared_are_refused(rows, errors, ceiling, message):
    with pytest.raises(BenchError, match=f"^{re.escape(message)}$"):
        Errors(rows, errors, ceiling)


def test_leak_test_without_a_ceiling_is_refused():
    message = "leak test 'ceiling': squared errors must be given, got none. Score the exact posterior."
    with pytest.raises(BenchError, match=f"^{re.escape(message)}$"):
        leak_p(Errors(("a",), np.ones((1, 3, 1, 10))))
