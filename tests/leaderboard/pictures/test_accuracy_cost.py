from dataclasses import replace

import numpy as np
import pytest

from leaderboard.comparison.overview import Overview
from leaderboard.comparison.standing import Placed, Standing
from leaderboard.families import Declared
from leaderboard.pictures.accuracy_cost import draw_accuracy_cost, predict_costs
from leaderboard.pictures.looks import looks_of
from leaderboard.tables import tables

DECLARED = {"gru": Declared("", "learned", "one"), "mean": Declared("", "baseline", "none")}
LOOKS = looks_of(["gru", "tcn", "mean"], DECLARED)
TASKS = ("in_distribution", "shift_1s")


def overview_of(rows):
    placed = tuple(Placed(row, ratio, 0.9 * ratio, 1.2 * ratio, None) for row, ratio in rows.items())
    standing = Standing(placed, np.zeros((len(placed),) * 2, dtype=bool), 1)
    return Overview("quick", {}, TASKS, (0,), (standing,) * 2, ())


@pytest.fixture
def tables_of(beside_ceiling):
    def build(cpu_s, **changes):
        cells = beside_ceiling(dict.fromkeys(cpu_s, 0.1), TASKS, n_seeds=1, **changes)
        return tables([replace(cell, predict_cpu_s=cpu_s.get(cell.row)) for cell in cells])

    return build


def test_costs_are_microseconds_of_one_core_a_case(tables_of):
    costs = predict_costs(tables_of({"gru": 0.004}))
    assert costs["gru"] == pytest.approx(100.0)  # 4 ms for 40 cases


def test_wall_time_stands_in_where_cpu_time_was_not_measured(tables_of):
    assert predict_costs(tables_of({"gru": None}, predict_s=0.02))["gru"] == pytest.approx(500.0)


def test_cost_that_is_missing_on_a_task_is_not_guessed(tables_of):
    both, one = tables_of({"gru": 0.004}), tables_of({"tcn": 0.004})
    assert "tcn" not in predict_costs([*both, one[0]])


def test_every_row_is_a_mark_between_ceiling_and_floor(tables_of):
    rows = {"gru": 1.5, "tcn": 3.0, "mean": 40.0}
    figure = draw_accuracy_cost(overview_of(rows), tables_of({"gru": 0.004, "tcn": 0.4, "mean": 4e-5}), LOOKS)
    for ax in figure.axes:
        marks = [line for line in ax.lines if line.get_marker() in ("^", "v", "X")]
        assert [line.get_marker() for line in marks] == ["^", "v", "X"]
        assert [line.get_xdata()[0] for line in marks] == pytest.approx([1e-4, 1e-2, 1e-6])
        assert [line.get_ydata()[0] for line in marks] == [1.5, 3.0, 40.0]
        assert [text.get_text() for text in ax.texts] == [
            "ceiling: the exact posterior mean",
            "floor: the training mean, 40.0",
            "gru",
            "tcn",
            "mean",
            "bayes",
        ]
        low, high = ax.get_ylim()
        assert low < 1.0 < 48.0 < high


def test_rows_without_a_cost_are_not_drawn(tables_of):
    assert draw_accuracy_cost(overview_of({"gru": 1.5}), [], LOOKS) is None
