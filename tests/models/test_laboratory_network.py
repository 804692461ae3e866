from dataclasses import replace

import numpy as np
import pytest

from bench.cases import Traces
from bench.contract import Context
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory
from models._exposure_network import MIDDLE, WIDTH
from models._laboratory_cases import Beakers, laboratory_of
from models._laboratory_summaries import N_CELLS, LaboratoryReader, cell_means, despiked
from models.laboratory_network import MODEL

LABORATORY = Laboratory(60.0, 3.0)
KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]


def rising(time_s, steps):
    return Traces.of(time_s, [7.0 + np.sqrt(time_s) / 6.0 + steps], KNOWN)


@pytest.fixture(scope="module")
def beakers():
    return Beakers.draw(LABORATORY, TEMPERATURE_CORRECTED, "laboratory network", 400)


def test_beakers_are_those_that_a_laboratory_measures(beakers):
    few = range(3)
    silent = replace(LABORATORY, noise_sd=0.0, offset_sd=0.0, drift_sd_per_s=0.0, outlier_fraction=0.0, step_ph=0.0)
    measured = measure_in_laboratory(
        silent, beakers.recorded[few], beakers.targets[few], TEMPERATURE_CORRECTED, "laboratory network", few
    )
    assert np.allclose(beakers.shown[few], measured.ph, atol=1e-12)
    assert np.array_equal(measured.known, beakers.recorded[few])


def test_what_is_written_down_scatters_as_a_laboratory_does(beakers):
    flat = {"shown": np.full((4000, 21), 7.0), "recorded": np.repeat(KNOWN, 4000, axis=0)}
    rounded = replace(beakers, **flat).written(np.random.default_rng(0)).ph
    assert np.allclose(100 * rounded, np.rint(100 * rounded))
    offset = np.median(rounded, axis=1, keepdims=True)
    assert np.std(offset) == pytest.approx(LABORATORY.offset_sd, rel=0.05)
    assert np.mean(np.abs(rounded - offset) > 0.12) == pytest.approx(0.0023, abs=0.0008)
    smooth = replace(beakers, laboratory=replace(LABORATORY, step_ph=0.0, outlier_fraction=0.0), **flat)
    noise = smooth.written(np.random.default_rng(0)).ph.std(axis=1)
    assert np.median(noise) == pytest.approx(LABORATORY.noise_sd, rel=0.05)
    assert np.quantile(noise, [0.1, 0.9]) == pytest.approx([0.003 * 10**0.1, 0.003 * 10**0.9], rel=0.1)


def test_a_laboratory_of_its_own_is_kept_and_carbonate_is_added_to_the_usual_one():
    own = Laboratory(30.0, 0.3, offset_sd=0.1)
    assert laboratory_of(Context(0, (own,), TEMPERATURE_CORRECTED), most_carbonate_uM=9.0) == own
    usual = laboratory_of(
        Context(0, (Acquisition(30.0, 0.3),), TEMPERATURE_CORRECTED), least_carbonate_uM=1.0, most_carbonate_uM=9.0
    )
    assert usual == Laboratory(30.0, 0.3, least_carbonate_uM=1.0, most_carbonate_uM=9.0)


def test_an_outlier_moves_nothing_but_itself_and_a_steep_trace_is_left_alone():
    time_s = 0.3 * np.arange(101)
    struck = rising(time_s, 0.5 * (np.arange(101) == 40))
    clean = rising(time_s, 0.0)
    assert np.allclose(despiked(struck)[0], clean.ph, atol=0.02)
    assert np.array_equal(despiked(clean)[0], clean.ph)
    noisy = rising(time_s, 0.02 * np.random.default_rng(0).standard_normal(101))
    assert despiked(noisy)[1][0] == pytest.approx(0.02, rel=0.3)


def test_cells_do_not_mind_how_densely_a_straight_trace_is_sampled():
    dense, sparse = (
        Traces.of(t, [7.0 + 0.01 * t], KNOWN) for t in (np.arange(0.0, 60.1, 0.3), np.arange(0.0, 61.0, 10.0))
    )
    (time_s, few), (_, many) = (cell_means(traces, traces.ph) for traces in (sparse, dense))
    inner = slice(10, N_CELLS - 1)
    assert np.allclose(few[0, inner], 7.0 + 0.01 * time_s[0, inner], atol=1e-9)
    assert np.allclose(many[0, inner], few[0, inner], atol=0.002)


@pytest.mark.parametrize("n_samples", [1, 2, 3, 4, 21])
def test_readings_are_finite_and_none_is_wild_whatever_a_trace_holds(beakers, n_samples):
    ph = np.linspace(-5.0, 20.0, 400)[:, None] + np.zeros(n_samples)
    traces = Traces.of(LABORATORY.grid_s[:n_samples], ph, beakers.recorded)
    found = LaboratoryReader(TEMPERATURE_CORRECTED).read(traces)
    assert np.isfinite(found.features).all()
    assert (np.abs((found.targets - MIDDLE) / WIDTH) < 1.51).all()
    assert (found.sd > 0).all()


def test_it_learns_e_0_from_few_cases_and_says_what_it_drew():
    cases = draw_cases((LABORATORY,), TEMPERATURE_CORRECTED, "laboratory network", 100)
    few = replace(MODEL, simulated=8, copies=1, epochs=20, batch_size=256)
    predictor = few.fit(cases, cases.take(np.arange(20)), Context(0, (LABORATORY,), TEMPERATURE_CORRECTED))
    answer = predictor.predict(cases.traces)
    assert np.corrcoef(answer.mean[:, 0], cases.targets.values[:, 0])[0, 1] > 0.9
    assert predictor.simulator_calls == 960
    assert predictor.pretrained_on == "960 beakers of its own, as a laboratory measures them"
