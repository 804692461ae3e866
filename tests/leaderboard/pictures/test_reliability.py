import numpy as np
import pytest

from leaderboard.pictures.reliability import LEVELS, N_BINS, draw_reliability
from leaderboard.predictions import Predicted
from leaderboard.tables import tables

N_CASES = 1000


def predicted_of(rank):
    zeros = np.zeros((N_CASES, 2))
    return Predicted(np.arange(N_CASES), zeros, zeros, None if rank is None else np.column_stack([rank, rank]))


@pytest.fixture
def drawn(record_of):
    def build(**ranks):
        (table,) = tables([record_of(row) for row in ranks])
        return draw_reliability(table, {row: predicted_of(rank) for row, rank in ranks.items()})

    return build


FLAT = (np.arange(N_CASES) + 0.5) / N_CASES


def numbers(ax, place):
    """Numbers in the line of one row."""
    texts = [float(text.get_text()) for text in ax.texts]
    n_columns = ax.collections[0].get_array().shape[1]
    return texts[place * n_columns : (place + 1) * n_columns]


def test_row_that_is_right_has_the_stated_shares_and_flat_ranks(drawn):
    for left, right in np.reshape(drawn(tcn=FLAT, bayes=FLAT).axes, (2, 2)):
        assert numbers(left, 0) == pytest.approx(LEVELS)
        assert numbers(right, 0) == [1.0] * N_BINS
        assert np.abs(left.collections[0].get_array()).max() < 0.002
        assert np.abs(right.collections[0].get_array()).max() == 0.0


def test_overconfident_row_holds_fewer_cases_than_stated_and_has_high_ends(drawn):
    left, right = drawn(tcn=np.where(FLAT < 0.5, 0.001, 0.999), bayes=FLAT).axes[:2]
    assert numbers(left, 0) == [0.0] * len(LEVELS)
    assert left.collections[0].get_array()[0].max() < 0
    assert numbers(right, 0) == [5.0, *[0.0] * (N_BINS - 2), 5.0]


def test_chance_is_said_for_the_number_of_cases(drawn):
    assert "± 0.03 at 0.5, and ± 0.18 of a density" in drawn(tcn=FLAT).get_supxlabel()


def test_only_rows_that_state_their_uncertainty_are_drawn(drawn):
    figure = drawn(tcn=FLAT, gru=None, bayes=FLAT)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["tcn", "bayes"]


def test_ceiling_alone_is_not_drawn(drawn):
    assert drawn(tcn=None, bayes=FLAT) is None
    assert drawn(tcn=None) is None
