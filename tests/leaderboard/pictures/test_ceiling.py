from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from bench.world.acquisition import Acquisition
from leaderboard.pictures.ceiling import INTERVALS_S, PREFIXES_S, STREAM, Known, draw_ceiling
from leaderboard.pictures.looks import drawing, save

PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "ceiling.png"


@pytest.fixture(scope="module")
def sparse_and_dense():
    return Known.of(Acquisition(30.0, 10.0), 200), Known.of(Acquisition(60.0, 0.3), 200)


def test_the_same_parameters_are_measured_in_every_acquisition(sparse_and_dense):
    sparse, dense = sparse_and_dense
    np.testing.assert_array_equal(sparse.truth, dense.truth)


def test_more_and_longer_samples_say_more_of_k_d(sparse_and_dense):
    sparse, dense = (known.implied_r2 for known in sparse_and_dense)
    assert 0 <= sparse[1] < 0.2 < 0.8 < dense[1] < 1
    assert 0.99 < sparse[0] < dense[0] < 1


def test_the_spread_of_the_best_answers_agrees_with_what_the_posterior_says_of_itself(sparse_and_dense):
    for known in sparse_and_dense:
        z = (known.mean - known.truth) / known.sd
        assert 0.8 < np.sqrt(np.mean(z**2)) < 1.2


def test_every_interval_has_its_curve_in_both_panels_and_starts_where_it_has_two_samples():
    with drawing():
        figure = draw_ceiling(n_cases=10)
    for ax in figure.axes[-2:]:
        curves = [line for line in ax.lines if len(line.get_xdata()) == len(PREFIXES_S)]
        assert len(curves) == len(INTERVALS_S)
        assert all(list(line.get_xdata()) == list(PREFIXES_S) for line in curves)


def test_the_stream_is_none_that_a_run_draws_from():
    assert not STREAM.startswith(("test", "train", "valid"))


@pytest.mark.slow
def test_the_picture_of_the_documents_is_what_is_drawn(tmp_path):
    with drawing():
        drawn = imread(save(draw_ceiling(), tmp_path / "ceiling.png"))
    kept = imread(PICTURE)
    assert kept.shape == drawn.shape
    assert np.abs(kept - drawn).mean() < 1e-3, "Run `python run_bench.py documents`."
