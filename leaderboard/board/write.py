"""The board: everything that can be said and drawn from a folder of records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from bench.errors import BenchError
from bench.run.record import read_records
from bench.task import Task
from leaderboard.board.chapters import overview_chapters, shift_chapters
from leaderboard.board.page import Section, markdown_board
from leaderboard.board.terminal import terminal_board
from leaderboard.comparison.evidence import leaks, read_evidence
from leaderboard.export.long_format import csv_board
from leaderboard.pictures.forecasts import draw_forecasts
from leaderboard.pictures.looks import Look, drawing, looks_of, save
from leaderboard.pictures.reliability import draw_reliability
from leaderboard.pictures.scores import draw_predicted, draw_r2
from leaderboard.pictures.traces import draw_examples
from leaderboard.predictions import Predicted, read_examples, read_predicted
from leaderboard.tables import Stale, Table, tables

__all__ = ["BOARD_FILE", "CSV_FILE", "terminal_board", "write_board"]

BOARD_FILE = "board.md"
CSV_FILE = "board.csv"


def write_board(
    folder: Path, out: Path | None = None, stale: Stale | None = None, tasks: Mapping[str, Task] | None = None
) -> list[Path]:
    """Write the page, the values and the pictures of a folder of records."""
    out = out or folder
    records = read_records(folder)
    if not records:
        raise BenchError(
            f"board '{folder}': number of records must be at least 1, got none. "
            "Run the benchmark with this output folder, or name the folder of an earlier run."
        )
    found = tables(records, stale)
    looks = looks_of(record.row for record in records)
    evidence = {place: read for place, table in enumerate(found) if (read := read_evidence(folder, table))}
    alarms = dict(zip(evidence, leaks(list(evidence.values())), strict=True))
    with drawing():
        sections = [
            _draw(folder, out, table, looks, ending, alarms.get(place, ()))
            for place, (table, ending) in enumerate(zip(found, _endings(found), strict=True))
        ]
        overviews = overview_chapters(list(evidence.values()), tasks or {}, looks, out)
        shifts = shift_chapters(found, tasks or {})
    (out / BOARD_FILE).write_text(markdown_board(records, sections, overviews, shifts), encoding="utf-8")
    (out / CSV_FILE).write_text(csv_board(records, stale), encoding="utf-8")
    pictures = [part.pictures for part in overviews] + [section.pictures for section in sections]
    names = [name for each in pictures for name in each.values()]
    return [out / name for name in (BOARD_FILE, CSV_FILE, *names)]


def _endings(found: list[Table]) -> list[str]:
    """End of the names of a table's pictures: the task, and what tells its tables apart where there are several."""
    endings: list[str] = []
    for table in found:
        alone = sum(other.task == table.task for other in found) == 1
        ending = table.task if alone else f"{table.task}_{table.preset}"
        number = sum(other.task == table.task and other.preset == table.preset for other in found[: len(endings)])
        endings.append(f"{ending}_{number + 1}.png" if number else f"{ending}.png")
    return endings


def _draw(
    folder: Path, out: Path, table: Table, looks: Mapping[str, Look], ending: str, alarms: tuple[str, ...]
) -> Section:
    """Draw what the files of a table allow, and note what they do not."""
    notes: list[str] = []
    predicted: dict[str, Predicted] = {}
    seeds: dict[str, int] = {}
    for line in table.lines:
        if line.scored:
            try:
                predicted[line.label] = read_predicted(folder, line.scored[0])
                seeds[line.label] = line.scored[0].seed
            except BenchError as error:
                notes.append(str(error))
    figures: dict[str, tuple[str, Figure | None]] = {"R2": ("r2", draw_r2(table, looks))}
    if predicted:
        figures["Predicted against true"] = ("predicted", draw_predicted(table, predicted, seeds, looks))
        figures["Reliability"] = ("reliability", draw_reliability(table, predicted))
    try:
        examples = read_examples(folder, table.task)
    except BenchError as error:
        notes.append(str(error))
    else:
        figures["Example traces"] = ("examples", draw_examples(table, examples, predicted, seeds, looks))
        figures["Forecasts"] = ("forecast", draw_forecasts(table, examples, predicted, looks))
    pictures = {
        shown: save(figure, out / f"{stem}_{ending}").name for shown, (stem, figure) in figures.items() if figure
    }
    return Section(table, pictures, tuple(notes), alarms)
