import numpy as np
import pytest

from bench.cases import Traces
from bench.draw import draw_measured
from bench.infer.fit import CHANCE, doubts, fit_trace, fitted_ph
from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import INITIAL_PH

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
TARGETS = np.array([[0.5, 2e-3]])
PLAIN = Acquisition(30.0, 0.3)


def measured(acquisition=PLAIN):
    return measure(acquisition, KNOWN, TARGETS, TEMPERATURE_CORRECTED, "fit tests", range(1))


def found_in(traces, acquisition=PLAIN):
    fit = fit_trace(traces, acquisition, TEMPERATURE_CORRECTED)
    return doubts(traces, acquisition, TEMPERATURE_CORRECTED, fit)


def test_without_noise_the_truth_is_found():
    traces = measured(Acquisition(60.0, 0.3, noise_sd=0.0))
    fit = fit_trace(traces, PLAIN, TEMPERATURE_CORRECTED)
    assert fit.targets == pytest.approx(TARGETS[0], rel=1e-4)
    assert fit.reduced < 1e-6


def test_a_fit_within_the_prior_stays_there_and_fits_no_better():
    traces = measure(PLAIN, KNOWN, np.array([[2.0, 1e-3]]), TEMPERATURE_CORRECTED, "fit tests", range(1))
    free = fit_trace(traces, PLAIN, TEMPERATURE_CORRECTED)
    boxed = fit_trace(traces, PLAIN, TEMPERATURE_CORRECTED, within_prior=True)
    assert free.targets[0] == pytest.approx(2.0, rel=0.05)
    assert boxed.targets[0] <= 1.25 + 1e-12
    assert boxed.chi_square > free.chi_square


@pytest.mark.parametrize(
    "acquisition", [PLAIN, Acquisition(30.0, 0.3, lag_s=2.0), Acquisition(30.0, 0.3, offset_sd=0.03)]
)
def test_the_fitted_ph_is_what_the_residuals_are_taken_from(acquisition):
    traces = measured(acquisition)
    fit = fit_trace(traces, acquisition, TEMPERATURE_CORRECTED)
    ph = fitted_ph(fit, traces.time_s[0], KNOWN, acquisition, TEMPERATURE_CORRECTED)
    left = (traces.ph[0] - ph) / acquisition.noise_sd
    assert left == pytest.approx(fit.residual[: len(left)], abs=1e-6)
    assert np.mean(left**2) == pytest.approx(1.0, abs=0.4)


def test_a_sound_trace_raises_no_doubt():
    assert found_in(measured()) == []


def test_a_lag_is_recognised():
    doubt = found_in(measured(Acquisition(30.0, 0.3, lag_s=2.0)))[0]
    assert (doubt.what, doubt.value) == ("lag", pytest.approx(2.0, abs=0.2))


def test_an_offset_is_recognised():
    traces = measured()
    doubt = found_in(Traces(traces.time_s, traces.ph + 0.1, traces.valid, traces.known))[0]
    assert (doubt.what, doubt.value) == ("offset", pytest.approx(0.1, abs=0.02))


def test_a_wrong_initial_ph_is_recognised():
    traces = measured()
    known = traces.known.copy()
    known[0, INITIAL_PH] += 0.1
    doubt = found_in(Traces(traces.time_s, traces.ph, traces.valid, known))[0]
    assert (doubt.what, doubt.value) == ("initial pH", pytest.approx(-0.1, abs=0.03))


def test_a_late_start_is_recognised():
    traces = measured()
    doubt = found_in(Traces(traces.time_s + 2.0, traces.ph, traces.valid, traces.known))[0]
    assert (doubt.what, doubt.value) == ("start", pytest.approx(2.0, abs=0.1))


@pytest.mark.parametrize("noise_sd", [0.002, 0.03])
def test_another_noise_is_recognised(noise_sd):
    doubt = found_in(measured(Acquisition(30.0, 0.3, noise_sd=noise_sd)))[0]
    assert (doubt.what, doubt.value) == ("noise", pytest.approx(noise_sd, rel=0.3))


def test_what_the_probe_is_known_to_do_is_no_doubt():
    lagging = Acquisition(30.0, 0.3, lag_s=2.0)
    assert found_in(measured(lagging), lagging) == []


@pytest.mark.slow
@pytest.mark.parametrize("interval_s", [0.3, 1.0])
def test_sound_traces_are_doubted_no_more_often_than_chance(interval_s):
    acquisition, n_cases = Acquisition(30.0, interval_s), 150
    traces, _ = draw_measured(acquisition, TEMPERATURE_CORRECTED, "doubt rate", range(n_cases))
    n_doubted = sum(bool(found_in(traces.take(slice(case, case + 1)), acquisition)) for case in range(n_cases))
    # Two families of tests, the suspects and the noise; 4 standard errors above their chance.
    expected = 2 * CHANCE * n_cases
    assert n_doubted <= expected + 4 * np.sqrt(expected)
