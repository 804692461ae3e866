from dataclasses import replace

import pytest

from bench.contract import Context
from bench.draw import draw_cases
from bench.metrics import scores
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import gradient_boosting, ridge

ACQUISITION = Acquisition(30.0, 0.3)


CONTEXT = Context(0, (ACQUISITION,), TEMPERATURE_CORRECTED)


@pytest.fixture(scope="module")
def cases():
    return {
        part: draw_cases((ACQUISITION,), TEMPERATURE_CORRECTED, f"boosting/{part}", n_cases)
        for part, n_cases in (("train", 1_000), ("valid", 500), ("test", 500))
    }


@pytest.fixture(scope="module")
def fitted(cases):
    return gradient_boosting.MODEL.fit(cases["train"], cases["valid"], CONTEXT)


def test_trees_add_to_the_ridge_regression_that_they_start_from(cases, fitted):
    truth, traces = cases["test"].targets.values, cases["test"].traces
    start = ridge.MODEL.fit(cases["train"], cases["valid"], CONTEXT).predict(traces)
    boosted, alone = (scores(truth, prediction.mean) for prediction in (fitted.predict(traces), start))
    assert boosted["E0_g_per_L"]["rmse"] < 0.8 * alone["E0_g_per_L"]["rmse"]
    assert boosted["k_d_per_s"]["rmse"] < alone["k_d_per_s"]["rmse"]


def test_boosting_stops_when_the_validation_error_stops_falling_and_keeps_the_best_round(fitted):
    _, k_d = fitted.boosters
    assert k_d.current_iteration() == k_d.best_iteration < gradient_boosting.MODEL.max_rounds


def test_progress_is_reported_from_nothing_to_everything_for_each_target(cases):
    reports = []
    context = replace(CONTEXT, report=lambda fraction, message: reports.append((fraction, message)))
    replace(gradient_boosting.MODEL, max_rounds=4).fit(cases["valid"], cases["test"], context)
    assert [fraction for fraction, _ in reports] == [i / 8 for i in range(8)]
    assert [reports[0][1], reports[-1][1]] == ["E0_g_per_L, round 0", "k_d_per_s, round 3"]
