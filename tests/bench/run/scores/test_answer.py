import numpy as np
import pytest

from bench.contract import Predictor
from bench.errors import PluginError
from bench.run.scores.answer import check_predictor, history_of


class Fitted(Predictor):
    def predict(self, traces):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("n_parameters", 10**400, "count must be a whole number of at most 1e+15, got one of 1329 bits."),
        ("trials", 2.5, "count must be a whole number of at most 1e+15, got 2.5."),
        ("simulator_calls", None, "count must be a whole number of at most 1e+15, got None."),
        ("pretrained_on", "x" * 300, f"text must have at most 200 letters, got '{'x' * 39}. Shorten it."),
        (
            "history",
            ({"loss": "low"},),
            "every epoch must be a dictionary of numbers, got: could not convert string to float: 'low'.",
        ),
        (
            "history",
            (1.0,),
            "every epoch must be a dictionary of numbers, got: 'float' object has no attribute 'items'.",
        ),
    ],
)
def test_what_a_record_cannot_hold_of_a_fit_is_refused(name, value, message):
    fitted = Fitted()
    setattr(fitted, name, value)
    with pytest.raises(PluginError) as caught:
        check_predictor(fitted)
    assert str(caught.value).removesuffix(" Mend fit.") == f"predictor '{name}': {message}"


def test_numbers_of_numpy_are_counts_and_losses():
    fitted = Fitted()
    fitted.n_parameters, fitted.history = np.int64(3), ({"loss": np.float32(0.5)},)
    assert check_predictor(fitted) is fitted
    assert history_of(fitted) == [{"loss": 0.5}]
