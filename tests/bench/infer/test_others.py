from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.cases import Traces
from bench.infer.answer import answer_of
from bench.infer.others import OTHERS, OtherPosterior, shown_at
from bench.infer.told import Told
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.simulator import simulate_ph

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
TARGETS = np.array([[0.5, 1e-3]])
TIME_S = np.array([1.0, 10.0, 30.0, 60.0, 300.0, 2000.0])
MINUTE_S = np.arange(0.0, 61.0, 2.0)


def minute_of(**change):
    exact = simulate_ph(MINUTE_S, KNOWN, TARGETS, replace(TEMPERATURE_CORRECTED, **change))
    noise = 0.01 * np.random.default_rng(1).standard_normal(exact.shape)
    return Traces.of(MINUTE_S, np.round(exact + noise, 2), KNOWN)


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"carbonate_uM": 10.0}, {"co2_share": 0.5}, {"kla_per_s": 1e-3}])
def test_a_beaker_that_is_mixed_at_once_shows_what_is_simulated(change):
    world = replace(TEMPERATURE_CORRECTED, **change)
    shown = shown_at(KNOWN, world, np.array([[*TARGETS[0], 0.0, 0.0, 0.0]]), TIME_S)
    np.testing.assert_allclose(shown, simulate_ph(TIME_S, KNOWN, TARGETS, world), atol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("other", OTHERS[2:], ids=lambda other: other.short)
def test_a_forecast_follows_the_curves_of_its_own_amount_and_the_electrode_its_offset(other):
    amount = 0.5 * other.ends[1]
    draws = np.array([[*TARGETS[0], 0.0, 0.0, 0.0, 0.01, amount, 0.03, 0.0, 7.0, 30.0, 50.0]])
    sample = SimpleNamespace(beta=np.zeros((1, 5)))
    laboratory = Laboratory(60.0, 1.0)
    one = OtherPosterior(draws, np.ones(1), sample, None, KNOWN[0], laboratory, None, TEMPERATURE_CORRECTED, other)
    exact = simulate_ph(TIME_S, KNOWN, TARGETS, other.world_of(TEMPERATURE_CORRECTED, amount))
    np.testing.assert_allclose(one.forecast(TIME_S, 2), np.repeat(exact, 2, axis=0), atol=2e-4)
    np.testing.assert_allclose(one.forecast(TIME_S, 1, reading=True), exact + 0.03, atol=2e-4)


@pytest.mark.slow
def test_a_minute_of_slow_carbon_dioxide_is_held_unless_it_is_said_that_there_is_none():
    traces = minute_of(co2_share=0.5)
    told = Told(weighed=("water", "carbonate", "buffer"))
    closed, weighed = answer_of(traces, told), answer_of(traces)
    assert list(closed.worlds) == ["pure water", "carbonate", "buffer"]
    assert list(weighed.worlds) == ["pure water", "carbonate", "buffer", "ammonium", "slow CO2", "air"]
    assert not closed.quantile(0.05)[0] < 0.5 < closed.quantile(0.95)[0]
    assert weighed.quantile(0.05)[0] < 0.5 < weighed.quantile(0.95)[0]
    assert weighed.share["slow CO2"] > 0.5
    assert weighed.sampled
    assert not weighed.contradicted


@pytest.mark.parametrize(("size", "tail", "ok"), [(120.0, 0.5, True), (80.0, 0.5, False), (120.0, 0.9, False)])
def test_a_posterior_of_few_draws_or_a_heavy_tail_is_not_trusted(size, tail, ok):
    sample = SimpleNamespace(effective_size=size, pareto_k=tail)
    one = OtherPosterior(None, None, sample, None, KNOWN[0], None, None, TEMPERATURE_CORRECTED, OTHERS[0])
    assert one.ok is ok
