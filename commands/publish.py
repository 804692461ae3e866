"""Run the published plan, every row on every task, into the records that git keeps."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.run.catalogue import choose
from bench.run.ceiling import ceilings
from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.estimate import duration, estimate, longest_first
from bench.run.plan import Plan, Plugin, make_plan
from bench.run.record import FINAL, Record, read_records
from bench.run.rescore import rescore
from bench.run.store import said_when_full, sole_run
from bench.task import PRESETS
from commands._options import PUBLISHED, all_tasks, friendly_errors, plugin_files, stale_in
from commands._progress import RunProgress
from leaderboard.publish import publish_cells, read_published, unpack

PRESET = "standard"
"""Sizes and seeds of the published board."""


def publish(
    model: Annotated[
        list[str] | None, typer.Option(help="Only this row; may be repeated. Default: every row.", metavar="NAME")
    ] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.", metavar="NAME")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Child processes at a time, one thread each. Default: one a core.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Working folder: predictions in full and stored fits.")] = Path(
        "results/published"
    ),
    records_to: Annotated[
        Path,
        typer.Option("--to", help="Folder of published records.", metavar="DIR", show_default="leaderboard/records"),
    ] = PUBLISHED,
    time_limit: Annotated[float, typer.Option(min=1.0, help="Seconds that one job may take.")] = Limits.time_s,
    memory_limit: Annotated[float, typer.Option(min=100.0, help="Megabytes that one job may take.")] = Limits.memory_mb,
) -> None:
    """Run the published plan: every row on every task, standard preset, three seeds.

    Each cell goes to leaderboard/records/ as soon as it is scored. Stop and start as you like: cells that are there and
    whose source, task and test cases have not changed since are not run again, in a fresh clone neither.

      python run_bench.py publish

      python run_bench.py publish --model ridge --model nls --jobs 1
    """
    console = Console()
    with friendly_errors(), said_when_full(out), sole_run(out):
        tasks, files = all_tasks(), plugin_files([])
        asked = choose("task", task, dict.fromkeys(tasks, out)) if task else tasks
        plugins = [Plugin(path) for path in (choose("model", model, files) if model else files).values()]
        given = unpack(records_to, out, tasks)
        records = _scored_today(out, records_to)
        plan = make_plan(
            [tasks[name] for name in asked],
            plugins,
            range(PRESETS[PRESET].seeds),
            PRESET,
            PRESETS[PRESET],
            records,
        )
        n_jobs = jobs or os.cpu_count() or 1
        plan = longest_first(plan, records)
        expected = estimate(plan, records, n_jobs)
        _say(console, f"plan    {len(plugins)} rows on {len(asked)} tasks, {PRESETS[PRESET].seeds} seeds, {PRESET}")
        _say(console, f"cells   {len(plan.cells)}, {len(plan.cells) - plan.n_open} done before, {len(given)} from git")
        _say(console, f"fits    {len(plan.jobs)} to run, {n_jobs} at a time: {expected}")
        began = time.monotonic()
        try:
            _run(console, plan, records, out, records_to, n_jobs, Limits(time_limit, memory_limit), expected.seconds)
        except KeyboardInterrupt as stop:
            left = unfinished(plan, read_published(records_to))
            _say(console, f"stopped: {len(plan.cells) - len(left)} of {len(plan.cells)} cells are done and kept.")
            raise typer.Exit(130) from stop
        left = unfinished(plan, read_published(records_to))
        _say(console, f"{plan.n_open} cells run in {duration(time.monotonic() - began)}, {len(left)} not done.")
        for text in left:
            _say(console, f"not done: {text}")
        if left:
            raise typer.Exit(1)


def unfinished(plan: Plan, records: Sequence[Record]) -> list[str]:
    """Cells of a plan that have no final record, each with its status."""
    status = {record.cell: record.status for record in records}
    return [
        f"{cell.label} ({status.get(cell.key, 'not_run')})" for cell in plan.cells if status.get(cell.key) not in FINAL
    ]


def _scored_today(out: Path, records_to: Path) -> list[Record]:
    """Records of the working folder; those of an older metric are scored again and published."""
    records = read_records(out)
    stale = stale_in(records, [])
    fresh = [record for record in records if record.cell not in stale]
    again = list(rescore(fresh, all_tasks(), out, every=False))
    publish_cells(again, out, records_to)
    return read_records(out)


def _run(
    console: Console,
    plan: Plan,
    records: list[Record],
    out: Path,
    records_to: Path,
    n_jobs: int,
    limits: Limits,
    expected_s: float,
) -> None:
    """Run a plan and publish every cell as soon as it is scored; what an earlier run left unpublished comes first."""
    there = {record.cell: record.started_utc for record in read_published(records_to)}
    publish_cells((r for r in records if r.preset == PRESET and there.get(r.cell) != r.started_utc), out, records_to)
    best = {}
    with console.status("computing the exact ceiling of each task") if console.is_terminal else nullcontext():
        for record in ceilings(plan.cells, records, out):
            best[record.task] = record
            if there.get(record.cell) != record.started_utc:
                publish_cells([record], out, records_to)
    with (
        RunProgress(console, plan.n_open, expected_s) as progress,
        closing(run_plan(plan, best, out, n_jobs, limits, progress.report)) as finished,
    ):
        for record in finished:
            publish_cells([record], out, records_to)
            progress.done(record)


def _say(console: Console, text: str) -> None:
    """Print one plain line."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
