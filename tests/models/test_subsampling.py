import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cases import Traces, concatenate
from bench.errors import PluginError
from models._subsampling import Subsampling, first_kept

KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def traces(*lengths: int) -> Traces:
    return concatenate([Traces.of(0.3 * np.arange(n), 7 + 0.01 * np.arange(n)[None], KNOWN) for n in lengths])


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=8),
    whole=st.floats(0, 1),
    irregular=st.floats(0, 1),
    shortened=st.floats(0, 1),
    fewest=st.integers(2, 9),
    seed=st.integers(0, 99),
)
def test_the_first_sample_and_enough_others_are_kept_and_none_that_was_not_measured(
    lengths, whole, irregular, shortened, fewest, seed
):
    lengths = np.array(lengths)
    subsampling = Subsampling(whole, irregular, shortened, fewest)
    kept = subsampling.kept(lengths, np.random.default_rng(seed))
    assert kept.shape == (len(lengths), lengths.max())
    assert kept[:, 0].all()
    assert not kept[np.arange(lengths.max()) >= lengths[:, None]].any()
    assert (kept.sum(axis=1) >= np.minimum(lengths, fewest)).all()


def test_a_whole_trace_keeps_every_sample():
    lengths = np.array([101, 30, 4])
    assert (Subsampling(whole=1.0).kept(lengths, generator()).sum(axis=1) == lengths).all()


def test_regular_samples_are_as_evenly_spaced_as_the_grid_allows_and_reach_the_end():
    kept = Subsampling(whole=0.0, irregular=0.0, shortened=0.0).kept(np.full(200, 101), generator())
    for row in kept:
        positions = np.flatnonzero(row)
        assert positions[-1] == 100
        assert np.ptp(np.diff(positions)) <= 1


def test_irregular_samples_are_not_evenly_spaced():
    kept = Subsampling(whole=0.0, irregular=1.0, shortened=0.0).kept(np.full(200, 101), generator())
    spread = [np.ptp(np.diff(np.flatnonzero(row))) for row in kept if 5 < row.sum() < 90]
    assert min(spread) > 1


def test_numbers_of_samples_reach_from_the_fewest_to_all():
    number = Subsampling(whole=0.0, shortened=0.0).kept(np.full(2_000, 101), generator()).sum(axis=1)
    assert number.min() == 4
    assert number.max() > 95
    assert 15 < np.median(number) < 25  # the geometric mean of 4 and 101 is 20


def test_shortened_traces_end_early_but_not_before_the_shortest():
    kept = Subsampling(whole=0.0, irregular=0.0, shortened=1.0, shortest=0.5).kept(np.full(500, 101), generator())
    last = np.array([np.flatnonzero(row)[-1] for row in kept])
    assert last.min() >= 49
    assert last.min() < 55
    assert last.max() > 95


def test_drawn_traces_are_those_samples_at_their_own_times():
    original = traces(101, 34)
    drawn = Subsampling(whole=0.0).draw(original, generator())
    kept = Subsampling(whole=0.0).kept(original.lengths, generator())
    assert drawn.lengths.tolist() == kept.sum(axis=1).tolist()
    assert drawn.ph.shape[1] == drawn.lengths.max()
    for case, n in enumerate(drawn.lengths):
        np.testing.assert_array_equal(drawn.time_s[case, :n], original.time_s[case, kept[case]])
        np.testing.assert_array_equal(drawn.ph[case, :n], original.ph[case, kept[case]])
    np.testing.assert_array_equal(drawn.known, original.known)


def test_kept_samples_come_first_in_order_of_time():
    assert first_kept(np.array([[True, False, False, True], [True, True, False, True]])).tolist() == [
        [0, 3, 1],
        [0, 1, 3],
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"whole": 1.5},
            "subsampling 'whole': value must be between 0 and 1, got 1.5. Mend the settings.",
        ),
        ({"fewest": 1}, "subsampling 'fewest': value must be at least 2, got 1. Mend the settings."),
    ],
)
def test_a_setting_outside_its_range_is_named(settings, message):
    with pytest.raises(PluginError) as caught:
        Subsampling(**settings)
    assert str(caught.value) == message
