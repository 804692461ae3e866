# Stages that are replaced other than those of padding and of time.
import numpy as np
import pytest
import torch

from bench.cases import Traces
from bench.contract import Context
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import INITIAL_PH
from models._faults.known_inputs import WithoutInitialPh, WithoutKnown
from models._faults.last_window import LastWindow
from models._faults.layers import batch_normalized, dropping
from models._faults.losses import RegularisedNll, UnboundedNll
from models._faults.ph_scale import GlobalPh, SequencePh
from models._faults.schedules import ConstantRate, Plateau
from models._faults.split import UnseededSplit
from models._sequence.encoder import Encoded
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


def test_the_last_window_answers_as_the_whole_convolution_does():
    torch.manual_seed(0)
    window = LastWindow(2, 5, 2, width=8, n_blocks=3).eval()
    encoded = encoded_of([101, 40, 4])
    x = window.patches.project(torch.cat([encoded.samples, encoded.known[:, :, None] * encoded.valid[:, None]], dim=1))
    for block in window.blocks:
        x = block(x)
    ends = torch.stack([x[case, :, length - 1] for case, length in enumerate(encoded.lengths)])
    expected = window.head(torch.cat([ends, encoded.known], dim=1))
    torch.testing.assert_close(window(encoded), expected, rtol=1e-5, atol=1e-6)


def test_dropout_is_told_apart_in_blocks_and_head():
    network = dropping(TemporalConvolution(2, 5, 2), blocks=0.2, head=0.1)
    shares = {name: layer.p for name, layer in network.named_modules() if isinstance(layer, torch.nn.Dropout)}
    assert {name.split(".")[0]: share for name, share in shares.items()} == {"blocks": 0.2, "head": 0.1}


def test_batch_normalization_comes_before_both_activations_of_every_block():
    network = batch_normalized(TemporalConvolution(2, 5, 2, width=8, n_blocks=2))
    norms = [layer for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm1d)]
    assert [layer.num_features for layer in norms] == [8] * 4
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
