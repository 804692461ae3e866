from pathlib import Path

import numpy as np
import pytest

from bench.infer.deviations import N_WAVES, Deviations
from bench.infer.told import CARBONATE, PURE
from bench.laboratory.trace import read_trace
from bench.world.laboratory import Laboratory, draw_circumstances
from commands._real.coverage import Covered
from commands._real.simulated import TRUTHS, measure_anywhere
from commands._real.traces import Forecasted, cut, forecast_rest

CURVES = {name: Path(__file__).parents[3] / "docs" / f"urease_40C_{name}.csv" for name in "AB"}
KNOWN, TARGETS = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[0.5, 1e-3]])


@pytest.mark.parametrize(("name", "first", "last"), [("A", 7.36, 8.65), ("B", 7.31, 8.59)])
def test_the_curves_are_read_whole(name, first, last):
    traces = read_trace(CURVES[name]).traces
    assert (traces.ph.shape, traces.time_s[0, -1]) == ((1, 219), 2180.0)
    assert (traces.ph[0, 0], traces.known[0].tolist()) == (first, [20.0, 0.087, 40.0, first, 0.2])
    assert traces.ph[0, -1] == last


def test_a_curve_is_cut_after_its_prefix():
    prefix, later_s, rest = cut(read_trace(CURVES["A"]).traces, 300.0)
    assert (prefix.time_s[0, -1], later_s[0], len(rest)) == (300.0, 310.0, 188)


def test_a_forecast_is_scored_by_its_median_and_its_band():
    readings = np.array([[7.0, 8.0]] * 9 + [[7.2, 8.2]])
    found = Forecasted(
        PURE, False, 30.0, np.array([40.0, 50.0]), readings, np.zeros((10, 2)), np.array([7.1, 9.0]), 0.0
    )
    assert found.rmse == pytest.approx(np.sqrt((0.1**2 + 1.0) / 2))
    assert found.inside == 0.5


def test_waves_are_as_large_as_declared_and_none_is_an_offset():
    waves = Deviations(0.01, 2180.0).waves(np.array([0.0, 100.0, 2180.0]))
    assert waves.shape == (3, N_WAVES)
    np.testing.assert_allclose(waves[0], 0.01)
    np.testing.assert_allclose(waves[-1], 0.01 * (-1.0) ** np.arange(1, N_WAVES + 1))


def test_a_line_of_coverage_has_those_without_a_warning_apart():
    covered = Covered("air", 4, 1, [[True, True], [False, True]], [[True, True]], [1.2, 1.3], [3.0, 5.0])
    assert covered.row() == "| air | 2 of 4 | 0.50 / 1.00 | 1 of 4 | 1.00 / 1.00 | 1.25 | 0.25 | 4.0 |"
    assert Covered("air").row() == "| air | 0 of 0 | nan / nan | 0 of 0 | nan / nan | nan | 0.00 | nan |"


@pytest.mark.slow
def test_a_curve_that_carbonate_alone_misses_is_held_with_deviations():
    traces = read_trace(CURVES["A"]).traces
    bare, declared = (forecast_rest(traces, 300.0, CARBONATE, deviations) for deviations in (False, True))
    assert bare.inside < 0.2
    assert declared.inside > 0.9
    assert declared.rmse < 0.05


@pytest.mark.slow
def test_slow_carbon_dioxide_lifts_a_trace_from_the_first_seconds():
    laboratory, late = Laboratory(60.0, 1.0), 2
    assert draw_circumstances(laboratory, KNOWN, "realistic", [late]).start_s > 0.5, "nothing reacts at time 0"
    plain, slow = (
        measure_anywhere(laboratory, KNOWN, TARGETS, TRUTHS[name], late)
        for name in ("pure water", "slow CO2, product CO2")
    )
    lifted = slow.ph[0] - plain.ph[0]
    assert lifted[10:30].mean() > 0.08
    assert abs(lifted[:1].mean()) < 0.06
    np.testing.assert_allclose(slow.ph * 100, np.round(slow.ph * 100))
