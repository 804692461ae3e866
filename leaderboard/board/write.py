"""The board: everything that can be said and drawn from a folder of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from bench.errors import BenchError
from leaderboard.board.page import Chapter, Section, markdown_board
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.intervals import interval_scores, intervals_text
from leaderboard.comparison.overview import overview_text
from leaderboard.comparison.prior import prior_scores
from leaderboard.comparison.shifts import remedies_text, shifts_of
from leaderboard.export.scores import csv_board
from leaderboard.pictures.accuracy_cost import draw_accuracy_cost
from leaderboard.pictures.forecasts import draw_forecasts
from leaderboard.pictures.looks import Look, drawing, looks_of, save
from leaderboard.pictures.overview import draw_overview
from leaderboard.pictures.prior import draw_prior
from leaderboard.pictures.ratios import draw_intervals, draw_ratio_map
from leaderboard.pictures.reliability import draw_reliability
from leaderboard.pictures.scores import draw_predicted, draw_r2
from leaderboard.pictures.traces import draw_examples
from leaderboard.predictions import Predicted
from leaderboard.tables import Table, of_same_sizes
from leaderboard.wording import CSV_FILE, file_name, rows_text

BOARD_FILE = "board.md"
MOST_LISTED = 1_000
"""Rows of one table on the page: more, nobody reads."""
MOST_DRAWN = 40
"""Rows in one picture: a picture of thousands is larger than any format, and says nothing."""

Draws = Mapping[str, tuple[str, Callable[[], Figure | None]]]
"""What a picture shows, to the beginning of its file's name and how it is drawn."""


def write_board(findings: Findings, out: Path | None = None) -> list[Path]:
    """Write the page, the values and the pictures of a folder of records."""
    folder = findings.predictions.folder
    out = out or folder
    if not findings.records:
        raise BenchError(
            f"board '{folder}': number of records must be at least 1, got none. "
            "Run the benchmark with this output folder, or name the folder of an earlier run."
        )
    findings = findings.restated
    looks = looks_of(findings.declared, findings.declared)
    with drawing():
        endings = _endings((table.task, table.preset) for table in findings.tables)
        sections = [
            _section(findings, table, looks, f"_{table.task}{ending}", out)
            for table, ending in zip(findings.tables, endings, strict=True)
        ]
        overviews = _overviews(findings, looks, out)
        shifts = _shifts(findings, looks, out)
    (out / BOARD_FILE).write_text(markdown_board(findings.records, sections, overviews, shifts), encoding="utf-8")
    (out / CSV_FILE).write_text(csv_board(findings.cells), encoding="utf-8")
    pictures = [part.pictures for part in (*overviews, *shifts)] + [section.pictures for section in sections]
    names = [name for each in pictures for name in each.values()]
    return [out / name for name in (BOARD_FILE, CSV_FILE, *names)]


def draw_priors(findings: Findings, out: Path) -> list[Path]:
    """Draw where in the prior each row errs, a picture a row and preset."""
    written = []
    scores = prior_scores(findings.evidence.values())
    pairs = sorted(set(zip(scores["row"], scores["preset"], strict=True)))
    with drawing():
        for (row, preset), ending in zip(pairs, _endings(pairs), strict=True):
            figure = draw_prior(row, scores[scores["preset"] == preset])
            written += [save(figure, out / f"prior_{file_name(row)}{ending}.png")] if figure else []
    return written


def _endings(of: Iterable[tuple[str, str]]) -> list[str]:
    """What tells pictures of several presets, and of several sizes of one, apart; nothing where there is only one."""
    named = list(of)
    endings = []
    for place, (subject, preset) in enumerate(named):
        alone = [name for name, _ in named].count(subject) == 1
        n = named[:place].count((subject, preset)) + 1
        endings.append("" if alone else f"_{preset}" + f"_{n}" * (n > 1))
    return endings


def _pictures(draws: Draws, ending: str, out: Path) -> dict[str, str]:
    """Draw and save what there is to draw."""
    figures = {shown: (stem, draw()) for shown, (stem, draw) in draws.items()}
    return {
        shown: save(figure, out / f"{stem}{ending}.png").name for shown, (stem, figure) in figures.items() if figure
    }


def _section(findings: Findings, whole: Table, looks: Mapping[str, Look], ending: str, out: Path) -> Section:
    """Draw what the files of a table allow, and note what they do not."""
    listed, table = whole.shortened(MOST_LISTED), whole.shortened(MOST_DRAWN)
    left_out = [rows_text(len(shorter.lines), len(whole.lines)) for shorter in (listed, table)]
    notes: list[str] = []
    predicted: dict[str, Predicted] = {}
    seeds: dict[str, int] = {}
    for line in table.lines:
        if line.scored:
            try:
                predicted[line.label] = findings.predictions.of(line.scored[0])
                seeds[line.label] = line.scored[0].seed
            except BenchError as error:
                notes.append(str(error))
    draws: dict[str, tuple[str, Callable[[], Figure | None]]] = {"R2": ("r2", partial(draw_r2, table, looks))}
    if predicted:
        draws["Predicted against true"] = ("predicted", partial(draw_predicted, table, predicted, seeds, looks))
        draws["Reliability"] = ("reliability", partial(draw_reliability, table, predicted))
    try:
        examples = findings.predictions.examples(table.task)
    except BenchError as error:
        notes.append(str(error))
    else:
        draws["Example traces"] = ("examples", partial(draw_examples, table, examples, predicted, seeds, looks))
        draws["Forecasts"] = ("forecast", partial(draw_forecasts, table, examples, predicted, looks))
    pictures = _pictures(draws, ending, out)
    return Section(listed, pictures, tuple(notes), findings.alarms[table.place], left_out[0], left_out[1])


def _overviews(findings: Findings, looks: Mapping[str, Look], out: Path) -> list[Chapter]:
    """Compare rows over the core tasks, and draw it."""
    chapters, core = [], sorted(name for name, task in findings.tasks.items() if task.core)
    endings = _endings(("", overview.preset) for overview in findings.overviews)
    for overview, ending in zip(findings.overviews, endings, strict=True):
        shown = [table.shortened(MOST_DRAWN) for table in findings.tables]
        compared = [table for table in shown if table.place in overview.places]
        alike = [t for t in shown if (t.preset, t.sizes) == (overview.preset, overview.sizes)]
        draws: Draws = {
            "Overview": ("overview", partial(draw_overview, overview, looks)),
            "Every row on every task": ("ratios", partial(draw_ratio_map, alike, core, overview.rows)),
            "Accuracy against cost": ("accuracy_cost", partial(draw_accuracy_cost, overview, compared, looks)),
        }
        title = "Overview" + f", {overview.preset}" * bool(ending)
        chapters.append(Chapter(title, overview_text(overview), _pictures(draws, ending, out)))
    return chapters


def _shifts(findings: Findings, looks: Mapping[str, Look], out: Path) -> list[Chapter]:
    """Show what a sampling shift costs at every interval, and what remedies recover of it."""
    chapters = []
    groups = of_same_sizes(findings.tables)
    for members, ending in zip(groups, _endings(("", group[0].preset) for group in groups), strict=True):
        scores = interval_scores([table.shortened(MOST_DRAWN) for table in members], findings.tasks)
        recovered = remedies_text(shifts_of(findings.tasks), {table.task: table for table in members})
        text = "\n\n".join([*intervals_text(scores), *recovered])
        if text:
            draws: Draws = {"R2 against interval": ("intervals", partial(draw_intervals, scores, looks))}
            title = "Sampling and prefix" + f", {members[0].preset}" * bool(ending)
            chapters.append(Chapter(title, text, _pictures(draws, ending, out)))
    return chapters
