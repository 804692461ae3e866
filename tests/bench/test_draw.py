import numpy as np
import pytest
from scipy.stats import kstest

from bench import draw
from bench.draw import draw_cases, draw_parameters, training_cases, validation_cases
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.quantities import KNOWN, TARGETS
from bench.world.simulator import simulate_ph

SIZES = Sizes(train=40, valid=20, test=30, seeds=1)
PLAIN = Acquisition(30.0, 1.0)
TASK = Task("plain", "", (PLAIN,), PLAIN)


def parameters(cases):
    return np.hstack([cases.traces.known, cases.targets.values])


def same(one, other):
    pairs = [
        (one.traces.time_s, other.traces.time_s),
        (one.traces.ph, other.traces.ph),
        (one.traces.valid, other.traces.valid),
        (one.traces.known, other.traces.known),
        (one.targets.values, other.targets.values),
    ]
    return all(np.array_equal(a, b) for a, b in pairs)


def test_marginals_are_the_uniform_prior():
    known, targets = draw_parameters("tests/draw", range(4000))
    for quantity, column in zip((*KNOWN, *TARGETS), np.hstack([known, targets]).T, strict=True):
        if quantity.low == quantity.high:
            assert (column == quantity.low).all()
            continue
        assert column.min() >= quantity.low
        assert column.max() <= quantity.high
        assert kstest(column, "uniform", (quantity.low, quantity.high - quantity.low)).pvalue > 1e-3


def test_quantities_are_drawn_independently():
    known, targets = draw_parameters("tests/draw", range(4000))
    varying = np.hstack([known[:, :4], targets])  # the volume is constant
    correlation = np.corrcoef(varying.T) - np.eye(6)
    assert np.abs(correlation).max() < 4 / np.sqrt(4000)


def test_volume_is_constant():
    known, _ = draw_parameters("tests/draw", range(50))
    assert set(known[:, 4]) == {0.2}


def test_first_cases_do_not_depend_on_how_many_are_drawn():
    few, many = (draw_cases((PLAIN,), TEMPERATURE_CORRECTED, "tests/draw", n_cases) for n_cases in (7, 25))
    assert same(few, many.take(slice(0, 7)))


def test_same_seed_gives_the_same_cases_and_another_seed_others():
    for of_seed in (training_cases, validation_cases):
        first, again, other = (of_seed(TASK, SIZES, seed) for seed in (0, 0, 1))
        assert same(first, again)
        assert not np.isin(parameters(first)[:, 0], parameters(other)[:, 0]).any()


def test_sizes_are_those_asked_for():
    sets = (training_cases(TASK, SIZES, 0), validation_cases(TASK, SIZES, 0), draw.test_cases(TASK, SIZES))
    assert [cases.traces.n_cases for cases in sets] == [40, 20, 30]


def test_training_validation_and_test_cases_never_meet():
    sizes = Sizes(train=300, valid=300, test=300, seeds=2)
    sets = [of(TASK, sizes, seed) for seed in (0, 1) for of in (training_cases, validation_cases)]
    sets.append(draw.test_cases(TASK, sizes))
    drawn = np.concatenate([parameters(cases) for cases in sets])
    for column in (0, 1, 2, 3, 5, 6):
        assert len(np.unique(drawn[:, column])) == 1500
    exact = [simulate_ph(PLAIN.grid_s, cases.traces.known, cases.targets.values) for cases in sets]
    noise = np.concatenate([cases.traces.ph - ph for cases, ph in zip(sets, exact, strict=True)])
    assert len(np.unique(noise[:, 5].round(12))) == 1500


@pytest.mark.parametrize(
    "test",
    [
        Acquisition(30.0, 10.0),
        Acquisition(60.0, 0.3),
        Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3),
        Acquisition(30.0, 1.0, lag_s=2.0),
        Acquisition(30.0, 1.0, offset_sd=0.03),
        Acquisition(30.0, 10.0, resample_interval_s=0.3),
    ],
    ids=lambda acquisition: acquisition.label,
)
def test_tasks_that_differ_in_acquisition_share_the_parameters_of_their_test_cases(test):
    here = draw.test_cases(TASK, SIZES)
    there = draw.test_cases(Task("other", "", (Acquisition(10.0, 10.0),), test), SIZES)
    assert np.array_equal(parameters(here), parameters(there))


def test_the_test_world_moves_test_traces_and_the_training_world_training_traces():
    shifted = Task("shifted", "", (PLAIN,), PLAIN, test_world=FIXED_25C)
    assert same(training_cases(shifted, SIZES, 0), training_cases(TASK, SIZES, 0))
    here, there = draw.test_cases(TASK, SIZES), draw.test_cases(shifted, SIZES)
    assert np.array_equal(parameters(here), parameters(there))
    expected = simulate_ph(PLAIN.grid_s, here.traces.known, here.targets.values, FIXED_25C)
    np.testing.assert_allclose(there.traces.ph, expected, rtol=0, atol=0.06)
    assert np.abs(there.traces.ph - here.traces.ph).max() > 0.1


def test_mixed_sampling_gives_each_acquisition_a_third_of_the_cases():
    mixed = (Acquisition(30.0, 0.3), Acquisition(30.0, 1.0), Acquisition(30.0, 10.0))
    cases = draw_cases(mixed, TEMPERATURE_CORRECTED, "tests/draw", 31)
    assert cases.traces.lengths.tolist() == ([101, 31, 4] * 11)[:31]
    for turn, acquisition in enumerate(mixed):
        alone = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "tests/draw", 31)
        turns = np.arange(turn, 31, 3)
        assert same(cases.take(turns), alone.take(turns))


def test_fewer_cases_than_acquisitions_leave_some_of_them_out():
    mixed = (Acquisition(30.0, 0.3), Acquisition(30.0, 1.0, lag_s=2.0), Acquisition(30.0, 10.0, offset_sd=0.03))
    cases = draw_cases(mixed, TEMPERATURE_CORRECTED, "tests/draw", 1)
    assert cases.traces.lengths.tolist() == [101]


def test_delivered_traces_are_resampled_and_measured_ones_are_not():
    acquisition = Acquisition(30.0, 10.0, resample_interval_s=0.3)
    measured, targets = draw.draw_measured(acquisition, TEMPERATURE_CORRECTED, "tests/draw", range(3))
    cases = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "tests/draw", 3)
    assert measured.lengths.tolist() == [4, 4, 4]
    assert cases.traces.lengths.tolist() == [101, 101, 101]
    assert np.array_equal(cases.targets.values, targets.values)
