import numpy as np
import pytest

from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.infer.duration import Duration, duration_to_know
from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import K_D

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
TARGETS = np.array([[0.5, 2e-3]])


def asked(acquisition, wanted=0.2):
    traces = measure(acquisition, KNOWN, TARGETS, TEMPERATURE_CORRECTED, "duration tests", range(1))
    posterior = exact_posterior(traces, acquisition, TEMPERATURE_CORRECTED)
    return duration_to_know(posterior, KNOWN, acquisition, TEMPERATURE_CORRECTED, wanted)


def relative_sd(length_s, acquisition):
    """Standard deviation of k_d that a longer trace leaves, relative to its mean."""
    longer = Acquisition(length_s, acquisition.interval_s, lag_s=acquisition.lag_s, offset_sd=acquisition.offset_sd)
    traces = measure(longer, KNOWN, TARGETS, TEMPERATURE_CORRECTED, "duration tests", range(1))
    posterior = exact_posterior(traces, longer, TEMPERATURE_CORRECTED)
    return posterior.sd[0, K_D] / posterior.mean[0, K_D]


@pytest.mark.parametrize(
    "probe",
    [
        {},
        {"offset_sd": 0.03},
        {"interval_s": 10.0},
        pytest.param({"lag_s": 2.0}, marks=[pytest.mark.slow, pytest.mark.smoke]),
    ],
    ids=str,
)
def test_a_trace_of_the_length_found_tells_k_d_as_well_as_wanted(probe):
    # Measured for long, so that the k_d which remain possible are all near the truth.
    acquisition = Acquisition(**{"prefix_s": 600.0, "interval_s": 1.0, **probe})
    length_s = asked(acquisition).within(0.5)
    assert 20.0 < length_s < 600.0
    assert relative_sd(length_s, acquisition) == pytest.approx(0.2, rel=0.25)


def test_more_is_needed_to_know_more_and_with_more_noise():
    acquisition = Acquisition(60.0, 1.0)
    assert asked(acquisition, 0.1).within(0.5) > asked(acquisition, 0.3).within(0.5)
    assert asked(Acquisition(60.0, 1.0, noise_sd=0.03)).within(0.5) > asked(acquisition).within(0.5)
    assert asked(acquisition).within(0.9) > asked(acquisition).within(0.5)


def test_a_sample_may_stand_for_its_neighbours():
    coarse, fine = asked(Acquisition(600.0, 1.0)), asked(Acquisition(600.0, 0.1))
    alike = Acquisition(600.0, 0.1, noise_sd=0.01 * np.sqrt(10.0))
    assert fine.within(0.5) < coarse.within(0.5)
    assert asked(alike).within(0.5) == pytest.approx(coarse.within(0.5), rel=0.05)


def test_a_horizon_that_is_too_short_is_said_to_be():
    duration = Duration(np.array([100.0, 200.0, np.inf, np.inf]))
    assert duration.chance == 0.5
    assert duration.within(0.5) == 200.0
    assert duration.within(0.9) == np.inf
    assert asked(Acquisition(60.0, 1.0), 1e-4).chance == 0.0


@pytest.mark.slow
def test_the_length_for_nine_in_ten_is_enough_for_nine_in_ten():
    acquisition, n_cases = Acquisition(30.0, 1.0), 60
    traces, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, "duration", range(n_cases))
    enough = []
    for case in range(n_cases):
        known, truth = traces.known[case : case + 1], targets.values[case : case + 1]
        posterior = exact_posterior(traces.take(slice(case, case + 1)), acquisition, TEMPERATURE_CORRECTED)
        length_s = duration_to_know(posterior, known, acquisition, TEMPERATURE_CORRECTED).within(0.9)
        if np.isinf(length_s):
            continue
        longer = Acquisition(length_s, 1.0)
        again = measure(longer, known, truth, TEMPERATURE_CORRECTED, "duration", range(case, case + 1))
        after = exact_posterior(again, longer, TEMPERATURE_CORRECTED)
        enough.append(after.sd[0, K_D] <= 0.2 * after.mean[0, K_D])
    assert len(enough) > 0.8 * n_cases
    assert np.mean(enough) > 0.9 - 3 * np.sqrt(0.09 / len(enough))
