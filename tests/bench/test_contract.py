import dataclasses
import pickle

import numpy as np
import pytest

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.errors import PluginError
from bench.task import PRESETS, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

PLAIN = Acquisition(30.0, 0.3)


@dataclasses.dataclass(frozen=True)
class Constant(Predictor):
    value: float

    def predict(self, traces: Traces) -> Prediction:
        return Prediction(np.full((traces.n_cases, 2), self.value))


@dataclasses.dataclass(frozen=True)
class Guess(Model):
    value: float = 0.5

    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        return Constant(self.value)


def test_prediction_in_another_order_is_refused_with_both_orders():
    with pytest.raises(PluginError) as error:
        Prediction(np.zeros((3, 2)), targets=("k_d_per_s", "E0_g_per_L"))
    assert str(error.value) == (
        "prediction 'targets': order must be ('E0_g_per_L', 'k_d_per_s'), got ('k_d_per_s', 'E0_g_per_L'). "
        "Reorder the columns."
    )


@pytest.mark.parametrize("shape", [(2,), (3, 1), (3, 2, 1)])
@pytest.mark.parametrize("field", ["mean", "sd"])
def test_prediction_of_another_shape_is_refused(field, shape):
    with pytest.raises(PluginError) as error:
        Prediction(**{"mean": np.zeros((3, 2)), field: np.zeros(shape)})
    assert str(error.value) == (
        f"prediction '{field}': shape must be (case, 2), got {shape}. Give both targets, one row a case."
    )


def test_prediction_may_do_without_standard_deviations():
    assert Prediction(np.zeros((3, 2))).sd is None


def test_generator_of_a_context_repeats_and_follows_its_seed():
    contexts = [Context(seed, (PLAIN,), TEMPERATURE_CORRECTED) for seed in (0, 0, 1)]
    first, again, other = (context.generator().random(3).tolist() for context in contexts)
    assert first == again != other
    assert contexts[0].generator().random(3).tolist() == first


def test_context_does_not_show_the_test():
    names = [field.name for field in dataclasses.fields(Context)]
    assert names == ["seed", "acquisitions", "world", "device", "threads", "report", "time_s", "memory_mb"]


def test_progress_may_be_reported_to_nobody():
    assert Context(0, (PLAIN,), TEMPERATURE_CORRECTED).report(0.5, "half") is None


@pytest.mark.parametrize("abstract", [Model, Predictor])
def test_model_and_predictor_are_abstract(abstract):
    with pytest.raises(TypeError, match="abstract method"):
        abstract()


def test_model_is_fitted_into_a_new_object_and_can_by_default_do_everything():
    model = Guess(0.25)
    known = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
    predictor = model.fit(None, None, Context(0, (PLAIN,), TEMPERATURE_CORRECTED))
    assert model == Guess(0.25)
    assert predictor.predict(Traces.of([0.0], [[7.0]], known)).mean.tolist() == [[0.25, 0.25]]
    assert model.cannot(Task("plain", "", (PLAIN,), PLAIN), PRESETS["quick"]) is None


def test_predictor_survives_pickling():
    predictor = Constant(0.25)
    assert pickle.loads(pickle.dumps(predictor)) == predictor
    assert (predictor.n_parameters, predictor.simulator_calls, predictor.history) == (None, 0, ())


def test_prediction_may_hold_samples_and_has_their_standard_deviations():
    samples = np.random.default_rng(0).standard_normal((3, 100, 2))
    prediction = Prediction(samples.mean(axis=1), samples=samples)
    np.testing.assert_array_equal(prediction.sd, samples.std(axis=1))
    assert Prediction(np.zeros((3, 2)), np.ones((3, 2)), samples=samples).sd.max() == 1.0


@pytest.mark.parametrize("shape", [(3, 100), (3, 99, 2), (3, 1001, 2), (3, 100, 1)])
def test_samples_of_another_shape_or_number_are_refused(shape):
    with pytest.raises(PluginError) as error:
        Prediction(np.zeros((3, 2)), samples=np.zeros(shape))
    assert str(error.value) == (
        f"prediction 'samples': shape must be (case, draw, 2) with 100 to 1,000 draws, got {shape}. "
        "Give equal draws of both targets, as many for every case."
    )
