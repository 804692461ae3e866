import numpy as np

from bench.cases import Traces, concatenate
from models._sequence.one_length import OneLength

KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]
LONG = Traces.of([0.0, 1.0, 2.0, 3.0, 4.0], [[7.0, 7.4, 7.6, 7.7, 7.75]], KNOWN)
SHORT = Traces.of([0.5, 2.5], [[7.0, 7.6]], KNOWN)
MIXED = concatenate([LONG, SHORT])


def test_each_trace_is_interpolated_over_its_own_time():
    prepared = OneLength().fitted(MIXED).prepare(MIXED)
    np.testing.assert_allclose(prepared.time_s, [LONG.time_s[0], [0.5, 1.0, 1.5, 2.0, 2.5]])
    np.testing.assert_allclose(prepared.ph, [LONG.ph[0], [7.0, 7.15, 7.3, 7.45, 7.6]])
    assert prepared.valid.all()


def test_a_network_trained_on_one_length_is_given_other_lengths_as_they_are():
    assert OneLength().fitted(LONG).prepare(MIXED) is MIXED


def test_no_traces_stay_none():
    assert OneLength().fitted(MIXED).prepare(MIXED.take(slice(0, 0))).n_cases == 0
