"""What is generated from the published records: the README's board, its pictures, the tables of rows and the page."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread

from bench.metrics import METRIC_VERSION
from bench.run.record import Record
from bench.task import PRESETS, Task
from leaderboard.audit.document import as_found_text, published
from leaderboard.board.tables import scores_table
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.overview import Overview, overview_text
from leaderboard.frame import CEILING, status_text
from leaderboard.pictures.accuracy_cost import draw_accuracy_cost
from leaderboard.pictures.looks import drawing, looks_of, save
from leaderboard.pictures.overview import draw_overview
from leaderboard.pictures.ratios import draw_ratio_map
from leaderboard.predictions import Predictions
from leaderboard.published import readme
from leaderboard.published import rows as publish_rows
from leaderboard.published.marked import fill
from leaderboard.published.plan import PLAN_FILE, Published
from leaderboard.published.result import draw_result
from leaderboard.site.attainable import kept_attainable, read_attainable
from leaderboard.site.page import PAGE_FILE, page
from leaderboard.site.sentences import result_of
from leaderboard.site.values import Values, page_values
from leaderboard.tables import Table

README, BOARD_PAGE = "README.md", "docs/board.md"
PICTURES = "docs/pictures"
AUDITED = "leaderboard/audited"
COMMAND = "python run_bench.py publish"
PRESET = "standard"
"""Sizes and seeds of the published board."""
OVERVIEW_PICTURE, RATIOS_PICTURE, COST_PICTURE = "board_overview.png", "board_ratios.png", "board_accuracy_cost.png"
ROUNDING = 2 / 255
"""Difference of a pixel that is none."""
HEADLINE = "shift_10s"
"""Task whose scores stand in full: the question that the suite was made for."""


def planned_cells(planned: Published, tasks: Mapping[str, Task]) -> list[Record]:
    """Give a record with status ``not_run`` for every planned cell, the ceilings included."""
    sizes = PRESETS[PRESET]
    seeds_of = dict.fromkeys(planned.rows, sizes.seeds) | {CEILING: 1}
    blank = Record("", "", "", "", {}, 0, PRESET, asdict(sizes), "not_run", "", "", "", METRIC_VERSION)
    return [
        replace(blank, task=task, task_digest=tasks[task].digest(), row=row, model=row, seed=seed)
        for task in planned.tasks
        if task in tasks
        for row, n_seeds in seeds_of.items()
        for seed in range(n_seeds)
    ]


def published_findings(
    records: Sequence[Record], predictions: Predictions, tasks: Mapping[str, Task], planned: Published
) -> Findings:
    """Find out everything from published records, and from those that are planned."""
    there = {record.cell: record for record in (*planned_cells(planned, tasks), *predictions.proven(records))}
    return Findings(tuple(there[cell] for cell in sorted(there)), predictions, tasks, planned.stale, rows=planned.rows)


def generated(root: Path, findings: Findings, planned: Published) -> dict[str, bytes]:
    """Generate everything that is made from the published records."""
    grid = kept_attainable()
    values = page_values(findings, read_attainable(grid))
    result = result_of(values)
    files = {f"leaderboard/site/{PAGE_FILE}": page(findings, grid, "../..").encode()}
    files[PLAN_FILE] = planned.to_json().encode()
    pictures = _pictures(findings) | (_result_pictures(values, result, findings) if result else {})
    files |= {f"{PICTURES}/{name}": content for name, content in pictures.items()}
    written = {
        README: readme.blocks(values, result, PICTURES),
        BOARD_PAGE: {"board": _block(findings, len(planned.stale), pictures, as_found_text(published(root / AUDITED)))},
        publish_rows.PAGE: publish_rows.blocks(_overview(findings), _scored(findings), findings.tasks),
    }
    for name, blocks in written.items():
        text = (root / name).read_text(encoding="utf-8")
        files[name] = fill(text, name, COMMAND, blocks).encode()
    return files


def out_of_date(root: Path, files: Mapping[str, bytes]) -> list[str]:
    """Say which files are not what the records give."""
    return [name for name, content in files.items() if not _holds(root / name, content)]


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file holds a content; other processors compress and round a picture otherwise, but draw the same."""
    if not path.is_file():
        return False
    kept = path.read_bytes()
    if kept == content or path.suffix != ".png":
        return kept == content
    try:
        before, after = (imread(io.BytesIO(picture)) for picture in (kept, content))
    except (OSError, SyntaxError):  # a picture that is damaged
        return False
    return before.shape == after.shape and bool(np.abs(before - after).max() <= ROUNDING)


def _pictures(findings: Findings) -> dict[str, bytes]:
    """Pictures of the board: the overview, what accuracy costs, and every row on every task."""
    looks = looks_of(findings.declared, findings.declared)
    scored = {table.task: table for table in _scored(findings)}
    core = sorted(name for name, task in findings.tasks.items() if task.core)
    overview = _overview(findings)
    with drawing(), tempfile.TemporaryDirectory(prefix="pictures-") as name:
        figures = {RATIOS_PICTURE: draw_ratio_map(list(scored.values()), core, overview.rows if overview else ())}
        if overview:
            compared = [scored[task] for task in overview.tasks]
            figures[OVERVIEW_PICTURE] = draw_overview(overview, looks)
            figures[COST_PICTURE] = draw_accuracy_cost(overview, compared, looks)
        return {stem: save(figure, Path(name) / stem).read_bytes() for stem, figure in figures.items() if figure}


def _result_pictures(values: Values, result: dict[str, Any], findings: Findings) -> dict[str, bytes]:
    """Picture of the result on white and on black."""
    drawn = readme.drawn_result(values, result)
    with drawing(), tempfile.TemporaryDirectory(prefix="pictures-") as name:
        return {
            stem: save(draw_result(drawn, findings.declared, dark), Path(name) / stem).read_bytes()
            for stem, dark in ((readme.RESULT_PICTURE, False), (readme.DARK_PICTURE, True))
        }


def _scored(findings: Findings) -> list[Table]:
    """Tables of the published preset that hold a score."""
    return [t for t in findings.tables if t.preset == PRESET and any(line.scored for line in t.lines)]


def _overview(findings: Findings) -> Overview | None:
    """Comparison over all core tasks, once every core task has its ceiling."""
    return next((overview for overview in findings.overviews if overview.preset == PRESET), None)


def _block(findings: Findings, n_stale: int, pictures: Mapping[str, bytes], as_found: str) -> str:
    """The whole board as text."""
    sizes = PRESETS[PRESET]
    parts = [
        f"Every row on every task, {PRESET} preset ({sizes.train:,} training and {sizes.test:,} test cases), "
        f"{sizes.seeds} seeds: {len(findings.records):,} cells, {status_text(findings.records)}"
        + (f", {n_stale:,} stale (made before a change)" if n_stale else "")
        + ". Made by `python run_bench.py publish`; the whole board, with every task, cost and cell, is one page that "
        f"needs no network: [leaderboard/site/{PAGE_FILE}](../leaderboard/site/{PAGE_FILE})."
    ]
    parts += [f"**{alarm}**" for alarms in findings.alarms.values() for alarm in alarms]
    overview = _overview(findings)
    parts += ["### All core tasks together", overview_text(overview)] if overview else []
    parts += [f"![Overview](pictures/{OVERVIEW_PICTURE})"] * (OVERVIEW_PICTURE in pictures)
    headline = [table for table in findings.tables if (table.task, table.preset) == (HEADLINE, PRESET)]
    parts += [text for table in headline for text in (f"### {HEADLINE}", scores_table(table))]
    parts += [as_found] * bool(headline and as_found)
    if RATIOS_PICTURE in pictures:
        parts += ["### Every task", f"![Every row on every task](pictures/{RATIOS_PICTURE})"]
    return "\n\n".join(parts)
