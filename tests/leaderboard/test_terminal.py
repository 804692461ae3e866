import io

import pytest
from rich.console import Console

from bench.run.record import STATUSES
from leaderboard.terminal import terminal_board


def printed(records, width=120, stale=None):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(terminal_board(records, stale))
    return console.file.getvalue()


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_readable_without_colour(record_of, status):
    text = printed([record_of("tcn", status=status, message="the reason\nmore")])
    assert status in text
    assert ("tcn, seed 0: " + status + ": the reason" in text) == (status != "ok")


def test_brackets_in_names_messages_and_units_are_not_markup(record_of):
    text = printed([record_of("tcn[red]"), record_of("gru", status="failed", message="got [bold] [/nothing]")])
    assert "tcn[red]" in text
    assert "got [bold] [/nothing]" in text
    assert "RMSE E0 [g/L]" in text


def test_seeds_are_one_line_with_their_deviation(record_of):
    text = printed([record_of("tcn", seed) for seed in range(3)])
    assert text.count("tcn") == 1
    assert "±" in text
    assert "3 ok" in text


def test_reference_rows_fit_a_narrow_terminal(record_of):
    text = printed([record_of(row) for row in ("mean", "gradient_boosting", "inception_time")], width=80)
    assert "gradient_boosting" in text
    assert "mean (floor)" in text
    assert "…" not in text


def test_stale_scores_are_said_in_words(record_of):
    cell = record_of("tcn")
    assert "stale: source" in printed([cell], stale={cell.cell: ("source",)})


def test_nothing_to_show_is_said():
    assert printed([]) == "No cells: nothing was planned or recorded.\n"
