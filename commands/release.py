"""The strict check before a release: the published board is whole, fresh, and what the records give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.record import Record
from bench.task import Task
from commands._shared.options import PUBLISHED, declared_rows, plugin_files, published_rows, published_tasks, say
from commands._shared.running import stale_in, unchecked_in, unfinished
from commands._shared.terminal import Console
from leaderboard.predictions import Predictions
from leaderboard.published.board import generated, out_of_date, planned_cells, published_findings
from leaderboard.published.check import problems
from leaderboard.published.plan import PLAN_FILE, Published
from leaderboard.published.store import read_published
from leaderboard.site.attainable import GRID_FILE, kept_attainable
from leaderboard.site.sentences import lacking
from leaderboard.site.values import page_values

MOST_SAID = 20
"""Lines of one kind that are printed; the rest are counted."""


def release() -> None:
    """Check that the published board can be released; run and change nothing.

    Fails where a planned cell is missing or failed, a record is stale (its source, task, test cases or metric have
    changed since), was made from uncommitted sources or contradicts its predictions, or where the README's board, its
    pictures or the page are not what the records give.

      python run_bench.py release
    """
    console = Console()
    tasks, records = published_tasks(), read_published(PUBLISHED)
    planned = planned_today(records, tasks)
    findings = published_findings(records, Predictions(PUBLISHED), tasks, planned)
    faults = {
        "wrong": problems(findings.predictions, records),
        "not done": unfinished((cell.cell for cell in planned_cells(planned, tasks)), records),
        "stale": [
            f"{row} on {task}, seed {seed}: {', '.join(why)}"
            for (task, row, seed, _), why in sorted(planned.stale.items())
        ],
        "made from uncommitted sources": [
            f"{record.row} on {record.task}, seed {record.seed}" for record in records if "+" in record.commit
        ],
        "not told": lacking(page_values(findings, [])),
        "not what the records give": [
            *out_of_date(ROOT, generated(ROOT, findings, planned)),
            *[GRID_FILE] * (not kept_attainable()),
        ],
    }
    if say_all(console, faults):
        say(console, "Run 'python run_bench.py publish' from a clean checkout, and commit what it writes.")
        raise typer.Exit(1)
    for line in unchecked_in(records, []):
        say(console, line)
    say(console, f"ready: {len(records):,} cells, {len(planned.rows)} rows, {len(planned.tasks)} tasks.")


def planned_today(records: Sequence[Record], tasks: Mapping[str, Task]) -> Published:
    """What the published board should hold today: every plugin on every task but those of suites, and what is stale."""
    return Published(declared_rows(published_rows(plugin_files([]))), tuple(tasks), stale_in(records, []))


def planned_then(root: Path) -> Published:
    """What the board was generated with, so that a new plugin or a changed source alone moves nothing."""
    try:
        return Published.from_json((root / PLAN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or f"{type(error).__name__}: {error}"
        raise BenchError(
            f"published '{PLAN_FILE}': file must be the plan that the board was made with, got: {reason}. "
            "Run 'python run_bench.py publish --no-run' and commit what it writes."
        ) from error


def say_all(console: Console, faults: Mapping[str, Sequence[str]]) -> bool:
    """Print faults of several kinds; give whether there is any."""
    for kind, texts in faults.items():
        for text in texts[:MOST_SAID]:
            say(console, f"{kind}: {text}")
        if len(texts) > MOST_SAID:
            say(console, f"{kind}: and {len(texts) - MOST_SAID} more")
    return any(faults.values())
