import pytest

from bench.errors import BenchError
from bench.timing import Figure, cpu_seconds, n_cores, turns, usual_ratio


def test_the_ratio_is_that_of_the_peer_to_ours():
    assert Figure("fit", "a fit", 2.0, "us", "a loop", 9.0).ratio == 4.5
    assert Figure("fit", "a fit", 2.0, "us", "a loop").ratio is None


@pytest.mark.parametrize(
    ("aims", "met"),
    [
        ({}, None),
        ({"least_ratio": 4.0}, True),
        ({"least_ratio": 5.0}, False),
        ({"most": 2.0, "least_ratio": 4.0}, True),
        ({"most": 1.9, "least_ratio": 4.0}, False),
        ({"least": 2.0}, True),
        ({"least": 2.1}, False),
    ],
)
def test_every_aim_must_be_met(aims, met):
    assert Figure("fit", "a fit", 2.0, "us", "a loop", 9.0, **aims).met is met


def test_an_aim_without_a_number_is_neither_met_nor_missed():
    assert Figure("fit", "a fit", 2.0, "us", "a loop", None, least_ratio=4.0).met is None
    assert Figure("gpu", "an epoch", None, "s", most=1.0).met is None


def test_a_cost_of_nothing_is_refused():
    with pytest.raises(BenchError) as error:
        Figure("fit", "a fit", 0.0, "us")
    assert str(error.value) == "figure 'a fit': value must be above 0, got 0.0. Measure more work at a time."


def test_works_take_turns_after_one_call_each_that_is_not_counted():
    calls = []
    clock = iter(range(100))
    spent = turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2, lambda: float(next(clock)))
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert spent == {"a": [1.0, 1.0], "b": [1.0, 1.0]}


def test_a_cost_is_processor_seconds():
    assert cpu_seconds(lambda: sum(range(400_000))) > 0


def test_the_usual_ratio_is_not_moved_by_one_slow_round():
    assert usual_ratio({"a": [2.0, 2.0, 50.0], "b": [1.0, 1.0, 1.0]}, "a", "b") == 2.0


def test_there_is_at_least_one_core():
    assert n_cores() >= 1
