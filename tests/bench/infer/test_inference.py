import numpy as np
import pytest

from bench.cases import Traces
from bench.draw import draw_measured
from bench.errors import BenchError
from bench.infer.inference import Probe, infer, unlike
from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import E0, INITIAL_PH, K_D, TEMPERATURE

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])


def measured(targets, acquisition, known=KNOWN):
    return measure(acquisition, known, np.array([targets]), TEMPERATURE_CORRECTED, "infer tests", range(1))


def test_a_long_trace_tells_both_targets():
    inference = infer(measured([0.5, 2e-3], Acquisition(300.0, 1.0)))
    assert (np.abs(inference.mean - [0.5, 2e-3]) < 4 * inference.sd).all()
    assert (inference.explained > 0.98).all()
    assert inference.beyond_prior == ()
    assert inference.unusual == ()


def test_four_samples_do_not_tell_k_d():
    inference = infer(measured([0.5, 2e-3], Acquisition(30.0, 10.0)))
    assert inference.explained[E0] > 0.9
    assert inference.explained[K_D] < 0.1


def test_a_reaction_shows_by_a_rise_above_the_noise():
    assert infer(measured([0.5, 2e-3], Acquisition(30.0, 1.0))).rises
    assert infer(measured([0.05, 5e-3], Acquisition(10.0, 1.0))).rises
    assert not infer(measured([0.0, 0.0], Acquisition(30.0, 1.0))).rises


def test_the_step_of_a_ph_is_found_where_values_repeat():
    exact = measured([0.5, 2e-3], Acquisition(30.0, 1.0))
    rounded = Traces.of(exact.time_s[0], exact.ph.round(1), KNOWN)
    assert infer(exact).step_ph == 0.0
    assert infer(rounded).step_ph == pytest.approx(0.1)


def test_intervals_hold_each_other_and_the_mean():
    intervals = infer(measured([0.5, 2e-3], Acquisition(30.0, 1.0))).intervals
    assert (intervals[0.9][:, 0] < intervals[0.5][:, 0]).all()
    assert (intervals[0.5][:, 1] < intervals[0.9][:, 1]).all()


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    n_cases = 200
    traces, targets = draw_measured(Acquisition(30.0, 1.0), TEMPERATURE_CORRECTED, "infer coverage", range(n_cases))
    inside = {0.5: 0, 0.9: 0}
    for case in range(n_cases):
        for level, ends in infer(traces.take(slice(case, case + 1))).intervals.items():
            inside[level] += (ends[:, 0] < targets.values[case]) & (targets.values[case] < ends[:, 1])
    for level, counts in inside.items():  # 4 standard errors
        assert np.abs(counts / n_cases - level).max() < 4 * np.sqrt(level * (1 - level) / n_cases)


@pytest.mark.parametrize(
    ("targets", "beyond"),
    [([2.0, 1e-3], ("E0_g_per_L",)), ([0.01, 1e-3], ("E0_g_per_L",)), ([0.5, 0.02], ("k_d_per_s",))],
)
def test_a_reaction_outside_the_prior_is_noticed(targets, beyond):
    assert infer(measured(targets, Acquisition(60.0, 0.3))).beyond_prior == beyond


def test_an_enzyme_that_does_not_die_is_not_outside_the_prior():
    assert infer(measured([0.5, 0.0], Acquisition(60.0, 0.3))).beyond_prior == ()


def test_known_inputs_outside_the_prior_are_named():
    known = KNOWN.copy()
    known[0, TEMPERATURE], known[0, INITIAL_PH] = 45.0, 6.0
    assert infer(measured([0.5, 1e-3], Acquisition(30.0, 1.0), known)).unusual == ("temperature_C", "initial_pH")


def test_an_offset_and_a_lag_widen_what_is_known():
    acquisition = Acquisition(30.0, 1.0)
    plain = infer(measured([0.5, 2e-3], acquisition)).sd[K_D]
    assert infer(measured([0.5, 2e-3], acquisition), Probe(offset_sd=0.03)).sd[K_D] > plain


@pytest.mark.parametrize(
    ("probe", "message"),
    [
        (Probe(noise_sd=0.0), "probe 'noise_sd': value must be between 1e-05 and 1, got 0. Mend it."),
        (Probe(lag_s=-1.0), "probe 'lag_s': value must be between 0 and 1000, got -1. Mend it."),
        (Probe(offset_sd=2.0), "probe 'offset_sd': value must be between 0 and 1, got 2. Mend it."),
    ],
)
def test_an_electrode_that_cannot_be_is_refused(probe, message):
    with pytest.raises(BenchError) as caught:
        infer(measured([0.5, 1e-3], Acquisition(30.0, 10.0)), probe)
    assert str(caught.value) == message


def test_several_traces_are_refused():
    traces, _ = draw_measured(Acquisition(30.0, 10.0), TEMPERATURE_CORRECTED, "infer tests", range(2))
    with pytest.raises(BenchError) as caught:
        infer(traces)
    assert str(caught.value) == "infer 'traces': number must be 1, got 2. Give one trace at a time."


@pytest.mark.parametrize(
    ("acquisition", "alike"),
    [
        (Acquisition(30.0, 0.3), True),
        (Acquisition(29.7, 0.3), True),
        (Acquisition(30.0, 0.3, jitter_s=0.01), True),
        (Acquisition(30.0, 0.3, jitter_s=0.1), False),
        (Acquisition(30.0, 1.0), False),
        (Acquisition(10.0, 0.3), False),
        (Acquisition(60.0, 0.3), False),
    ],
)
def test_a_trace_is_like_an_acquisition_of_its_length_and_interval(acquisition, alike):
    assert unlike(measured([0.5, 1e-3], acquisition), (Acquisition(30.0, 0.3), Acquisition(30.0, 5.0))) is not alike
