import numpy as np
import pytest

from leaderboard.comparison.nulls import NULLS, SEEDS, measure


@pytest.mark.parametrize("null", NULLS, ids=lambda null: null.name)
def test_seeds_move_rows_about_the_middle_of_their_fits(null):
    moved = null.effect(np.random.default_rng(0), (8, 20_000))
    assert moved.shape == (8, 20_000)
    below, above = np.mean(moved < -null.heaps, axis=1), np.mean(moved > null.heaps, axis=1)
    assert (np.maximum(below, above) <= 0.52).all()


def test_equal_rows_are_told_apart_by_few_and_never_as_methods():
    three, five = measure(NULLS[1], 2, seed=1)
    assert (three.n_seeds, five.n_seeds) == SEEDS
    assert three.shares == (three.pairs, three.families, three.of_methods, three.covered)
    assert max(three.pairs, five.pairs) < 0.03
    assert max(three.of_methods, five.of_methods) == 0
    assert min(three.covered, five.covered) > 0.9
