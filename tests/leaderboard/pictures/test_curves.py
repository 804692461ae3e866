import pytest

from leaderboard.pictures.curves import HIGHEST_RATIO, draw_interval_curves, draw_prefix_curves
from leaderboard.pictures.looks import looks_of
from leaderboard.tables import tables

LOOKS = looks_of(["tcn", "bayes"])


@pytest.fixture
def grid_of(beside_ceiling):
    def build(*places, errors=None):
        cells = beside_ceiling(errors or {"tcn": 0.1}, [f"task_{number}" for number in range(len(places))], n_seeds=2)
        return dict(zip(places, tables(cells), strict=True))

    return build


def curve(ax, look):
    return next(line for line in ax.lines if line.get_marker() == look.marker)


def test_interval_curves_have_a_column_a_prefix_with_several_intervals(grid_of):
    grid = grid_of((30.0, 0.3), (30.0, 10.0), (60.0, 0.3), (60.0, 1.0), (10.0, 0.3))
    figure = draw_interval_curves(grid, 0.3, LOOKS)
    assert [ax.get_title() for ax in figure.axes[:2]] == ["prefix 30 s", "prefix 60 s"]
    assert len(figure.axes) == 8
    assert "rows trained every 0.3 s" in figure.get_suptitle()


def test_prefix_curves_have_a_column_a_interval_with_several_prefixes(grid_of):
    figure = draw_prefix_curves(grid_of((30.0, 0.3), (60.0, 0.3), (60.0, 1.0)), 0.3, LOOKS)
    assert [ax.get_title() for ax in figure.axes[:1]] == ["test interval 0.3 s"]
    assert len(figure.axes) == 4


def test_curves_show_the_scores_of_the_tables_and_the_ceiling(grid_of):
    grid = grid_of((30.0, 0.3), (30.0, 10.0))
    r2, ratio = draw_interval_curves(grid, 0.3, LOOKS).axes[:2]
    for ax, score in ((r2, "r2"), (ratio, "ratio")):
        lines = [next(line for line in table.lines if line.row == "tcn") for table in grid.values()]
        assert curve(ax, LOOKS["tcn"]).get_xdata() == pytest.approx([0.3, 10.0])
        assert curve(ax, LOOKS["tcn"]).get_ydata() == pytest.approx(
            [getattr(line, score)("E0_g_per_L").mean for line in lines]
        )
    assert curve(r2, LOOKS["bayes"]).get_linestyle() == ":"
    assert all(line.get_marker() != LOOKS["bayes"].marker for line in ratio.lines)


def test_wild_row_stays_at_the_edge(grid_of):
    r2, ratio = draw_interval_curves(grid_of((30.0, 0.3), (30.0, 10.0), errors={"tcn": 50.0}), 0.3, LOOKS).axes[:2]
    assert set(curve(r2, LOOKS["tcn"]).get_ydata()) == {-1.0}
    assert set(curve(ratio, LOOKS["tcn"]).get_ydata()) == {HIGHEST_RATIO}
    assert ratio.get_ylim()[1] == HIGHEST_RATIO


def test_single_points_are_no_curve(grid_of):
    grid = grid_of((30.0, 0.3), (60.0, 1.0))
    assert draw_interval_curves(grid, 0.3, LOOKS) is None
    assert draw_prefix_curves({}, 0.3, LOOKS) is None
