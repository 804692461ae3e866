import re

import pytest

from bench.run.plan import NOT_FOUND
from bench.run.record import STATUSES
from leaderboard.board.page import Chapter, Section, markdown_board
from leaderboard.tables import tables


def page_of(records, stale=None):
    return markdown_board(records, [Section(table) for table in tables(records, stale)])


def columns(line):
    return len(re.findall(r"(?<!\\)\|", line))


def line_with(page, start):
    return next(line for line in page.splitlines() if line.startswith(start))


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_shown(record_of, status):
    page = page_of([record_of("tcn", status=status, message="the reason")])
    assert f"| `tcn` | {status} |" in page
    assert ("| `tcn` | 0 | " + status + " | `the reason` |" in page) == (status != "ok")


@pytest.mark.parametrize("message", ["a | b", "first\nsecond", "`tick`", "<b>|</b>\r\n# title", "| --- |\n| x |"])
def test_messages_cannot_break_the_tables(record_of, message):
    page = page_of([record_of("tcn"), record_of("gru", status="failed", message=message)])
    for block in page.split("\n\n"):
        if block.startswith("| "):
            assert len({columns(line) for line in block.splitlines()}) == 1
    assert not [line for line in page.splitlines() if line.startswith("# ") and line != "# Board"]


def test_row_name_with_a_pipe_cannot_break_the_tables(record_of):
    page = page_of([record_of("tcn[a|b]")])
    assert columns(line_with(page, "| `tcn[a\\|b]`")) == columns(line_with(page, "| row | status"))


def test_undefined_r2_is_a_sentence(record_of):
    cell = record_of("tcn")
    cell.scores["k_d_per_s"]["r2"] = "undefined: the true values are all the same"
    assert "| undefined: the true values are all the same |" in page_of([cell])


def test_hugely_negative_r2_is_printed_short(record_of):
    cell = record_of("tcn")
    cell.scores["k_d_per_s"]["r2"] = -123456.789
    assert "| -1.2e+05 |" in page_of([cell])


def test_each_preset_has_its_own_section(record_of):
    page = page_of([record_of("tcn"), record_of("tcn", preset="full")])
    assert [line for line in page.splitlines() if line.startswith("## in_")] == [
        "## in_distribution, full",
        "## in_distribution, quick",
    ]


def test_cells_that_nobody_planned_are_a_dash_among_the_statuses(record_of):
    page = page_of([record_of("tcn"), record_of("gru", task="shift_1s")])
    assert "| in_distribution | quick | - | ok |" in page
    assert "| shift_1s | quick | ok | - |" in page


def test_stale_scores_are_marked(record_of):
    cell = record_of("tcn")
    assert "| `tcn` | ok; stale: source |" in page_of([cell], {cell.cell: ("source",)})


def test_a_row_whose_plugin_is_not_found_is_told_to_give_its_folder(record_of):
    cell = record_of("my_net")
    page = page_of([cell], {cell.cell: (NOT_FOUND,)})
    assert "\n\nStale, plugin not found: `my_net`. Give the folder of the plugin with --models.\n\n" in page


def test_seeds_are_named_one_or_several(record_of):
    assert "\n- presets: quick; seed 0\n" in page_of([record_of("tcn")])
    assert "; seeds 0, 2.\n" in page_of([record_of("tcn"), record_of("tcn", seed=2)])


def test_floor_and_ceiling_are_named(record_of):
    page = page_of([record_of("mean"), record_of("bayes")])
    assert "| `mean` (floor) |" in page
    assert "| `bayes` (ceiling) |" in page


def test_page_says_settings_machine_versions_and_commit(record_of):
    page = page_of([record_of("tcn")])
    assert '| `tcn` | `tcn` | `{"epochs": 60}` |' in page
    assert "- machine: `cores 2, cpu Example CPU` (cells: 1)" in page
    assert "- commit: `0123456789ab` (cells: 1)" in page
    assert "- `numpy` `2.2.0`" in page


def test_page_of_records_that_say_little_has_no_gaps(record_of):
    page = page_of([record_of("tcn", settings={}, host={}, versions={}, commit="", started_utc="", sizes={})])
    assert "No row has settings." in page
    assert "The records do not say." in page


def test_pictures_are_linked_and_what_is_missing_is_said(record_of):
    (table,) = tables([record_of("tcn")])
    page = markdown_board([record_of("tcn")], [Section(table, {"R2": "r2_x.png"}, ("file must be | there",))])
    assert "![R2 on in_distribution](r2_x.png)" in page
    assert "Not drawn: `file must be \\| there`" in page


def test_section_says_what_is_attainable_before_any_score(beside_ceiling):
    page = page_of(beside_ceiling({"tcn": 0.1}))
    assert "- k_d: the exact posterior reaches R2" in page
    assert page.index("- k_d: the exact") < page.index("| row | status | seeds |")
    assert "Forecast of the pH to 2000 s:" in page
    assert "Stated uncertainty:" not in page


def test_chapters_stand_before_and_after_the_tables(record_of):
    records = [record_of("tcn")]
    chapters = [Chapter(name, "text", {"Shown": f"{name}.png"}) for name in ("First", "Last")]
    page = markdown_board(records, [Section(table) for table in tables(records)], chapters[:1], chapters[1:])
    places = [
        page.index(text) for text in ("## First", "## in_distribution", "## Last", "![Shown](Last.png)", "## Rows")
    ]
    assert places == sorted(places)
