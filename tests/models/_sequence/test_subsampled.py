import numpy as np
import pytest
import torch

from bench.cases import Traces
from bench.errors import PluginError
from models._sequence.encoder import Encoder
from models._sequence.loss import BetaNll
from models._sequence.subsampled import SubsampledLabelled, SubsampledTraining, subsampled
from models._sequence.temporal_convolution import TemporalConvolution
from models._sequence.training import Labelled
from models._subsampling import Subsampling
from models.tcn_dt_subsampled import MODEL

CHANNELS = ("ph", "rise", "time", "dt")
SPARSE = Subsampling(whole=0.0)


def traces(n_cases: int = 12) -> Traces:
    ph = 7 + np.random.default_rng(1).random((n_cases, 40))
    return Traces.of(0.3 * np.arange(40), ph, np.tile([50.0, 0.25, 30.0, 7.0, 0.2], (n_cases, 1)))


def encoder() -> Encoder:
    return Encoder(CHANNELS).fitted(traces())


def labelled(kind, *settings):
    return kind(encoder().encode(traces()), torch.zeros(12, 2), *settings)


def network() -> TemporalConvolution:
    torch.manual_seed(0)
    return TemporalConvolution(4, 5, 4, width=8)


def test_sub_sampling_what_is_encoded_is_encoding_what_is_sub_sampled():
    before = subsampled(encoder().encode(traces()), CHANNELS, SPARSE, np.random.default_rng(5))
    after = encoder().encode(SPARSE.draw(traces(), np.random.default_rng(5)))
    torch.testing.assert_close(before.samples, after.samples, atol=1e-6, rtol=0)
    assert before.valid.equal(after.valid)
    assert before.lengths.tolist() == after.lengths.tolist()


def test_every_step_sees_another_sub_sampling_of_the_same_cases():
    cases = labelled(SubsampledLabelled, CHANNELS, SPARSE, np.random.default_rng(0))
    first, second = (cases.answered(network(), np.arange(12))[0] for _ in range(2))
    assert not first.equal(second)


def test_whole_traces_are_answered_as_without_sub_sampling():
    cases = labelled(SubsampledLabelled, CHANNELS, Subsampling(whole=1.0), np.random.default_rng(0))
    torch.testing.assert_close(cases.answered(network(), np.arange(12))[0], network()(cases.encoded))


def test_training_gives_the_same_weights_for_the_same_generator():
    fits = []
    for _ in range(2):
        training, fitted = SubsampledTraining(epochs=2, channels=CHANNELS), network()
        plain = labelled(Labelled)
        training.run(fitted, BetaNll(), plain, plain, np.random.default_rng(3), lambda fraction, message: None)
        fits.append(torch.cat([p.detach().flatten() for p in fitted.parameters()]))
    assert fits[0].equal(fits[1])


def test_the_channels_of_the_encoder_reach_the_training_stage_with_the_settings():
    training = MODEL.training()
    assert isinstance(training, SubsampledTraining)
    assert training.channels == MODEL.encoder().channels
    assert training.epochs == MODEL.epochs


def test_dt_without_time_is_refused():
    with pytest.raises(PluginError) as caught:
        SubsampledTraining(channels=("ph", "dt"))
    assert str(caught.value) == (
        "training 'channels': names must be with 'time' where 'dt' is, got ('ph', 'dt'). Add time."
    )
