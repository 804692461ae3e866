from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.cases import Traces
from bench.errors import BenchError
from bench.infer.answer import Answer, answer_of
from bench.infer.report import report, warnings_of
from bench.infer.told import Told, written_step
from bench.world.buffers import Buffer
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
PURE = Told(weighed=("water",))


def trace_of(world=TEMPERATURE_CORRECTED, targets=(0.5, 1e-3), length_s=60.0, interval_s=2.0):
    laboratory = Laboratory(length_s, interval_s)
    return measure_in_laboratory(laboratory, KNOWN, np.array([targets]), world, "answer", range(1))


def codes(answer):
    return [each.code for each in warnings_of(answer)]


def test_a_trace_of_pure_water_is_answered_without_a_warning_and_k_d_bounded_from_above():
    answer = answer_of(trace_of(), PURE)
    found = report(answer, {})
    assert found["estimates"]["E0_g_per_L"]["low_90"] < 0.5 < found["estimates"]["E0_g_per_L"]["high_90"]
    assert found["estimates"]["k_d_per_s"]["bound"] == "upper"
    assert answer.k_d_below > 1e-3
    assert (found["trusted"], codes(answer)) == (True, [])


@pytest.mark.parametrize(("share", "sampled"), [(0.15, True), (0.3, False)])
def test_an_answer_is_trusted_if_poorly_sampled_worlds_hold_little_of_it(share, sampled):
    worlds = {
        "pure water": SimpleNamespace(log_evidence=np.log(1.0 - share), ok=True),
        "air": SimpleNamespace(log_evidence=np.log(share), ok=False),
    }
    assert Answer(trace_of(), Told(), worlds).sampled is sampled


def test_a_k_d_that_stops_the_reaction_is_known_from_both_sides():
    answer = answer_of(trace_of(targets=(0.5, 1e-2), length_s=1200.0, interval_s=20.0), PURE)
    k_d = report(answer, {})["estimates"]["k_d_per_s"]
    assert answer.identified
    assert k_d["bound"] == "both"
    assert k_d["low_90"] < 1e-2 < k_d["high_90"]
    assert codes(answer) == ["closed_vessel"]  # air, which is not weighed, can look like it


def test_a_buffered_trace_contradicts_whatever_noise_is_told():
    buffered = trace_of(World("buffered", buffer=Buffer("HEPES", 1.0)), length_s=300.0, interval_s=5.0)
    for told in (PURE, replace(PURE, noise_sd=0.1)):
        answer = answer_of(buffered, told)
        assert answer.contradicted
        found = report(answer, {})
        assert not found["trusted"]
        assert found["estimates"]["k_d_per_s"]["bound"] == "not established"


def test_an_enzyme_beyond_the_prior_is_said_to_be_piled_up():
    answer = answer_of(trace_of(targets=(8.0, 1e-3)), replace(PURE, lag_s=0.0, calibrated=True))
    assert "E0_g_per_L_at_prior_end" in codes(answer)
    assert report(answer, {})["estimates"]["E0_g_per_L"]["bound"] == "lower"


def test_shares_of_the_worlds_sum_to_one_and_the_average_is_theirs():
    answer = answer_of(trace_of(), Told(weighed=("carbonate", "water")))
    assert list(answer.worlds) == ["pure water", "carbonate"]
    assert sum(answer.share.values()) == pytest.approx(1.0)
    mean = sum(answer.share[name] * answer.worlds[name].mean for name in answer.worlds)
    np.testing.assert_allclose(answer.mean, mean)


def test_the_step_is_the_last_decimal_of_all_samples():
    assert [written_step(np.array(ph)) for ph in ([7.0, 8.0], [7.1, 8.0], [7.01, 8.3], [7.12345, 7.0])] == [
        1.0, 0.1, 0.01, 0.0,
    ]  # fmt: skip


def test_more_than_one_trace_and_what_cannot_be_told_are_refused():
    trace = trace_of()
    two = Traces.of(trace.time_s[0], np.repeat(trace.ph, 2, axis=0), np.repeat(KNOWN, 2, axis=0))
    with pytest.raises(BenchError, match=r"infer 'traces': number must be 1, got 2. Give one trace at a time."):
        answer_of(two)
    with pytest.raises(BenchError, match=r"told 'lag_s': value must be between 0 and 1000, got -1. Mend it."):
        Told(lag_s=-1.0)


@pytest.mark.parametrize(
    ("weighed", "message"),
    [
        (("watr",), r"world 'watr': name must be one of air, .*, got 'watr'. Did you mean 'water'?"),
        (("carbonate",), r"told 'worlds': at least one must be left, got none. Name one beside carbonate."),
    ],
)
def test_worlds_that_are_none_are_refused(weighed, message):
    with pytest.raises(BenchError, match=message):
        Told(carbonate_uM=10.0, weighed=weighed)


def test_a_carbonate_that_is_told_is_in_every_world_that_is_left():
    told = Told(carbonate_uM=10.0, weighed=("water", "carbonate", "air"))
    assert told.names == ["carbonate 10 uM", "air"]
    assert told.left_out == ["buffer", "ammonium", "slow CO2"]
    assert told.chemistry.carbonate_uM == 10.0
