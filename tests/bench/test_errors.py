import pytest

from bench.errors import BenchError, DomainError, PluginError, unknown


def test_unknown_name_lists_those_that_exist_and_the_closest():
    error = unknown("task", "shift_10", ["shift_1s", "in_distribution", "shift_10s"])
    assert str(error) == (
        "task 'shift_10': name must be one of in_distribution, shift_10s, shift_1s, got 'shift_10'. "
        "Did you mean 'shift_10s'?"
    )
    assert type(error) is BenchError


def test_unknown_name_that_resembles_none_points_to_the_list():
    assert str(unknown("model", "xyz", ["gru", "ridge"])) == (
        "model 'xyz': name must be one of gru, ridge, got 'xyz'. Run with --list to see what each one is."
    )


@pytest.mark.parametrize("error", [DomainError, PluginError])
def test_every_error_of_the_suite_can_be_caught_as_one(error):
    assert issubclass(error, BenchError)


def test_domain_error_is_a_value_error():
    assert issubclass(DomainError, ValueError)
