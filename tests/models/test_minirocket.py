from dataclasses import replace

import numpy as np
import pytest

from bench.cases import Traces
from bench.contract import Context
from bench.draw import draw_cases
from bench.metrics import scores
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models.minirocket import FEWEST, MODEL, Rocket

ACQUISITION = Acquisition(30.0, 0.3)
CONTEXT = Context(0, (ACQUISITION,), TEMPERATURE_CORRECTED)
SMALL = replace(MODEL, n_features=252)


def cases(name, n_cases, acquisition=ACQUISITION):
    return draw_cases((acquisition,), TEMPERATURE_CORRECTED, f"minirocket/{name}", n_cases)


def test_traces_are_put_on_the_training_grid_but_never_on_fewer_samples_than_a_kernel_has():
    train = cases("train", 20).traces
    np.testing.assert_allclose(Rocket.fitted(train, 84, 0).grid_s, ACQUISITION.grid_s)
    four = cases("train", 20, Acquisition(30.0, 10.0)).traces
    np.testing.assert_allclose(Rocket.fitted(four, 84, 0).grid_s, np.linspace(0, 30, FEWEST))


def test_a_shorter_trace_holds_its_last_ph_and_a_longer_one_is_cut():
    rocket = Rocket.fitted(cases("train", 50).traces, 84, 0)
    known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    shorter = Traces.of([0.0, 10.0], [[7.0, 8.0]], known)
    held = Traces.of([0.0, 10.0, 30.0], [[7.0, 8.0, 8.0]], known)
    longer = Traces.of([0.0, 10.0, 30.0, 60.0], [[7.0, 8.0, 8.0, 9.0]], known)
    expected = rocket.transform(held)
    np.testing.assert_array_equal(rocket.transform(shorter), expected)
    np.testing.assert_array_equal(rocket.transform(longer), expected)


def test_fitting_leaves_the_global_generator_of_numpy_alone():
    train = cases("train", 50)
    before = np.random.get_state()[1].copy()
    SMALL.fit(train, cases("valid", 20), CONTEXT)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.slow
def test_it_learns_the_enzyme_load_from_few_cases():
    test = cases("test", 200)
    answer = SMALL.fit(cases("train", 800), cases("valid", 200), CONTEXT).predict(test.traces)
    assert scores(test.targets.values, answer.mean)["E0_g_per_L"]["r2"] > 0.8
