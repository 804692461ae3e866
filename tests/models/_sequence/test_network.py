import numpy as np
import pytest
import torch

from bench.cases import Traces, concatenate
from bench.errors import PluginError
from models._sequence.encoder import Encoded, Encoder
from models._sequence.network import ChannelNorm, Patches, SequenceNetwork, last_valid, masked_mean
from models._sequence.temporal_convolution import TemporalConvolution


def encoded_traces(*lengths: int) -> Encoded:
    generator = np.random.default_rng(0)
    known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    traces = concatenate([Traces.of(0.3 * np.arange(n), 7 + generator.random((1, n)), known) for n in lengths])
    return Encoder().fitted(traces).encode(traces)


def padded(encoded: Encoded, n: int, value: float) -> Encoded:
    samples = torch.nn.functional.pad(encoded.samples, (0, n), value=value)
    return Encoded(samples, torch.nn.functional.pad(encoded.valid, (0, n)), encoded.known, encoded.lengths)


def network(**settings: int | str) -> TemporalConvolution:
    torch.manual_seed(0)
    return TemporalConvolution(3, 5, 2, **settings).eval()


@torch.no_grad()
@pytest.mark.parametrize("normalization", ["none", "layer"])
@pytest.mark.parametrize("stride", [1, 4, 8])
def test_padding_is_invisible(stride, normalization):
    net = network(stride=stride, normalization=normalization)
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


def test_normalization_of_a_sample_does_not_depend_on_the_others():
    x = torch.randn(2, 6, 5, generator=torch.Generator().manual_seed(0))
    changed = x.clone()
    changed[:, :, 3:] = 100.0 * x[:, :, 3:] + 7.0
    torch.testing.assert_close(ChannelNorm(6)(changed)[:, :, :3], ChannelNorm(6)(x)[:, :, :3])


def test_a_patch_is_measured_where_its_first_sample_is():
    patches, valid = Patches(2, 3, 4)(torch.zeros(3, 2, 9), torch.arange(9) < torch.tensor([[1], [5], [9]]))
    assert patches.shape == (3, 3, 3)
    assert valid.tolist() == [[True, False, False], [True, True, False], [True, True, True]]


@pytest.mark.parametrize(("stride", "kernel_size", "n_blocks"), [(1, 3, 3), (4, 3, 2), (8, 2, 3)])
def test_receptive_field_is_the_samples_that_reach_the_last_state(stride, kernel_size, n_blocks):
    net = network(width=8, stride=stride, kernel_size=kernel_size, n_blocks=n_blocks, normalization="none")
    n_samples = stride * (-(-300 // stride))
    samples = torch.randn(1, 8, n_samples, requires_grad=True)
    x, _ = net.patches(samples, torch.ones(1, n_samples, dtype=torch.bool))
    for block in net.blocks:
        x = block(x)
    x[:, :, -1].sum().backward()
    reached = int((samples.grad[0].abs().sum(dim=0) > 0).sum())
    assert reached == net.receptive_field


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
