import numpy as np
import pytest

from leaderboard.pictures.looks import looks_of
from leaderboard.pictures.reliability import draw_reliability
from leaderboard.predictions import Predicted
from leaderboard.tables import tables

N_CASES = 1000
LOOKS = looks_of(["tcn", "gru", "bayes"])


def predicted_of(rank):
    zeros = np.zeros((N_CASES, 2))
    return Predicted(np.arange(N_CASES), zeros, zeros, None if rank is None else np.column_stack([rank, rank]))


@pytest.fixture
def drawn(record_of):
    def build(**ranks):
        (table,) = tables([record_of(row) for row in ranks])
        return draw_reliability(table, {row: predicted_of(rank) for row, rank in ranks.items()}, LOOKS)

    return build


def coverage(ax, row):
    (line,) = [line for line in ax.lines if line.get_color() == LOOKS[row].colour]
    return line


FLAT = (np.arange(N_CASES) + 0.5) / N_CASES


def test_row_that_is_right_lies_on_the_diagonal_and_has_flat_ranks(drawn):
    for left, right in np.reshape(drawn(tcn=FLAT, bayes=FLAT).axes, (2, 2)):
        line = coverage(left, "tcn")
        assert line.get_ydata() == pytest.approx(line.get_xdata(), abs=0.002)
        assert right.patches[-1].get_data().values == pytest.approx(1.0)


def test_overconfident_row_lies_below_the_diagonal_and_has_high_ends(drawn):
    left, right = drawn(tcn=np.where(FLAT < 0.5, 0.001, 0.999), bayes=FLAT).axes[:2]
    assert coverage(left, "tcn").get_ydata()[25] == 0.0
    heights = next(patch for patch in right.patches if hasattr(patch, "get_data")).get_data().values
    assert heights[[0, -1]] == pytest.approx(5.0)
    assert heights[1:-1] == pytest.approx(0.0)


def test_only_rows_that_state_their_uncertainty_are_drawn(drawn):
    figure = drawn(tcn=FLAT, gru=None, bayes=FLAT)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["tcn", "bayes", "as stated", "95 % of chance"]


def test_ceiling_alone_is_not_drawn(drawn):
    assert drawn(tcn=None, bayes=FLAT) is None
    assert drawn(tcn=None) is None
