# Stages that are replaced other than those of padding and of time.
import numpy as np
import pytest
import torch
from torch.nn.functional import conv1d, gelu, pad

from bench.cases import Traces
from bench.contract import Context
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import INITIAL_PH
from models._faults.known_inputs import WithoutInitialPh, WithoutKnown
from models._faults.last_window import LastWindow, Patched, Pooled
from models._faults.layers import batch_normalized, dropping
from models._faults.losses import RegularisedNll, UnboundedNll
from models._faults.ph_scale import GlobalPh, SequencePh
from models._faults.schedules import ConstantRate, Plateau
from models._faults.split import UnseededSplit
from models._faults.study_network import StudyNetwork
from models._sequence.encoder import Encoded
from models._sequence.network import last_valid, with_known
from models._sequence.temporal_convolution import TemporalConvolution
from models.mean import Mean

TRACES = Traces.of(
    [0.0, 1.0, 2.0], [[7.0, 7.5, 8.0], [6.5, 6.6, 6.7]], [[50, 0.25, 30, 7.0, 0.2], [20, 0.1, 25, 6.5, 0.2]]
)


def encoded_of(lengths, n_channels=2, width=None):
    torch.manual_seed(1)
    lengths = np.array(lengths)
    width = width or int(lengths.max())
    valid = torch.arange(width) < torch.from_numpy(lengths)[:, None]
    samples = torch.randn(len(lengths), n_channels, width) * valid[:, None]
    return Encoded(samples, valid, torch.randn(len(lengths), 5), lengths)


def encoded_cut(encoded, n):
    """Only the first n samples."""
    lengths = np.minimum(encoded.lengths, n)
    return Encoded(encoded.samples[:, :, :n], encoded.valid[:, :n], encoded.known, lengths)


class ReadOut(torch.nn.Module):
    """A head that notes what it is given."""

    def __init__(self, read):
        super().__init__()
        self.read = read

    def forward(self, x):
        self.read.append(x)
        return x


def test_global_ph_is_one_affine_map_of_all_traces():
    ph = GlobalPh(("ph",)).fitted(TRACES).ph(TRACES)
    np.testing.assert_allclose(ph.mean(), 0.0, atol=1e-9)
    np.testing.assert_allclose(np.diff(ph, axis=1) / np.diff(TRACES.ph, axis=1), 1 / TRACES.ph.std(), rtol=1e-6)


def test_ph_within_each_trace_has_neither_level_nor_amplitude():
    ph = SequencePh(("ph",)).ph(TRACES)
    np.testing.assert_allclose(ph[0], ph[1], atol=1e-6)


def test_known_inputs_are_left_out():
    assert WithoutKnown(("ph",)).fitted(TRACES).encode(TRACES).known.shape == (2, 0)
    four = WithoutInitialPh(("ph",)).known(TRACES)
    np.testing.assert_array_equal(four, np.delete(TRACES.known, INITIAL_PH, axis=1))


@torch.no_grad()
def test_the_last_window_answers_as_if_the_samples_before_it_had_not_been_measured():
    network = TemporalConvolution(2, 5, 2, width=8)
    encoded = encoded_of([101, 40, 4])
    first = torch.tensor([72, 11, 0])[:, None] + torch.arange(29)
    late = torch.stack([case[:, part.clamp(max=100)] for case, part in zip(encoded.samples, first, strict=True)])
    lengths = np.array([29, 29, 4])
    valid = torch.arange(29) < torch.from_numpy(lengths)[:, None]
    expected = network(Encoded(late, valid, encoded.known, lengths))
    torch.testing.assert_close(LastWindow(network, 29)(encoded), expected)


@torch.no_grad()
def test_the_network_of_the_study_leaves_out_only_states_that_nobody_reads():
    network, encoded = StudyNetwork(2, 5, 2, width=8, n_blocks=3), encoded_of([101, 40, 4])
    x = network.embed(with_known(encoded))
    for number, block in enumerate(network.blocks):
        y = x
        for layer in (block.first, block.second):
            y = conv1d(pad(gelu(y), (2 * 2**number, 0)), layer.weight, layer.bias, dilation=2**number)
        x = x + y
    expected = network.head(torch.cat([last_valid(x, encoded.valid), encoded.known], dim=1))
    torch.testing.assert_close(network(encoded), expected)


@torch.no_grad()
def test_what_is_pooled_is_what_the_base_would_read_at_each_sample():
    pooled, base = (kind(2, 5, 2, width=8, n_blocks=3) for kind in (Pooled, TemporalConvolution))
    base.load_state_dict(pooled.state_dict())
    encoded, read = encoded_of([9, 9, 9]), []
    pooled.head = base.head = ReadOut(read)
    pooled(encoded)
    for n in range(1, 10):
        base(encoded_cut(encoded, n))
    torch.testing.assert_close(read[0], torch.stack(read[1:]).mean(dim=0))


@torch.no_grad()
@pytest.mark.parametrize("network", [Pooled(2, 5, 2, 8, 5), Patched(2, 5, 2, 8, 5)], ids=["pooled", "patched"])
def test_a_control_of_the_reading_answers_one_at_a_time_as_in_a_batch(network):
    encoded = encoded_of([101, 40, 4])
    alone = torch.cat([network(encoded.take(np.array([case]))) for case in range(3)])
    torch.testing.assert_close(alone, network(encoded))


def test_a_control_of_the_reading_sees_eight_samples_at_a_time():
    network = Patched(2, 5, 2, 8, 5)
    assert network.embedded(torch.zeros(1, 101, 7), torch.ones(1, 101, 1))[0].shape == (1, 13, 8)


@pytest.mark.parametrize("kind", [TemporalConvolution, StudyNetwork])
def test_dropout_is_told_apart_in_blocks_and_head(kind):
    network = dropping(kind(2, 5, 2, width=8, n_blocks=2), blocks=0.2, head=0.1)
    shares = {name: layer.p for name, layer in network.named_modules() if isinstance(layer, torch.nn.Dropout)}
    assert {name.split(".")[0]: share for name, share in shares.items()} == {"blocks": 0.2, "head": 0.1}


@pytest.mark.parametrize(("kind", "activations"), [(TemporalConvolution, 1), (StudyNetwork, 2)])
def test_batch_normalization_comes_before_every_activation_of_every_block(kind, activations):
    network = batch_normalized(kind(2, 5, 2, width=8, n_blocks=2))
    norms = [layer for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm1d)]
    assert [layer.num_features for layer in norms] == [8] * 2 * activations
    network.train()(encoded_of([101, 101, 101]))
    assert all(layer.running_mean.abs().sum() > 0 for layer in norms)


def test_the_regulariser_draws_the_variance_to_one():
    outputs, targets = torch.tensor([[0.0, 0.0, 3.0, -3.0]]), torch.zeros(1, 2)
    extra = RegularisedNll().cost(outputs, targets) - UnboundedNll().cost(outputs, targets)
    assert float(extra) == pytest.approx(0.01 * 9.0, rel=1e-4)


def test_a_constant_rate_neither_rises_nor_falls():
    assert [ConstantRate().rate(progress) for progress in (0.0, 0.5, 1.0)] == [1.0, 1.0, 1.0]


def test_a_plateau_halves_the_rate_only_where_the_loss_stands_still():
    plateau = Plateau()
    for loss in np.linspace(1.0, 0.5, 20):
        plateau.note(loss)
    assert plateau.share == 1.0
    for _ in range(12):
        plateau.note(0.5)
    assert plateau.share == 0.25


class SplitMean(UnseededSplit, Mean):
    """The training mean on a split that no seed settles."""


def test_an_unseeded_split_gives_another_answer_at_every_fit_of_the_same_cases():
    acquisition = (Acquisition(30.0, 10.0),)
    train, valid = (draw_cases(acquisition, TEMPERATURE_CORRECTED, name, 20) for name in ("train", "valid"))
    context = Context(0, acquisition, TEMPERATURE_CORRECTED)
    answers = {SplitMean().fit(train, valid, context).predict(valid.traces).mean[0, 0] for _ in range(5)}
    assert len(answers) == 5
    whole = np.concatenate([train.targets.values, valid.targets.values])[:, 0]
    assert all(whole.min() < answer < whole.max() for answer in answers)
