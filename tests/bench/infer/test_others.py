from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.cases import Traces
from bench.ceiling.untold.sampling import Beaker
from bench.infer.answer import answer_of
from bench.infer.averaged import Integrated
from bench.infer.exact import shown_at
from bench.infer.told import Told
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.simulator import simulate_ph

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
TARGETS = np.array([[0.5, 1e-3]])
TIME_S = np.array([1.0, 10.0, 30.0, 60.0, 300.0, 2000.0])


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"carbonate_uM": 10.0}, {"co2_share": 0.5}, {"kla_per_s": 1e-3}])
def test_a_beaker_that_is_mixed_at_once_shows_what_is_simulated(change):
    world = replace(TEMPERATURE_CORRECTED, **change)
    drawn = np.array([[*TARGETS[0], 0.0, 0.0, 0.0, 0.01, change.get("carbonate_uM", 0.0)]])
    shown = shown_at(Beaker(KNOWN[0], Laboratory(60.0, 1.0), world), drawn, np.zeros((1, 5)), TIME_S)
    np.testing.assert_allclose(shown, simulate_ph(TIME_S, KNOWN, TARGETS, world), atol=2e-4)


@pytest.mark.slow
def test_a_forecast_in_a_slow_world_follows_its_own_curves_and_the_electrode_its_offset():
    world = replace(TEMPERATURE_CORRECTED, co2_share=0.5)
    draws = np.array([[*TARGETS[0], 0.0, 0.0, 0.0, 0.01, 0.0, 0.03, 0.0, 7.0, 30.0, 50.0]])
    sample = SimpleNamespace(beta=np.zeros((1, 5)))
    one = Integrated(draws, np.ones(1), sample, None, KNOWN[0], Laboratory(60.0, 1.0), None, world, np.zeros(1))
    exact = simulate_ph(TIME_S, KNOWN, TARGETS, world)
    np.testing.assert_allclose(one.forecast(TIME_S, 2), np.repeat(exact, 2, axis=0), atol=2e-4)
    np.testing.assert_allclose(one.forecast(TIME_S, 1, reading=True), exact + 0.03, atol=2e-4)


@pytest.mark.slow
def test_a_minute_of_slow_carbon_dioxide_is_held_by_the_average_of_all_worlds_alone():
    time_s = np.arange(0.0, 61.0)
    exact = simulate_ph(time_s, KNOWN, TARGETS, replace(TEMPERATURE_CORRECTED, co2_share=0.5))
    noise = 0.01 * np.random.default_rng(1).standard_normal(exact.shape)
    traces = Traces.of(time_s, np.round(exact + noise, 2), KNOWN)
    closed, weighed = (answer_of(traces, Told(others=others)) for others in (False, True))
    assert list(weighed.worlds) == ["pure water", "carbonate", "buffer", "slow CO2", "air"]
    assert not closed.quantile(0.05)[0] < 0.5 < closed.quantile(0.95)[0]
    assert weighed.quantile(0.05)[0] < 0.5 < weighed.quantile(0.95)[0]
    assert weighed.sampled
    assert not weighed.contradicted
