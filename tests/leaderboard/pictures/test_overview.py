from dataclasses import replace

import pytest

from leaderboard.comparison.comparisons import Comparison, RowResult
from leaderboard.comparison.overview import Overview
from leaderboard.pictures.looks import looks_of, text_width
from leaderboard.pictures.overview import draw_overview


def overview_of(rank=(1, 2), outside=(), rows=("gru", "tcn")):
    results = tuple(
        RowResult(row, ratio, 0.9 * ratio, 1.2 * ratio, 0.1 if rank else None, rank, "a" if rank else "")
        for row, ratio in zip(rows, (1.5, 40.0), strict=False)
    )
    comparison = Comparison(results, (), cases_only=rank is None)
    return Overview("quick", {}, ("in_distribution",), (0, 1) if rank else (0,), (comparison,) * 2, outside)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_overview_picture_has_a_bar_a_row_and_writes_its_numbers():
    for ax in draw_overview(overview_of(), looks_of(["gru", "tcn"])).axes:
        assert texts(ax) == ["1.50", "1-2", "a", "40.0", "1-2", "a", "ratio", "place", "tie"]
        assert ax.lines[0].get_xdata() == pytest.approx([1.35, 1.8])
        low, high = ax.get_xlim()
        assert low < 1.0 < 48.0 < high


def test_overview_picture_of_one_seed_says_cases_only_and_has_no_places():
    figure = draw_overview(overview_of(rank=None), looks_of(["gru", "tcn"]))
    assert texts(figure.axes[0]) == ["1.50", "40.0", "ratio"]
    assert any("cases only" in text.get_text() for text in figure.texts)


def test_rows_outside_the_ranking_are_drawn_as_such():
    figure = draw_overview(overview_of(outside=(("nls", "why"),)), looks_of(["gru", "tcn", "nls"]))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["gru", "tcn", "nls"]
    assert "outside" in texts(figure.axes[0])


def test_many_letters_of_a_tie_make_room_for_themselves():
    narrow = overview_of()
    first, *others = narrow.comparisons[0].rows
    comparison = replace(narrow.comparisons[0], rows=(replace(first, groups="abcdefghijkl"), *others))
    wide = replace(narrow, comparisons=(comparison, comparison))
    figures = [draw_overview(each, looks_of(["gru", "tcn"])) for each in (narrow, wide)]
    widths = [figure.get_figwidth() for figure in figures]
    assert widths[1] - widths[0] == pytest.approx(2 * (text_width("abcdefghijkl") - text_width("tie")))
    panels = [figure.axes[0].get_position().width * width for figure, width in zip(figures, widths, strict=True)]
    assert panels[1] == pytest.approx(panels[0])


def test_overview_without_rows_is_not_drawn():
    empty = Overview("quick", {}, ("in_distribution",), (), (), (("nls", "why"),))
    assert draw_overview(empty, looks_of(["nls"])) is None
