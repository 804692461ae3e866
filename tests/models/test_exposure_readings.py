import numpy as np

from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models._exposure_readings import PLAIN, Reader, Reading

READINGS = (*PLAIN, Reading(offset=True, delay=True), Reading(delay=True, skipped=0.35))
WORLD = TEMPERATURE_CORRECTED
FINE = Acquisition(30.0, 0.3)


def cases(name, n_cases, acquisition=FINE):
    return draw_cases((acquisition,), WORLD, f"exposure/{name}", n_cases)


def test_features_are_finite_for_traces_of_one_sample_and_for_traces_that_nothing_explains():
    traces = cases("test", 20).traces
    reader = Reader(WORLD, 0.01, READINGS)
    single = type(traces)(traces.time_s[:, :1], traces.ph[:, :1], traces.valid[:, :1], traces.known)
    absurd = type(traces)(traces.time_s, traces.ph[:, ::-1].copy(), traces.valid, traces.known)
    for asked in (single, absurd):
        assert np.isfinite(reader.read(asked).features).all()


def test_the_first_reading_does_not_depend_on_the_others():
    traces = cases("test", 20).traces
    plain, several = (Reader(WORLD, 0.01, asked).read(traces) for asked in (PLAIN, (*PLAIN, Reading(offset=True))))
    np.testing.assert_array_equal(plain.targets[:, 0], several.targets[:, 0])


def test_a_reading_with_an_offset_finds_the_offset():
    traces = cases("test", 200).traces
    shifted = type(traces)(traces.time_s, traces.ph + 0.05, traces.valid, traces.known)
    read = Reader(WORLD, 0.01, (*PLAIN, Reading(offset=True))).read(shifted)
    truth = cases("test", 200).targets.values[:, 0]
    plain, freed = (np.sqrt(((read.targets[:, i, 0] - truth) ** 2).mean()) for i in range(2))
    assert freed < 0.3 * plain
