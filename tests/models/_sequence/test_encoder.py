import numpy as np
import pytest

from bench.cases import Traces, concatenate
from bench.errors import PluginError
from models._sequence.encoder import Encoder

KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2], [20.0, 0.35, 24.0, 6.5, 0.2]]


def traces() -> Traces:
    return concatenate(
        [
            Traces.of([0.0, 3.0, 9.0], [[7.0, 8.0, 8.5]], KNOWN[:1]),
            Traces.of([0.0, 6.0], [[6.6, 7.5]], KNOWN[1:]),
        ]
    )


def test_channels_stand_on_fixed_scales_in_the_order_asked_for():
    encoded = Encoder(("ph", "rise", "time", "dt")).fitted(traces()).encode(traces())
    expected = [[-1.0, 0.0, 0.5], [0.0, 1.0, 1.5], [0.0, 0.1, 0.3], [0.0, 0.3, 0.6]]
    np.testing.assert_allclose(encoded.samples[0], expected, atol=1e-6)


def test_padding_is_zero_in_every_channel():
    encoded = Encoder(("ph", "rise", "time", "dt")).fitted(traces()).encode(traces())
    assert encoded.valid[1].tolist() == [True, True, False]
    assert (encoded.samples[1, :, 2] == 0).all()
    assert (encoded.samples[1, 0, :2] != 0).all()


def test_time_does_not_depend_on_the_traces_that_the_encoder_was_fitted_on():
    long = Traces.of([0.0, 300.0], [[7.0, 8.0], [7.0, 8.5]], KNOWN)
    short = Encoder(("time",)).fitted(traces()).encode(traces())
    same = Encoder(("time",)).fitted(long).encode(traces())
    assert (short.samples == same.samples).all()


def test_known_inputs_are_standardized_and_a_constant_one_is_zero():
    known = Encoder().fitted(traces()).encode(traces()).known.numpy()
    np.testing.assert_allclose(known, [[1, -1, 1, 1, 0], [-1, 1, -1, -1, 0]], atol=1e-6)


def test_encoding_leaves_the_traces_alone():
    measured = traces()
    before = [array.copy() for array in (measured.time_s, measured.ph, measured.valid, measured.known)]
    encoded = Encoder().fitted(measured).encode(measured)
    encoded.samples.zero_()
    encoded.valid.zero_()
    after = (measured.time_s, measured.ph, measured.valid, measured.known)
    assert all((old == new).all() for old, new in zip(before, after, strict=True))


def test_selecting_cases_drops_the_padding_that_only_others_needed():
    encoded = Encoder().fitted(traces()).encode(traces()).take(np.array([1]))
    assert encoded.samples.shape == (1, 3, 2)
    assert encoded.valid.all()


def test_an_unknown_channel_is_an_error_that_names_the_known_ones():
    with pytest.raises(PluginError) as caught:
        Encoder(("ph", "seconds"))
    assert str(caught.value) == (
        "encoder 'seconds': channel must be one of ph, rise, time, dt, got 'seconds'. Rename it."
    )


def test_an_encoder_without_scales_cannot_encode():
    with pytest.raises(PluginError) as caught:
        Encoder().encode(traces())
    assert str(caught.value) == (
        "encoder 'known': scales must be fitted, got none. Call fitted(training traces) first."
    )
