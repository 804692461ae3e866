import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.seeding import Stream, stream_seed


def draws(name, numbers, size=4):
    return [generator.random(size).tolist() for generator in Stream(name).cases(numbers)]


@given(n_few=st.integers(0, 20), n_many=st.integers(20, 40))
def test_first_cases_do_not_depend_on_how_many_are_drawn(n_few, n_many):
    assert draws("tests", range(n_few)) == draws("tests", range(n_many))[:n_few]


@given(order=st.permutations(range(12)))
def test_cases_do_not_depend_on_the_order_in_which_they_are_drawn(order):
    in_turn = draws("tests", range(12))
    assert draws("tests", order) == [in_turn[case] for case in order]


def test_first_draws_of_a_case_do_not_depend_on_how_many_follow():
    few, many = draws("tests", range(5), 3), draws("tests", range(5), 1000)
    assert [row[:3] for row in many] == few


def test_streams_are_pinned_so_that_no_case_changes_in_silence():
    assert draws("test/noise", [0, 1, 7], 2) == [
        [0.1391211001563213, 0.9016924228026064],
        [0.7859391544980047, 0.3488539941241233],
        [0.43800617184368307, 0.9068662465066918],
    ]
    assert Stream("train/0/parameters").generator(3).standard_normal() == -1.069138710730634
    assert stream_seed("weights/0") == 103216569


def test_streams_of_different_names_and_cases_never_meet():
    names = [f"{split}/{what}" for split in ("train/0", "train/1", "valid/0", "test") for what in ("noise", "times")]
    first = [row[0] for name in names for row in draws(name, range(500), 1)]
    assert len(set(first)) == len(first) == 4000


def test_neighbouring_cases_and_streams_are_uncorrelated():
    one, other = (np.array(draws(name, range(2000), 1))[:, 0] for name in ("train/0/noise", "train/1/noise"))
    bound = 4 / np.sqrt(2000)
    assert abs(np.corrcoef(one, other)[0, 1]) < bound
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < bound


def test_a_generator_begins_afresh_every_time():
    stream = Stream("tests")
    assert stream.generator(3).random() == stream.generator(3).random()


@pytest.mark.parametrize("name", ["", "weights/0", "weights/1", "a" * 1000])
def test_integer_seed_fits_in_31_bits_and_repeats(name):
    assert 0 <= stream_seed(name) < 2**31
    assert stream_seed(name) == stream_seed(name)


def test_integer_seeds_of_different_names_differ():
    assert len({stream_seed(f"weights/{seed}") for seed in range(100)}) == 100
