import numpy as np
import pytest

from leaderboard.pictures.looks import looks_of
from leaderboard.pictures.scores import LOWEST_R2, MOST_POINTS, draw_predicted, draw_r2
from leaderboard.predictions import Predicted
from leaderboard.tables import tables


def table_of(records):
    (table,) = tables(records)
    return table, looks_of(record.row for record in records)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def beside(ax):
    return [label.get_text() for label in ax.child_axes[0].get_yticklabels()]


def predicted_of(mean, n_cases=30):
    truth = np.column_stack([np.linspace(0.05, 1.25, n_cases), np.linspace(1e-5, 5e-3, n_cases)])
    return Predicted(np.arange(n_cases), truth, truth if mean is None else np.full_like(truth, mean))


def test_r2_picture_names_every_row_and_writes_its_number(record_of):
    records = [record_of("mean"), record_of("tcn"), record_of("gru", status="timeout")]
    table, looks = table_of(records)
    for column, ax in enumerate(draw_r2(table, looks).axes):
        name = ("E0_g_per_L", "k_d_per_s")[column]
        assert beside(ax) == ["0.000", table.lines[1].r2_text(name), "timeout"]
    left = draw_r2(table, looks).axes[0]
    assert [label.get_text() for label in left.get_yticklabels()] == ["mean, floor", "tcn", "gru"]


def test_r2_picture_keeps_its_axis_when_a_row_is_wild(record_of):
    wild = record_of("wild")
    wild.scores["k_d_per_s"]["r2"] = -1e6
    table, looks = table_of([record_of("tcn"), wild])
    _, ax = draw_r2(table, looks).axes
    assert ax.get_xlim()[0] == pytest.approx(LOWEST_R2, abs=0.1)
    assert "-1.0e+06" in beside(ax)
    arrows = [line for line in ax.lines if "leftarrow" in str(line.get_marker())]
    assert [line.get_xdata()[0] for line in arrows] == [LOWEST_R2]


def test_r2_picture_marks_every_seed(record_of):
    table, looks = table_of([record_of("tcn", seed) for seed in range(3)])
    ax = draw_r2(table, looks).axes[0]
    seeds = sorted(record.scores["E0_g_per_L"]["r2"] for record in table.lines[0].scored)
    assert any(sorted(np.atleast_1d(line.get_xdata())) == seeds for line in ax.lines)


def test_r2_picture_says_undefined_where_it_is(record_of):
    cell = record_of("tcn")
    cell.scores["k_d_per_s"]["r2"] = "undefined: the true values are all the same"
    table, looks = table_of([cell])
    assert beside(draw_r2(table, looks).axes[1]) == ["undefined"]


@pytest.mark.parametrize("n_rows", [1, 2, 6])
def test_predicted_picture_has_a_panel_a_row_and_target(record_of, n_rows):
    records = [record_of(f"row_{number}") for number in range(n_rows)]
    table, looks = table_of(records)
    predicted = {line.label: predicted_of(None) for line in table.lines}
    figure = draw_predicted(table, predicted, dict.fromkeys(predicted, 0), looks)
    titles = [ax.get_title() for ax in figure.axes if ax.get_visible()]
    assert titles == [line.label for line in table.lines] * 2


def test_predicted_picture_counts_what_lies_beyond_it(record_of):
    table, looks = table_of([record_of("tcn")])
    figure = draw_predicted(table, {"tcn": predicted_of(7.0)}, {"tcn": 0}, looks)
    for ax in figure.axes:
        assert texts(ax)[1] == "30 at the edge"
        drawn = ax.lines[1].get_ydata()
        assert len(drawn) == 30
        assert ax.get_ylim()[0] < drawn.min() <= drawn.max() < ax.get_ylim()[1]


def test_predicted_picture_says_when_it_leaves_cases_out(record_of):
    table, looks = table_of([record_of("tcn")])
    figure = draw_predicted(table, {"tcn": predicted_of(None, MOST_POINTS + 1)}, {"tcn": 3}, looks)
    assert figure.get_suptitle() == (
        "Predicted against true on in_distribution: first 1,000 of 1,001 test cases, seed 3"
    )
