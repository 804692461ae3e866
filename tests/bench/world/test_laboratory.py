import math
import re

import numpy as np
import pytest

from bench.draw import draw_parameters
from bench.errors import BenchError
from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Circumstances, Laboratory, draw_circumstances
from bench.world.mixing import measure_in_laboratory, mixed_exposure, shown_ph
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

NOTHING = {
    "noise_factor": 1.0,
    "longest_lag_s": 0.0,
    "start_sd_s": 0.0,
    "longest_ramp_s": 0.0,
    "offset_sd": 0.0,
    "drift_sd_per_s": 0.0,
    "step_ph": 0.0,
    "outlier_fraction": 0.0,
    "initial_ph_sd": 0.0,
    "substrate_share_sd": 0.0,
    "temperature_sd_C": 0.0,
}


def measured(laboratory, numbers):
    known, targets = draw_parameters("laboratory", numbers)
    return measure_in_laboratory(laboratory, known, targets, TEMPERATURE_CORRECTED, "laboratory", numbers)


def test_a_case_is_the_same_whatever_others_there_are():
    laboratory = Laboratory(30.0, 3.0)
    together, alone = measured(laboratory, range(6)), measured(laboratory, range(4, 5))
    assert np.array_equal(together.ph[4:5], alone.ph)


def test_readings_are_written_down_in_steps_and_inputs_as_recorded():
    traces = measured(Laboratory(30.0, 3.0), range(6))
    known, _ = draw_parameters("laboratory", range(6))
    assert np.array_equal(traces.known, known)
    assert np.allclose(traces.ph / 0.01, np.round(traces.ph / 0.01), atol=1e-9)


def test_what_is_the_matter_has_the_distribution_that_is_said():
    recorded = np.repeat([[50.0, 0.25, 30.0, 7.0, 0.2]], 4000, axis=0)
    laboratory = Laboratory(30.0, 3.0, least_carbonate_uM=3.0, most_carbonate_uM=300.0)
    drawn = draw_circumstances(laboratory, recorded, "laboratory", range(4000))
    ln_noise, ln_carbonate = np.log(drawn.noise_sd), np.log(drawn.carbonate_uM)
    flat = 1.0 / math.sqrt(12.0)
    for values, mean, sd in (
        (drawn.lag_s, 2.5, 5.0 * flat),
        (drawn.ramp_s, 1.5, 3.0 * flat),
        (ln_noise, math.log(0.003 * 0.03) / 2.0, math.log(10.0) * flat),
        (ln_carbonate, math.log(3.0 * 300.0) / 2.0, math.log(100.0) * flat),
        (drawn.start_s, 0.0, 1.0),
        (drawn.offset, 0.0, 0.03),
        (drawn.drift_per_s, 0.0, 1e-5),
        (drawn.known[:, INITIAL_PH], 7.0, 0.03),
        (drawn.known[:, TEMPERATURE], 30.0, 0.4),
        (np.log(drawn.known[:, SUBSTRATE]), math.log(50.0), 0.015),
    ):
        assert abs(values.mean() - mean) < 4.0 * sd / math.sqrt(4000)
        assert abs(values.std() / sd - 1.0) < 0.06
    draws = np.stack([drawn.lag_s, drawn.ramp_s, ln_noise, ln_carbonate, drawn.start_s, drawn.offset])
    assert np.abs(np.corrcoef(draws) - np.eye(6)).max() < 0.07


@pytest.mark.parametrize("lag_s", [0.0, 2.0])
def test_a_laboratory_where_nothing_is_wrong_measures_as_an_acquisition(lag_s):
    known, targets = draw_parameters("laboratory", range(4))
    laboratory = Laboratory(30.0, 3.0, 0.01, lag_s=lag_s, **{**NOTHING, "longest_lag_s": lag_s, "offset_sd": 0.03})
    plain = measure(
        Acquisition(30.0, 3.0, lag_s=lag_s, offset_sd=0.03),
        known,
        targets,
        TEMPERATURE_CORRECTED,
        "laboratory",
        range(4),
    )
    assert np.abs(measured(laboratory, range(4)).ph - plain.ph).max() < 2e-6


def test_outliers_are_as_many_and_as_far_as_is_said():
    few = measured(Laboratory(600.0, 1.0, **{**NOTHING, "outlier_fraction": 0.0}), range(8))
    many = measured(Laboratory(600.0, 1.0, **{**NOTHING, "outlier_fraction": 0.02}, outlier_sd=0.3), range(8))
    moved = (many.ph - few.ph)[many.ph != few.ph]
    assert 0.01 < moved.size / few.ph.size < 0.03
    assert 0.2 < moved.std() < 0.4


def test_mixing_takes_as_long_as_its_ramp():
    k_d, ramp_s, t = 0.1, 2.0, 7.0
    s = np.linspace(0.0, t, 20001)
    activity = np.exp(-k_d * s) * (1.0 - np.exp(-s / ramp_s))
    assert abs(mixed_exposure(t, k_d, ramp_s) - np.trapezoid(activity, s)) < 1e-7


def test_the_electrode_waits_for_mixing_and_trails_it():
    known, targets = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[0.5, 1e-3]])
    one = np.ones(1)
    drawn = Circumstances(known, 2.0 * one, 4.0 * one, 1.0 * one, 0 * one, 0.01 * one, 0 * one, 0 * one)
    time_s = np.array([[0.0, 3.9, 6.0, 60.0]])
    ph = shown_ph(time_s, time_s >= 0, targets, drawn, TEMPERATURE_CORRECTED)[0]
    prompt = Circumstances(known, 0 * one, 0 * one, 0 * one, 0 * one, 0.01 * one, 0 * one, 0 * one)
    exact = shown_ph(time_s, time_s >= 0, targets, prompt, TEMPERATURE_CORRECTED)[0]
    assert ph[:2].tolist() == [7.0, 7.0]
    assert 7.0 < ph[2] < exact[2] - 0.3
    assert exact[3] - 0.1 < ph[3] < exact[3]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"outlier_fraction": 0.9},
            "laboratory 'outlier_fraction': value must be between 0 and 0.5, got 0.9. Mend the task.",
        ),
        (
            {"lag_s": 7.0},
            "laboratory 'longest_lag_s': value must be between 7 and 1000, got 5. Mend the task.",
        ),
        (
            {"most_carbonate_uM": 300.0},
            "laboratory 'least_carbonate_uM': value must be above 0 where there is carbonate, got 0. Mend the task.",
        ),
    ],
)
def test_a_laboratory_that_cannot_be_is_refused(wrong, message):
    with pytest.raises(BenchError, match=f"^{re.escape(message)}$"):
        Laboratory(30.0, 0.3, **wrong)
