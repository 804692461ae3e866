import numpy as np

from bench.cases import Traces, concatenate
from models._faults.padding import EdgePadding, Interpolation

KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]
TRAIN = Traces.of([0.0, 1.0, 2.0, 3.0, 4.0], [[7.0, 7.4, 7.6, 7.7, 7.75]], KNOWN)
SHORT = Traces.of([0.0, 2.0, 4.0], [[7.0, 7.6, 7.75]], KNOWN)
CHANNELS = ("ph", "rise", "time", "dt")


def test_edge_padding_leaves_training_traces_as_a_mask_does():
    padded, masked = EdgePadding(CHANNELS).fitted(TRAIN), Interpolation(CHANNELS).fitted(TRAIN)
    assert padded.encode(TRAIN).samples.equal(masked.encode(TRAIN).samples)
    assert padded.encode(TRAIN).valid.all()


def test_edge_padding_repeats_the_last_sample_and_says_that_all_were_measured():
    encoded = EdgePadding(CHANNELS).fitted(TRAIN).encode(SHORT)
    np.testing.assert_allclose(encoded.samples[0, 0], np.array([7.0, 7.6, 7.75, 7.75, 7.75]) - 8.0, atol=1e-6)
    np.testing.assert_allclose(encoded.samples[0, 3], [0.0, 0.2, 0.2, 0.0, 0.0], atol=1e-6)
    assert encoded.valid.tolist() == [[True] * 5]
    assert encoded.lengths.tolist() == [5]


def test_edge_padding_pads_each_trace_from_its_own_end():
    encoded = EdgePadding(CHANNELS).fitted(TRAIN).encode(concatenate([SHORT, TRAIN]))
    assert encoded.samples[:, 2, -1].allclose(encoded.samples[1, 2, -1])
    alone = EdgePadding(CHANNELS).fitted(TRAIN).encode(SHORT)
    assert encoded.samples[:1].equal(alone.samples)


def test_interpolation_puts_a_short_trace_on_the_times_of_training():
    prepared = Interpolation(CHANNELS).fitted(TRAIN).prepare(SHORT)
    np.testing.assert_allclose(prepared.time_s, TRAIN.time_s)
    np.testing.assert_allclose(prepared.ph, [[7.0, 7.3, 7.6, 7.675, 7.75]])


def test_interpolation_leaves_whole_traces_alone():
    assert Interpolation(CHANNELS).fitted(TRAIN).prepare(TRAIN) is TRAIN
