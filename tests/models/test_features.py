import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cases import Traces
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import _features
from models._features import FEATURE_NAMES, features

KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]


def named(traces: Traces, start: str) -> np.ndarray:
    columns = [i for i, name in enumerate(FEATURE_NAMES) if name.startswith(start)]
    return features(traces)[:, columns]


@given(n_samples=st.integers(4, 201), slope=st.floats(-0.1, 0.1), duration_s=st.floats(1.0, 100.0))
def test_levels_and_slopes_of_a_straight_line_are_exact_at_any_sampling(n_samples, slope, duration_s):
    time_s = np.linspace(0.0, duration_s, n_samples)
    traces = Traces.of(time_s, [7.0 + slope * time_s], KNOWN)
    size = max(abs(slope), 1e-3)
    np.testing.assert_allclose(named(traces, "slope"), slope, atol=1e-6 * size)
    expected = slope * duration_s * np.array([_features.PLACES])
    np.testing.assert_allclose(named(traces, "level"), expected, atol=1e-6 * size * duration_s)


@given(n_samples=st.integers(6, 201), curvature=st.floats(-0.01, 0.01))
def test_curvatures_of_a_parabola_are_exact_at_any_sampling(n_samples, curvature):
    time_s = np.linspace(0.0, 30.0, n_samples)
    traces = Traces.of(time_s, [7.0 + 0.5 * curvature * time_s**2], KNOWN)
    columns = [i for i, name in enumerate(FEATURE_NAMES) if name.endswith("curvature")]
    np.testing.assert_allclose(features(traces)[0, columns], curvature, atol=1e-6)


def test_noise_averages_out_of_a_dense_trace():
    rng = np.random.default_rng(0)
    time_s = np.linspace(0.0, 30.0, 101)
    noise = 0.01 * rng.standard_normal((500, 101))
    levels = named(Traces.of(time_s, 7.0 + noise, np.repeat(KNOWN, 500, axis=0)), "level_0.5")
    assert levels.std() < 0.01 / 3


def test_columns_that_are_not_valid_change_nothing():
    acquisition = Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3)
    traces = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "features", 20).traces
    garbage = np.where(traces.valid, 0.0, np.nan)
    filled = Traces(traces.time_s + garbage, traces.ph + garbage, traces.valid, traces.known)
    np.testing.assert_array_equal(features(filled), features(traces))


@pytest.mark.parametrize("n_samples", [1, 2, 3])
def test_too_few_samples_still_give_finite_summaries(n_samples):
    time_s = 10.0 * np.arange(n_samples)
    summaries = features(Traces.of(time_s, [7.0 + 0.01 * time_s], KNOWN))
    assert summaries.shape == (1, len(FEATURE_NAMES))
    assert np.isfinite(summaries).all()


def test_blocks_do_not_move_a_summary(monkeypatch):
    traces = draw_cases((Acquisition(30.0, 1.0),), TEMPERATURE_CORRECTED, "features", 10).traces
    whole = features(traces)
    monkeypatch.setattr(_features, "BLOCK", 3)
    np.testing.assert_allclose(features(traces), whole, rtol=1e-12, atol=1e-12)


def test_no_traces_give_no_rows():
    traces = draw_cases((Acquisition(30.0, 1.0),), TEMPERATURE_CORRECTED, "features", 2).traces
    assert features(traces.take(slice(0, 0))).shape == (0, len(FEATURE_NAMES))
