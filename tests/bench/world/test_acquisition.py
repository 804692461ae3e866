import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cases import Traces
from bench.draw import draw_parameters
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world import acquisition as module
from bench.world.acquisition import Acquisition, deliver, lagged_ph, measure
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.simulator import simulate_ph

WORLD = TEMPERATURE_CORRECTED
STREAM = "tests/acquisition"


def prior_cases(n_cases):
    return draw_parameters(STREAM, range(n_cases))


def measured(acquisition, n_cases=20):
    known, targets = prior_cases(n_cases)
    return measure(acquisition, known, targets, WORLD, STREAM, range(n_cases))


def regular(acquisition, n_cases):
    time_s = np.tile(acquisition.grid_s, (n_cases, 1))
    return time_s, np.ones(time_s.shape, dtype=bool)


@pytest.mark.parametrize(
    ("prefix_s", "counts"), [(10.0, [34, 11, 2]), (30.0, [101, 31, 4]), (60.0, [201, 61, 7])], ids=str
)
def test_samples_are_at_multiples_of_the_interval_up_to_the_prefix(prefix_s, counts):
    for interval_s, n_samples in zip((0.3, 1.0, 10.0), counts, strict=True):
        grid = Acquisition(prefix_s, interval_s).grid_s
        assert len(grid) == n_samples == Acquisition(prefix_s, interval_s).n_samples
        assert grid[0] == 0
        assert grid[-1] <= prefix_s * (1 + 1e-12)
        assert grid[-1] + interval_s > prefix_s * (1 + 1e-12)
        np.testing.assert_allclose(np.diff(grid), interval_s, rtol=1e-12)


@given(n_intervals=st.integers(1, 5000), interval_s=st.floats(0.01, 10))
def test_a_prefix_of_whole_intervals_ends_with_a_sample_however_it_is_rounded(n_intervals, interval_s):
    assert Acquisition(n_intervals * interval_s, interval_s).n_samples == n_intervals + 1


def test_rounding_down_loses_no_sample():
    assert 0.3 / 0.1 < 3
    assert Acquisition(0.3, 0.1).n_samples == 4


def test_noise_is_added_to_the_exact_ph_sample_by_sample():
    known, targets = prior_cases(20)
    traces = measured(Acquisition(30.0, 1.0, noise_sd=0.02))
    noise = [Stream(f"{STREAM}/noise").generator(case).standard_normal(31) for case in range(20)]
    expected = simulate_ph(np.arange(31.0), known, targets) + 0.02 * np.array(noise)
    np.testing.assert_allclose(traces.ph, expected, rtol=0, atol=1e-14)


def test_noise_is_gaussian_with_the_stated_width():
    known, targets = prior_cases(400)
    noise = measured(Acquisition(30.0, 1.0), 400).ph - simulate_ph(np.arange(31.0), known, targets)
    n = noise.size
    assert abs(noise.mean()) < 4 * 0.01 / math.sqrt(n)
    assert noise.std() == pytest.approx(0.01, rel=4 / math.sqrt(2 * n))
    assert np.mean(np.abs(noise) > 0.0196) == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / n))


@pytest.mark.parametrize(
    "other",
    [
        Acquisition(30.0, 1.0, lag_s=2.0),
        Acquisition(30.0, 1.0, offset_sd=0.03),
        Acquisition(10.0, 1.0),
        Acquisition(30.0, 10.0),
    ],
    ids=lambda acquisition: acquisition.label,
)
def test_same_noise_reaches_same_case_and_sample_in_every_acquisition(other):
    def noise(acquisition):
        noisy = measured(acquisition).ph
        silent = Acquisition(**{**vars(acquisition), "noise_sd": 0.0})
        return noisy - measured(silent).ph

    here, there = noise(Acquisition(30.0, 1.0)), noise(other)
    n_shared = min(here.shape[1], there.shape[1])
    np.testing.assert_allclose(here[:, :n_shared], there[:, :n_shared], rtol=0, atol=1e-14)


def test_effects_come_in_the_order_lag_offset_noise_resampling():
    n_cases, disturbed = 10, Acquisition(30.0, 10.0, noise_sd=0.02, lag_s=2.0, offset_sd=0.5, resample_interval_s=0.5)
    known, targets = prior_cases(n_cases)
    time_s, valid = regular(disturbed, n_cases)
    offset = [Stream(f"{STREAM}/offset").generator(case).standard_normal() for case in range(n_cases)]
    noise = [Stream(f"{STREAM}/noise").generator(case).standard_normal(4) for case in range(n_cases)]
    lagged = lagged_ph(time_s, valid, known, targets, WORLD, 2.0)
    expected = lagged + 0.5 * np.array(offset)[:, None] + 0.02 * np.array(noise)
    traces = measured(disturbed, n_cases)
    np.testing.assert_allclose(traces.ph, expected, rtol=0, atol=1e-14)
    delivered = deliver(disturbed, traces)
    # Noise and offset act on the 4 samples only: between them the delivered trace is straight, through them exact.
    np.testing.assert_allclose(delivered.ph[:, ::20], expected, rtol=0, atol=1e-14)
    bends = np.diff(delivered.ph, 2, axis=1)
    between = np.ones(bends.shape[1], dtype=bool)
    between[19::20] = False
    assert np.abs(bends[:, between]).max() < 1e-13
    assert np.abs(bends[:, ~between]).max() > 1e-3


def test_offset_is_constant_over_a_trace_and_as_wide_as_stated():
    plain, moved = (measured(Acquisition(30.0, 1.0, offset_sd=sd), 400).ph for sd in (0.0, 0.03))
    offset = moved - plain
    assert np.ptp(offset, axis=1).max() < 1e-13
    assert offset[:, 0].std() == pytest.approx(0.03, rel=4 / math.sqrt(800))
    assert abs(offset[:, 0].mean()) < 4 * 0.03 / math.sqrt(400)


@pytest.mark.parametrize("world", [TEMPERATURE_CORRECTED, FIXED_25C], ids=lambda world: world.name)
@pytest.mark.parametrize("lag_s", [0.5, 2.0, 100.0])
def test_electrode_agrees_with_tight_ode_solution_of_the_coupled_system(reaction_of, lag_s, world):
    known, targets = prior_cases(4)
    time_s, valid = regular(Acquisition(60.0, 1.0), 4)
    shown = lagged_ph(time_s, valid, known, targets, world, lag_s)
    exact = [
        reaction_of(inputs, world.name).electrode(time_s[0], *truth, lag_s)
        for inputs, truth in zip(known, targets, strict=True)
    ]
    np.testing.assert_allclose(shown, exact, rtol=0, atol=1e-6)


def test_electrode_on_a_slow_reaction_follows_the_closed_form_of_a_ramp():
    known, targets = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[1e-7, 0.0]])
    time_s, valid = regular(Acquisition(30.0, 0.3), 1)
    slope = (simulate_ph([30.0], known, targets)[0, 0] - 7.0) / 30.0
    ramp = slope * (time_s - 2.0 * (1 - np.exp(-time_s / 2.0)))
    shown = lagged_ph(time_s, valid, known, targets, WORLD, 2.0)
    np.testing.assert_allclose(shown - 7.0, ramp, rtol=0, atol=1e-5 * slope * 30.0)


@pytest.mark.parametrize("lag_s", [0.001, 0.02, 2.0])
def test_halving_the_step_of_the_electrode_moves_the_ph_by_less_than_1e_7(monkeypatch, lag_s):
    known = np.array([[100.0, 0.25, 40.0, 6.5, 0.2], [10.0, 0.25, 20.0, 7.5, 0.2]])
    targets = np.array([[1.25, 1e-5], [1.25, 5e-3]])  # the steepest traces of the prior
    time_s, valid = regular(Acquisition(3.0, 0.3), 2)
    shown = lagged_ph(time_s, valid, known, targets, WORLD, lag_s)
    monkeypatch.setattr(module, "LAG_STEP_S", min(module.LAG_STEP_S, lag_s) / 2)
    halved = lagged_ph(time_s, valid, known, targets, WORLD, lag_s)
    np.testing.assert_allclose(shown, halved, rtol=0, atol=1e-7)


def test_fast_electrode_shows_nearly_the_exact_ph():
    known, targets = prior_cases(20)
    time_s, valid = regular(Acquisition(30.0, 0.3), 20)
    shown = lagged_ph(time_s, valid, known, targets, WORLD, 1e-3)
    np.testing.assert_allclose(shown, simulate_ph(time_s, known, targets), rtol=0, atol=2e-3)


def test_electrode_reading_does_not_depend_on_when_it_is_sampled():
    known, targets = prior_cases(20)
    fine, coarse = (
        lagged_ph(*regular(Acquisition(30.0, interval_s), 20), known, targets, WORLD, 2.0) for interval_s in (1.0, 10.0)
    )
    np.testing.assert_allclose(fine[:, ::10], coarse, rtol=0, atol=1e-7)


def test_filtering_the_samples_themselves_is_wrong_by_more_than_the_noise():
    known, targets = prior_cases(200)
    acquisition = Acquisition(30.0, 10.0)
    exact = simulate_ph(acquisition.grid_s, known, targets)
    filtered = exact.copy()
    for sample in range(1, 4):  # the electrode's equation, were the pH to hold each sample for the interval before it
        kept = math.exp(-10.0 / 2.0)
        filtered[:, sample] = kept * filtered[:, sample - 1] + (1 - kept) * exact[:, sample]
    shown = lagged_ph(*regular(acquisition, 200), known, targets, WORLD, 2.0)
    assert 0.05 < np.abs(filtered - shown).max() < 0.3


IRREGULAR = Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3)


def test_irregular_times_increase_and_stay_within_the_jitter():
    traces = measured(IRREGULAR, 100)
    grid = IRREGULAR.grid_s
    for time_s, valid in zip(traces.time_s, traces.valid, strict=True):
        times = time_s[valid]
        assert times[0] == 0
        assert (np.diff(times) > 0).all()
        nearest = np.abs(times[:, None] - grid).argmin(axis=1)
        assert (np.diff(nearest) > 0).all()
        assert np.abs(times - grid[nearest]).max() <= 0.1
        assert not time_s[~valid].any()


def test_jitter_is_uniform_and_thirty_percent_are_dropped_on_average():
    traces = measured(IRREGULAR, 400)
    n_droppable = 400 * 100
    dropped = 400 * 101 - traces.valid.sum()
    assert dropped / n_droppable == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / n_droppable))
    times = traces.time_s[traces.valid & (traces.time_s > 0)]
    moved = times - 0.3 * np.round(times / 0.3)
    assert moved.std() == pytest.approx(0.1 / math.sqrt(3), rel=0.02)
    assert moved.max() > 0.0999
    assert moved.min() < -0.0999
    assert abs(moved.mean()) < 4 * 0.1 / math.sqrt(3 * len(moved))


def test_irregular_times_are_reported_exactly():
    known, targets = prior_cases(20)
    traces = measured(Acquisition(**{**vars(IRREGULAR), "noise_sd": 0.0}))
    exact = simulate_ph(traces.time_s, known, targets)
    assert np.array_equal(traces.ph[traces.valid], exact[traces.valid])
    assert not traces.ph[~traces.valid].any()


@pytest.mark.parametrize("interval_s", [1.0, 10.0])
def test_resampling_is_linear_interpolation_between_the_measured_samples(interval_s):
    acquisition = Acquisition(30.0, interval_s, resample_interval_s=0.3)
    traces = measured(acquisition)
    delivered = deliver(acquisition, traces)
    assert np.array_equal(delivered.time_s, np.tile(Acquisition(30.0, 0.3).grid_s, (20, 1)))
    for case in range(20):
        expected = np.interp(delivered.time_s[case], traces.time_s[case], traces.ph[case])
        assert np.array_equal(delivered.ph[case], expected)
    assert np.array_equal(delivered.known, traces.known)
    assert delivered.valid.all()


def test_resampling_leaves_out_the_padding():
    known = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
    traces = Traces(np.array([[0.0, 10.0, 0.0]]), np.array([[7.0, 8.0, 0.0]]), np.array([[True, True, False]]), known)
    assert deliver(Acquisition(10.0, 10.0, resample_interval_s=5.0), traces).ph.tolist() == [[7.0, 7.5, 8.0]]


def test_traces_that_are_not_resampled_are_delivered_as_they_are():
    traces = measured(IRREGULAR)
    assert deliver(IRREGULAR, traces) is traces


@pytest.mark.parametrize("acquisition", [IRREGULAR, Acquisition(30.0, 1.0, lag_s=2.0, offset_sd=0.03)])
def test_a_case_is_measured_the_same_alone_and_among_others(acquisition):
    known, targets = prior_cases(12)
    together = measured(acquisition, 12)
    for case in (0, 7, 11):
        numbers = range(case, case + 1)
        alone = measure(acquisition, known[numbers], targets[numbers], WORLD, STREAM, numbers)
        assert np.array_equal(alone.time_s[0], together.time_s[case])
        assert np.array_equal(alone.ph[0], together.ph[case])
        assert np.array_equal(alone.valid[0], together.valid[case])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"prefix_s": -1.0}, "acquisition 'prefix_s': value must be between 0.0 and 100000.0, got -1.0."),
        ({"interval_s": 0.0}, "acquisition 'interval_s': value must be between 0.001 and 30.0, got 0.0."),
        ({"interval_s": 31.0}, "acquisition 'interval_s': value must be between 0.001 and 30.0, got 31.0."),
        ({"noise_sd": -0.01}, "acquisition 'noise_sd': value must be between 0.0 and 1.0, got -0.01."),
        ({"noise_sd": math.nan}, "acquisition 'noise_sd': value must be between 0.0 and 1.0, got nan."),
        ({"jitter_s": 0.5}, "acquisition 'jitter_s': value must be between 0.0 and 0.499, got 0.5."),
        ({"drop_fraction": 1.0}, "acquisition 'drop_fraction': value must be between 0.0 and 0.99, got 1.0."),
        ({"lag_s": -2.0}, "acquisition 'lag_s': value must be between 0.0 and 1000.0, got -2.0."),
        ({"lag_s": 1e-4}, "acquisition 'lag_s': value must be 0 or at least 0.001, got 0.0001."),
        ({"offset_sd": 2.0}, "acquisition 'offset_sd': value must be between 0.0 and 1.0, got 2.0."),
        (
            {"resample_interval_s": 60.0},
            "acquisition 'resample_interval_s': value must be between 0.0 and 30.0, got 60.0.",
        ),
    ],
)
def test_value_out_of_range_is_named(settings, message):
    with pytest.raises(BenchError) as error:
        Acquisition(**{"prefix_s": 30.0, "interval_s": 1.0, **settings})
    assert str(error.value) == f"{message} Mend the task."


def test_label_says_what_differs_from_a_plain_measurement():
    assert Acquisition(30.0, 0.3).label == "30 s @ 0.3 s"
    everything = Acquisition(30.0, 0.3, 0.03, 0.1, 0.3, 2.0, 0.03, 1.0)
    assert everything.label == (
        "30 s @ 0.3 s, jitter 0.1 s, 30 % dropped, noise 0.03 pH, lag 2 s, offset 0.03 pH, interpolated onto 1 s"
    )
