import io
import sys
from collections import Counter

import pytest
from rich.console import Console

from bench.run.record import read_records
from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.board.terminal import terminal_board
from leaderboard.board.write import write_board
from leaderboard.comparison.findings import Findings
from leaderboard.predictions import Predictions
from leaderboard.published.check import problems
from leaderboard.published.store import publish_cells, read_published
from leaderboard.site.page import page

OPENED: list[Counter[str]] = []


def count(event, arguments):
    if OPENED and event == "open" and str(arguments[0]).endswith(".npz"):
        OPENED[-1][str(arguments[0])] += 1


sys.addaudithook(count)  # it stays for good, and counts only where a test asks for it


@pytest.fixture
def opened():
    """How often each file of arrays is opened."""
    OPENED.append(Counter())
    yield OPENED[-1]
    OPENED.clear()


@pytest.fixture
def run(beside_ceiling, folder_of):
    """Folder with two rows of one core task."""
    errors = {"mean": 1.0, "tcn": 0.1}
    return folder_of(beside_ceiling(errors))


FINE = Acquisition(30.0, 0.3)
TASKS = {"in_distribution": Task("in_distribution", "why", (FINE,), FINE, core=True)}


def test_terminal_board_and_page_together_open_every_file_once(run, tmp_path, opened, undrawn):
    findings = Findings.of(read_records(run), run, TASKS)
    terminal_board(findings)
    write_board(findings, tmp_path / "board")
    page(findings)
    assert set(opened.values()) == {1}
    assert len(opened) == 7 + 1  # cells and examples


def test_published_board_and_its_check_open_every_file_once(run, tmp_path, opened):
    folder = tmp_path / "published"
    publish_cells(read_records(run), run, folder)
    opened.clear()
    records = read_published(folder)
    findings = Findings(tuple(records), Predictions(folder), TASKS, {})
    assert problems(findings.predictions, records) == []
    page(findings)
    assert set(opened.values()) == {1}
    assert len(opened) == 7 + 1  # cells and true targets


def test_predictions_are_held_against_their_records_before_anything_is_said_of_them(run, opened):
    Findings.of(read_records(run), run, TASKS)
    assert set(opened.values()) == {1}
    assert len(opened) == 7  # cells, and no examples


def test_alarms_stand_at_every_table(beside_ceiling, folder_of):
    errors = {"tcn": 0.0001, "gru": 0.2}
    records = beside_ceiling(errors, ("in_distribution", "shift_1s"), n_seeds=1)
    folder = folder_of(records, examples=False)
    (folder / "predictions" / "shift_1s-bayes-0.npz").unlink()
    alarms = Findings.of(records, folder).alarms
    assert [(place[0], len(each)) for place, each in alarms.items()] == [("in_distribution", 1), ("shift_1s", 0)]


def test_rows_beyond_what_can_be_shown_are_left_out_by_rank_and_said_but_alarm_still(beside_ceiling, folder_of):
    errors = {"mean": 1.0} | {f"row_{n}": 0.1 * n for n in range(2, 7)} | {"leaking": 0.0001}
    records = beside_ceiling(errors, ("in_distribution", "shift_1s"), n_seeds=1)
    whole = Findings.of(records, folder_of(records, examples=False))
    shown = whole.shortened(4)
    assert {record.row for record in shown.records} == {"mean", "bayes", "leaking", "row_2"}
    assert shown.left_out == "the best 4 of 8 rows; board.csv has all."
    assert shown.alarms == whole.alarms
    assert any(whole.alarms.values())
    assert (whole.shortened(8) is whole, whole.left_out) == (True, "")


def test_scores_that_cannot_be_checked_here_stand_and_are_marked_in_their_cell(
    beside_ceiling, folder_of, tmp_path, undrawn
):
    records = beside_ceiling({"mean": 1.0, "npe": 0.1})
    unchecked = {record.cell: ("sbi 0.27.0",) for record in records if record.row == "npe"}
    findings = Findings.of(records, folder_of(records), TASKS, {}, unchecked)
    mark = "3 ok; not checked here: no sbi 0.27.0"
    console = Console(file=io.StringIO(), width=200)
    console.print(terminal_board(findings))
    write_board(findings, tmp_path)
    for text in (console.file.getvalue(), (tmp_path / "board.md").read_text(encoding="utf-8"), page(findings, {})):
        assert mark in text
    assert "| `npe` (not checked here) |" in (tmp_path / "board.md").read_text(encoding="utf-8")
    (line,) = (line for line in findings.tables[0].lines if line.row == "npe")
    assert (line.label, line.stale, len(line.scored)) == ("npe", (), 3)
    assert "npe" in findings.overviews[0].results
