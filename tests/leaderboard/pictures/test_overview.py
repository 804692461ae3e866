import numpy as np
import pytest

from leaderboard.comparison.overview import Overview
from leaderboard.comparison.standing import Placed, Standing
from leaderboard.families import FAMILIES, Declared
from leaderboard.pictures.looks import looks_of
from leaderboard.pictures.overview import draw_overview


def overview_of(place=(1, 2), outside=(), rows=("gru", "tcn")):
    placed = tuple(
        Placed(row, ratio, 0.9 * ratio, 1.2 * ratio, place) for row, ratio in zip(rows, (1.5, 40.0), strict=False)
    )
    seeds = (0, 1) if place else (0,)
    standing = Standing(placed, np.zeros((len(placed),) * 2, dtype=bool), len(seeds))
    return Overview("quick", {}, ("in_distribution",), seeds, (standing,) * 2, outside)


def beside(ax):
    """Words of every line right of a panel."""
    return [label.get_text().split() for label in ax.child_axes[0].get_yticklabels()]


def test_overview_picture_has_a_bar_a_row_and_writes_its_numbers():
    for ax in draw_overview(overview_of(), looks_of(["gru", "tcn"])).axes:
        assert beside(ax) == [["1.50", "1-2"], ["40.0", "1-2"]]
        assert [text.get_text().split() for text in ax.texts] == [["ratio", "place"]]
        (bar,) = ax.collections[0].get_segments()
        assert bar[:, 0] == pytest.approx([1.35, 1.8])
        low, high = ax.get_xlim()
        assert low < 1.0 < 48.0 < high


def test_overview_picture_of_one_seed_says_cases_only_and_has_no_places():
    figure = draw_overview(overview_of(place=None), looks_of(["gru", "tcn"]))
    assert beside(figure.axes[0]) == [["1.50"], ["40.0"]]
    assert [text.get_text().split() for text in figure.axes[0].texts] == [["ratio"]]
    assert "cases only" in figure.legends[0].get_title().get_text()


def test_overview_picture_has_a_key_of_the_families_that_are_drawn():
    declared = {"gru": Declared("", "learned", "one"), "tcn": Declared("", "physics", "none")}
    (key,) = draw_overview(overview_of(), looks_of(["gru", "tcn"], declared)).legends
    shown = [text.get_text() for text in key.get_texts()]
    assert shown == [FAMILIES["physics"].name, FAMILIES["learned"].name, "hollow: trained at one interval"]


def test_a_name_of_many_settings_is_left_its_beginning_and_its_end():
    row = f"net({'layer=1,' * 29}width=3)"
    figure = draw_overview(overview_of(rows=("gru", row)), looks_of(["gru", row]))
    shown = figure.axes[0].get_yticklabels()[1].get_text()
    assert (len(shown), shown[:12], shown[-8:]) == (48, "net(layer=1,", "width=3)")


def test_rows_outside_the_ranking_are_drawn_as_such():
    figure = draw_overview(overview_of(outside=(("nls", "why"),)), looks_of(["gru", "tcn", "nls"]))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["gru", "tcn", "nls"]
    assert beside(figure.axes[0])[-1] == ["outside"]


def test_overview_without_rows_is_not_drawn():
    empty = Overview("quick", {}, ("in_distribution",), (), (), (("nls", "why"),))
    assert draw_overview(empty, looks_of(["nls"])) is None
