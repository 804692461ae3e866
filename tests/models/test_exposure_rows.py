from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.contract import Context
from bench.draw import draw_cases
from bench.metrics import scores
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import exposure, gradient_boosting_exposure, nls
from models._exposure_network import Scale
from models._exposure_predictor import ExposurePredictor
from models._exposure_readings import PLAIN, Reader
from models._least_squares import HIGH, LOW

WORLD = TEMPERATURE_CORRECTED
FINE, COARSE = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
CONTEXT = Context(0, (FINE,), WORLD)


def cases(name, n_cases, acquisition=FINE):
    return draw_cases((acquisition,), WORLD, f"exposure/{name}", n_cases)


def rmse(predictor, asked):
    truth = asked.targets.values
    return np.array([s["rmse"] for s in scores(truth, predictor.predict(asked.traces).mean).values()])


@pytest.mark.parametrize(
    "model",
    [pytest.param(exposure.MODEL, marks=[pytest.mark.slow, pytest.mark.smoke]), gradient_boosting_exposure.MODEL],
    ids=["exposure", "gradient_boosting_exposure"],
)
def test_a_row_trained_every_third_of_a_second_beats_least_squares_at_four_samples(model):
    # Few trees or epochs suffice: the fit below them does the work.
    short = replace(model, **({"epochs": 8} if hasattr(model, "epochs") else {"copies": 4, "max_rounds": 60}))
    fitted = short.fit(cases("train", 1_000), cases("valid", 200), CONTEXT)
    asked = cases("test", 500, COARSE)
    assert (rmse(fitted, asked) < rmse(nls.MODEL.fit(None, None, CONTEXT), asked)).all()


def test_no_answer_is_less_sure_than_the_prior_or_outside_it():
    traces, reader = cases("test", 3).traces, Reader(WORLD, FINE.noise_sd, PLAIN)

    def lost(features, targets, sd):
        return torch.tensor([[0.0, -9.0]] * 3), torch.full((3, 2), 1e4)

    answer = ExposurePredictor(reader, Scale.of(reader.read(traces).features), lost, threads=1).predict(traces)
    np.testing.assert_allclose(answer.mean, [[0.5 * (LOW + HIGH)[0], LOW[1]]] * 3)
    # About its middle a uniform density has this root mean square, about an end twice as much.
    np.testing.assert_allclose(answer.sd, [(HIGH - LOW) / np.sqrt(12) * [1, 2]] * 3)
