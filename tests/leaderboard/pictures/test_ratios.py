from dataclasses import replace

import pandas as pd

from leaderboard.pictures.looks import looks_of
from leaderboard.pictures.ratios import WORST, draw_intervals, draw_ratio_map
from leaderboard.tables import tables
from leaderboard.wording import SHOWN, ratio_text

TASKS = ("in_distribution", "shift_1s")


def labels(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def numbers(ax):
    return [text.get_text() for text in ax.texts]


def test_core_tasks_come_first_and_the_rows_as_asked(beside_ceiling):
    task_tables = tables(beside_ceiling({"gru": 0.1, "tcn": 0.04}, TASKS))
    figure = draw_ratio_map(task_tables, ["shift_1s"], ["tcn"])
    for ax in figure.axes:
        assert labels(ax.yaxis) == ["tcn", "gru"]
        assert [line.get_xdata()[0] for line in ax.lines] == [1]
    assert labels(figure.axes[-1].xaxis) == ["shift_1s", "in_distribution"]


def test_rows_that_nobody_ordered_stand_by_their_ratios(beside_ceiling):
    figure = draw_ratio_map(tables(beside_ceiling({"gru": 0.1, "tcn": 0.04}, TASKS)), TASKS)
    assert labels(figure.axes[0].yaxis) == ["tcn", "gru"]


def test_a_cell_says_its_ratio_and_the_colour_ends_before_a_wild_one(beside_ceiling):
    task_tables = tables(beside_ceiling({"gru": 0.04, "tcn": 4e4}, TASKS))
    gru = next(line for line in task_tables[0].lines if line.row == "gru")
    for ax, shown in zip(draw_ratio_map(task_tables, TASKS).axes, SHOWN, strict=True):
        assert numbers(ax) == [ratio_text(gru.ratio(shown.name).mean)] * 2 + ["2e06"] * 2
        assert ax.collections[0].get_array().max() == WORST


def test_a_cell_without_a_score_is_empty_and_explained(beside_ceiling):
    records = beside_ceiling({"gru": 0.04, "tcn": 0.1}, TASKS)
    some = [replace(r, status="failed", scores={}) if (r.row, r.task) == ("tcn", "shift_1s") else r for r in records]
    figure = draw_ratio_map(tables(some), TASKS)
    assert all(len(numbers(ax)) == 3 for ax in figure.axes)
    assert figure.axes[-1].get_title(loc="right") == "grey: no score"


def test_without_a_score_there_is_no_picture(beside_ceiling):
    assert draw_ratio_map(tables(beside_ceiling({}, TASKS)), TASKS) is None


def scores_of(prefix_s, intervals):
    cells = [
        (prefix_s, interval, row, target, 0.9 / interval, 0.8 / interval, 1.0 / interval)
        for interval in intervals
        for row in ("bayes", "tcn")
        for target in ("E0_g_per_L", "k_d_per_s")
    ]
    return pd.DataFrame(cells, columns=["prefix_s", "interval_s", "row", "target", "r2", "low", "high"])


def test_the_prefix_with_most_intervals_is_drawn_a_curve_a_row():
    scores = pd.concat([scores_of(30.0, (10.0, 1.0, 3.0, 15.0)), scores_of(60.0, (1.0, 3.0, 10.0))])
    figure = draw_intervals(scores, looks_of(["tcn"]))
    assert "30 s" in figure.get_suptitle()
    for ax in figure.axes:
        assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "3", "10", "15"]
        curves = {container.get_label(): container.lines[0] for container in ax.containers}
        assert set(curves) == {"bayes", "tcn"}
        assert curves["tcn"].get_xdata().tolist() == [1.0, 3.0, 10.0, 15.0]


def test_no_curves_are_no_picture():
    assert draw_intervals(scores_of(30.0, ()), {}) is None
