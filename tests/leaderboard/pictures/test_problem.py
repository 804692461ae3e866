from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from bench.world.quantities import E0, K_D
from bench.world.simulator import simulate_ph
from leaderboard.pictures.looks import drawing, save
from leaderboard.pictures.problem import PREFIX, REACTION_S, STREAM, Twins, draw_problem, example_twins

PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "problem.png"


@pytest.fixture(scope="module")
def twins():
    return example_twins()


def test_twins_differ_by_less_than_the_noise_on_the_prefix_and_by_far_more_at_the_end(twins):
    on_prefix = np.ptp(simulate_ph(PREFIX.grid_s, twins.known, twins.targets), axis=0)
    at_end = np.ptp(simulate_ph([REACTION_S], twins.known, twins.targets), axis=0)
    assert on_prefix.max() < PREFIX.noise_sd
    assert at_end[0] == pytest.approx(0.18, abs=0.005), "docs/problem.md says 0.18."
    assert at_end[0] > 10 * PREFIX.noise_sd


def test_the_twin_has_the_least_squares_of_all_loads(twins):
    def misfit(load):
        moved = np.array([twins.targets[0], [load, twins.targets[1, K_D]]])
        first, second = simulate_ph(PREFIX.grid_s, twins.known, moved)
        return np.sum((second - first) ** 2)

    twin_load = twins.targets[1, E0]
    assert misfit(twin_load) < min(misfit(twin_load * 0.999), misfit(twin_load * 1.001))


def test_a_reaction_is_its_own_twin():
    known, first = np.array([50.0, 0.25, 30.0, 7.0, 0.2]), np.array([0.5, 1e-3])
    twins = Twins.of(known, first, first[K_D])
    np.testing.assert_allclose(twins.targets[1], first, rtol=1e-4)


def test_names_are_those_of_the_parameters(twins):
    assert twins.names[0] == "$E_0$ = 0.100 g/L, $k_d$ = 0.500 × 10⁻³ s⁻¹"


def test_the_stream_is_none_that_a_run_draws_from():
    assert not STREAM.startswith(("test", "train", "valid"))


def test_the_picture_of_the_documents_is_what_is_drawn(twins, tmp_path):
    with drawing():
        drawn = imread(save(draw_problem(twins), tmp_path / "problem.png"))
    kept = imread(PICTURE)
    assert kept.shape == drawn.shape
    assert np.abs(kept - drawn).mean() < 1e-3, "Run `python run_bench.py documents`."
