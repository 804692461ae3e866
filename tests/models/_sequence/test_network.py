import numpy as np
import pytest
import torch
from torch.nn.functional import conv1d, gelu, pad

from bench.cases import Traces, concatenate
from bench.errors import PluginError
from models._sequence.encoder import Encoded, Encoder
from models._sequence.network import Patches, SequenceNetwork, last_valid, masked_mean, with_known
from models._sequence.temporal_convolution import TemporalConvolution


def encoded_traces(*lengths: int) -> Encoded:
    generator = np.random.default_rng(0)
    known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    traces = concatenate([Traces.of(0.3 * np.arange(n), 7 + generator.random((1, n)), known) for n in lengths])
    return Encoder().fitted(traces).encode(traces)


def padded(encoded: Encoded, n: int, value: float) -> Encoded:
    samples = torch.nn.functional.pad(encoded.samples, (0, n), value=value)
    return Encoded(samples, torch.nn.functional.pad(encoded.valid, (0, n)), encoded.known, encoded.lengths)


def convolved(x: torch.Tensor, taps: torch.nn.Linear, dilation: int) -> torch.Tensor:
    kernel = taps.weight.unflatten(1, (2, -1)).transpose(1, 2)
    return conv1d(pad(x, (dilation, 0)), kernel, taps.bias, dilation=dilation)


def network(**settings: int) -> TemporalConvolution:
    torch.manual_seed(0)
    return TemporalConvolution(3, 5, 2, **settings).eval()


@torch.no_grad()
@pytest.mark.parametrize("n_blocks", [1, 5, 7])
def test_padding_is_invisible(n_blocks):
    net = network(n_blocks=n_blocks)
    encoded = encoded_traces(1, 4, 13, 31)
    answers = net(encoded)
    torch.testing.assert_close(net(padded(encoded, 9, 0.0)), answers, rtol=1e-6, atol=1e-6)
    alone = torch.cat([net(encoded.take(np.array([case]))) for case in range(4)])
    torch.testing.assert_close(alone, answers, rtol=1e-6, atol=1e-6)


def test_pooling_ignores_what_is_not_valid():
    x = torch.tensor([[[1.0, 3.0, 1e9]], [[2.0, 4.0, 6.0]]])
    valid = torch.tensor([[True, True, False], [True, True, True]])
    assert masked_mean(x, valid).tolist() == [[2.0], [4.0]]
    assert last_valid(x, valid).tolist() == [[3.0], [6.0]]


def test_a_patch_is_measured_where_its_first_sample_is():
    patches, valid = Patches(2, 3, 4)(torch.zeros(3, 2, 9), torch.arange(9) < torch.tensor([[1], [5], [9]]))
    assert patches.shape == (3, 3, 3)
    assert valid.tolist() == [[True, False, False], [True, True, False], [True, True, True]]


@pytest.mark.parametrize("n_blocks", [0, 3, 6])
def test_receptive_field_is_the_samples_that_reach_the_answer(n_blocks):
    net, encoded = network(width=8, n_blocks=n_blocks), encoded_traces(201)
    samples = encoded.samples.clone().requires_grad_()
    net(Encoded(samples, encoded.valid, encoded.known, encoded.lengths)).sum().backward()
    assert int((samples.grad[0].abs().sum(dim=0) > 0).sum()) == net.receptive_field == 2 ** (n_blocks + 1)


@torch.no_grad()
def test_states_that_nobody_reads_are_left_out_without_changing_an_answer():
    net, encoded = network(width=8), encoded_traces(1, 4, 13, 101, 201)
    x = convolved(with_known(encoded), net.embed, 1)
    for number, block in enumerate(net.blocks):
        distance = 2 ** (number + 1)
        before = pad(x, (distance, 0))[:, :, : x.shape[2]]
        joined = block.leave(gelu(convolved(x, block.taps, distance)).transpose(1, 2)).transpose(1, 2)
        x = (x + before) / 2 + joined
    last = gelu(last_valid(x, encoded.valid))
    torch.testing.assert_close(net(encoded), net.head(torch.cat([last, encoded.known], dim=1)))


def test_channels_that_a_network_was_not_built_for_are_an_error():
    encoded = encoded_traces(4)
    wrong = Encoded(encoded.samples[:, :2], encoded.valid, encoded.known, encoded.lengths)
    with pytest.raises(PluginError) as caught:
        network()(wrong)
    assert str(caught.value) == (
        "network 'samples': channels and known inputs must be (3, 5), got (2, 5). "
        "Encode with the encoder that the network was built for."
    )


def test_a_network_without_a_mask_refuses_padding():
    class Maskless(SequenceNetwork):
        one_length = True

        def answer(self, encoded):
            return encoded.samples[:, 0]

    with pytest.raises(PluginError) as caught:
        Maskless(3, 5)(encoded_traces(4, 9))
    assert str(caught.value) == ("network 'lengths': value must be 9 for every case, got 4. Batch cases of one length.")
