import dataclasses
import importlib
import pickle

import numpy as np
import pytest
import torch

from bench.cases import Cases
from bench.contract import Context
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import INITIAL_PH
from models._sequence.encoder import Encoder
from models._sequence.loss import GaussianNll
from models._sequence.network import SequenceNetwork
from models._sequence.pipeline import SequenceModel
from models._sequence.temporal_convolution import TemporalConvolution

ROWS = ("gru", "inception_time", "tcn", "tcn_dt")
RAGGED = (Acquisition(30.0, 3.0), Acquisition(30.0, 10.0))
FAST = {"epochs": 2, "min_epoch_steps": 2, "batch_size": 8}


def ragged_cases(n: int = 24) -> Cases:
    return draw_cases(RAGGED, TEMPERATURE_CORRECTED, "sequence-tests", n)


def context(seed: int = 0) -> Context:
    return Context(seed, RAGGED, TEMPERATURE_CORRECTED)


def row(name: str) -> SequenceModel:
    return dataclasses.replace(importlib.import_module(f"models.{name}").MODEL, **FAST)


@pytest.fixture(scope="module", params=ROWS)
def fitted(request):
    cases = ragged_cases()
    return cases, row(request.param).fit(cases, cases, context())


@pytest.mark.parametrize("name", ROWS)
def test_the_same_seed_gives_the_same_answer_and_another_seed_another(name):
    cases = ragged_cases()
    before = torch.get_rng_state()
    first, same, other = (row(name).fit(cases, cases, context(seed)).predict(cases.traces).mean for seed in (0, 0, 1))
    assert (first == same).all()
    assert (first != other).any()
    assert (torch.get_rng_state() == before).all()


def test_a_batch_of_mixed_lengths_answers_as_one_at_a_time(fitted):
    cases, predictor = fitted
    together = predictor.predict(cases.traces).mean
    alone = np.concatenate([predictor.predict(cases.traces.take(slice(i, i + 1))).mean for i in range(24)])
    assert (np.abs(together - alone) / predictor.scaler.scale < 1e-5).all()


def test_a_fitted_model_survives_pickling(fitted):
    cases, predictor = fitted
    copy = pickle.loads(pickle.dumps(predictor))
    assert (copy.predict(cases.traces).mean == predictor.predict(cases.traces).mean).all()
    assert copy.history == predictor.history
    assert len(copy.history) == 2


def test_traces_of_lengths_never_trained_on_are_answered(fitted):
    _, predictor = fitted
    for acquisition in (Acquisition(60.0, 0.3), Acquisition(10.0, 10.0), Acquisition(30.0, 0.3, 0.01, 0.1, 0.3)):
        cases = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "sequence-tests", 3)
        assert np.isfinite(predictor.predict(cases.traces).mean).all()


def test_no_traces_get_no_answers(fitted):
    cases, predictor = fitted
    assert predictor.predict(cases.traces.take(slice(0, 0))).mean.shape == (0, 2)


def test_answers_depend_on_initial_ph_and_on_time(fitted):
    cases, predictor = fitted
    plain = predictor.predict(cases.traces).mean
    known = cases.traces.known.copy()
    known[:, INITIAL_PH] += 0.2
    moved = dataclasses.replace(cases.traces, known=known)
    slower = dataclasses.replace(cases.traces, time_s=3 * cases.traces.time_s)
    assert (predictor.predict(moved).mean != plain).all()
    assert (predictor.predict(slower).mean != plain).all()


@pytest.mark.parametrize("name", ["tcn", "tcn_dt"])
def test_receptive_field_covers_the_longest_trace(name):
    longest = Acquisition(60.0, 0.3).n_samples
    network = importlib.import_module(f"models.{name}").MODEL.network(3, 5, 2)
    assert longest == 201
    assert network.receptive_field >= longest


def test_tcn_and_tcn_dt_differ_in_the_dt_channel_alone():
    without, with_dt = (importlib.import_module(f"models.{name}").MODEL for name in ("tcn", "tcn_dt"))
    assert dataclasses.asdict(without) == dataclasses.asdict(with_dt)
    assert (*without.encoder().channels, "dt") == with_dt.encoder().channels


def test_one_stage_can_be_replaced_by_overriding_one_method():
    class OnlyPh(Encoder):
        def known(self, traces):
            return traces.known[:, :0]

    @dataclasses.dataclass(frozen=True)
    class Uncertain(SequenceModel):
        gives_sd = True

        def encoder(self):
            return OnlyPh(("ph",))

        def loss(self):
            return GaussianNll()

        def network(self, n_channels, n_known, n_outputs) -> SequenceNetwork:
            assert (n_channels, n_known, n_outputs) == (1, 0, 4)
            return TemporalConvolution(n_channels, n_known, n_outputs, width=8)

    cases = ragged_cases()
    prediction = Uncertain(**FAST).fit(cases, cases, context()).predict(cases.traces)
    assert prediction.mean.shape == prediction.sd.shape == (24, 2)
    assert (prediction.sd > 0).all()
