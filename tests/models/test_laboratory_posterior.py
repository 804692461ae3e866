from dataclasses import replace

import numpy as np
import pytest

from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import BENCHMARK
from bench.contract import Context
from bench.draw import draw_cases
from bench.task import PRESETS, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from models.laboratory_posterior import MODEL

IDEAL, OWN = Acquisition(30.0, 10.0), Laboratory(30.0, 10.0, offset_sd=0.1)
WATER = replace(MODEL, least_carbonate_uM=3.0, most_carbonate_uM=300.0)


def fitted(model, acquisition):
    cases = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "laboratory posterior", 1)
    return model.fit(cases, cases, Context(0, (acquisition,), TEMPERATURE_CORRECTED)), cases.traces


@pytest.mark.parametrize(
    ("model", "acquisition", "laboratory"),
    [
        (MODEL, IDEAL, Laboratory(30.0, 10.0)),
        (MODEL, OWN, OWN),
        (WATER, IDEAL, Laboratory(30.0, 10.0, least_carbonate_uM=3.0, most_carbonate_uM=300.0)),
    ],
)
def test_it_takes_traces_for_those_of_a_laboratory_and_of_its_own_where_it_has_one(model, acquisition, laboratory):
    assert fitted(model, acquisition)[0].laboratory == laboratory


def test_it_answers_the_untold_posterior_within_the_box():
    predictor, traces = fitted(MODEL, OWN)
    answer = predictor.predict(traces)
    posterior = next(untold_posteriors(traces, OWN, BENCHMARK))
    assert np.array_equal(answer.mean, [posterior.mean])
    assert np.array_equal(answer.sd, [posterior.sd])


def test_it_declines_a_world_that_it_has_no_curve_of():
    air = Task("a", "", (IDEAL,), IDEAL, train_world=replace(TEMPERATURE_CORRECTED, name="air", kla_per_s=1e-3))
    assert MODEL.cannot(air, PRESETS["quick"]) == "the posterior needs a progress curve, which air does not have"
    assert MODEL.cannot(replace(air, train_world=TEMPERATURE_CORRECTED), PRESETS["quick"]) is None
