import pandas as pd

from leaderboard.pictures.intervals import draw_intervals
from leaderboard.pictures.looks import looks_of


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
