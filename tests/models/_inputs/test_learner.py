import numpy as np
import pytest

from bench.contract import Context
from bench.draw import draw_cases
from bench.errors import BenchError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models._inputs.learner import INPUTS, LEARNERS, Learner

TRAIN = (Acquisition(30.0, 1.0),)
CONTEXT = Context(0, TRAIN, TEMPERATURE_CORRECTED)


@pytest.fixture(scope="module")
def cases():
    return draw_cases(TRAIN, TEMPERATURE_CORRECTED, "learner-tests", 120)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # of so few cases a network has not learnt all in time
@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("learner", LEARNERS)
def test_every_learner_answers_on_every_input_the_same_for_one_seed(cases, learner, inputs):
    model = Learner(learner, inputs, fewest=4, copies=1)
    first, again = (model.fit(cases, cases, CONTEXT).predict(cases.traces).mean for _ in range(2))
    assert first.shape == (120, 2)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, again)


def test_without_sub_samplings_it_sees_whole_traces_once(cases, monkeypatch):
    seen = []
    monkeypatch.setattr("models._inputs.learner.features", lambda traces: seen.append(traces) or traces.ph)
    Learner("linear", "time", fewest=0).fit(cases, cases, CONTEXT)
    assert len(seen) == 1
    assert seen[0] is cases.traces


def test_sub_samplings_have_no_fewer_samples_than_asked_for(cases, monkeypatch):
    seen = []
    monkeypatch.setattr("models._inputs.learner.features", lambda t: seen.append(t.lengths) or t.known)
    Learner("linear", "time", fewest=16, copies=3).fit(cases, cases, CONTEXT)
    assert [len(lengths) for lengths in seen] == [120] * 3
    assert min(map(min, seen)) == 16


def test_a_learner_that_does_not_exist_is_one_sentence():
    with pytest.raises(BenchError) as caught:
        Learner(learner="forest")
    assert str(caught.value).startswith("learner 'forest': name must be one of ")
