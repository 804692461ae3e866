# Claims of the seed audit that a calculation settles, without training anything.
import numpy as np
import pytest
import torch
from scipy import stats

from bench.cases import Targets, Traces
from bench.metrics import r2
from models._faults.last_window import LastWindow
from models._faults.losses import ClampedNll, PlainNll
from models._faults.padding import EdgePadding, Interpolation
from models._faults.study_network import StudyNetwork
from models._faults.time_scale import GlobalTime, SequenceTime
from models._sequence.encoder import Encoded
from models._sequence.loss import GaussianNll
from models._sequence.scaler import TargetScaler
from models._sequence.temporal_convolution import TemporalConvolution

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])


def trace(interval_s, prefix_s=30.0):
    times = np.arange(round(prefix_s / interval_s) + 1) * interval_s
    return Traces.of(times, 7.0 + 1.5 * (1 - np.exp(-times / 10.0))[None], KNOWN)


def intervals(encoder, traces):
    return np.diff(encoder.time(traces)[0])


def test_a_global_z_score_of_time_keeps_the_ratios_of_intervals():
    encoder = GlobalTime(("ph", "time")).fitted(trace(0.3))
    fine, coarse, sparse = (intervals(encoder, trace(interval)) for interval in (0.3, 1.0, 10.0))
    np.testing.assert_allclose(coarse / fine[0], 1.0 / 0.3)
    np.testing.assert_allclose(sparse / fine[0], 10.0 / 0.3)


def test_a_z_score_within_each_trace_gives_traces_of_different_intervals_the_same_times():
    encoder = SequenceTime()
    np.testing.assert_allclose(encoder.time(trace(0.3, 30.0)), encoder.time(trace(0.6, 60.0)), atol=1e-6)
    equal_intervals = intervals(encoder, trace(0.3, 10.0))[0] / intervals(encoder, trace(0.3, 60.0))[0]
    assert equal_intervals == pytest.approx(6.0, rel=0.05)


def test_interpolation_gives_every_trace_the_interval_of_training():
    encoder = Interpolation(("ph", "time")).fitted(trace(0.3))
    for interval in (1.0, 10.0):
        prepared = encoder.prepare(trace(interval))
        np.testing.assert_allclose(np.diff(prepared.time_s[0]), 0.3)


def test_edge_padding_repeats_97_of_101_times_of_a_trace_sampled_every_10_s():
    prepared = EdgePadding(("ph", "time")).fitted(trace(0.3)).prepare(trace(10.0))
    assert prepared.time_s.shape == (1, 101)
    assert len(np.unique(prepared.time_s)) == 4


@pytest.mark.parametrize(
    "network",
    [StudyNetwork(2, 5, 2, width=8, n_blocks=3), LastWindow(TemporalConvolution(2, 5, 2, width=8), 29)],
    ids=["of the study", "of the base"],
)
def test_a_receptive_field_of_29_does_not_see_the_first_72_of_101_samples(network):
    assert network.receptive_field == 29
    samples = torch.randn(1, 2, 101, requires_grad=True)
    encoded = Encoded(samples, torch.ones(1, 101, dtype=torch.bool), torch.zeros(1, 5), np.array([101]))
    network(encoded).sum().backward()
    seen = samples.grad[0].abs().sum(dim=0) > 0
    assert seen.tolist() == [False] * 72 + [True] * 29


def test_an_affine_scaler_of_each_target_leaves_r2_as_it_is():
    rng = np.random.default_rng(0)
    truth = np.column_stack([rng.uniform(0.05, 1.25, 500), rng.uniform(1e-5, 5e-3, 500)])
    prediction = truth + rng.normal(size=truth.shape) * truth.std(axis=0) * 0.4
    scaler = TargetScaler().fitted(Targets(truth[:100]))
    for column in range(2):
        scaled = [scaler.scaled(Targets(values))[:, column] for values in (truth, prediction)]
        assert r2(*scaled) == pytest.approx(r2(truth[:, column], prediction[:, column]), abs=1e-12)


def test_a_negative_likelihood_loss_is_that_of_a_sharp_and_right_answer():
    sd = 0.01
    errors = stats.norm.ppf((np.arange(1000) + 0.5) / 1000) * sd
    outputs = torch.zeros(1000, 4)
    outputs[:, 2:] = 2 * np.log(sd)
    targets = torch.from_numpy(np.column_stack([errors, errors])).float()
    least = float(GaussianNll().cost(outputs, targets))
    assert least == pytest.approx(np.log(sd) + 0.5 * np.log(2 * np.pi) + 0.5, abs=0.01)
    assert least < -3
    for wider in (1.0, 2.0):  # inflating the variance raises the loss, it does not lower it
        outputs[:, 2:] = 2 * (np.log(sd) + wider)
        assert float(GaussianNll().cost(outputs, targets)) > least


def test_the_clamp_at_10_does_not_keep_the_loss_positive():
    outputs = torch.tensor([[0.0, 0.0, -12.0, -12.0]])
    targets = torch.zeros(1, 2)
    assert float(PlainNll().cost(outputs, targets)) == pytest.approx(-6.0 + 0.919, abs=1e-3)
    assert float(ClampedNll().validation_cost(outputs, targets)) == pytest.approx(-5.0 + 0.919, abs=1e-3)
