"""Run the published plan, every row on every task, and write everything that is made from its records."""

from __future__ import annotations

import time
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.catalogue import choose
from bench.run.ceiling import ceilings
from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.estimate import duration, estimate, longest_first
from bench.run.plan import Plan, Plugin, make_plan, without_stale_predictions
from bench.run.record import Record, read_records
from bench.run.rescore import rescore
from bench.run.store import said_when_full, sole_run
from bench.task import PRESETS
from bench.timing import n_cores
from commands._options import PUBLISHED, all_tasks, friendly_errors, plugin_files, say, stale_in
from commands._progress import RunProgress
from commands.release import planned_then, planned_today, say_all, unfinished
from leaderboard.publish import publish_cells, read_published, unpack
from leaderboard.publish_board import PRESET, generated, out_of_date, planned_cells
from leaderboard.publish_check import problems


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
    time_limit: Annotated[float, typer.Option(min=1.0, help="Seconds that one job may take.")] = Limits.time_s,
    memory_limit: Annotated[float, typer.Option(min=100.0, help="Megabytes that one job may take.")] = Limits.memory_mb,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Run nothing; write README, pictures and page again.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Run and write nothing; fail where records and board do not agree.")
    ] = False,
) -> None:
    """Run the published plan, every row on every task with three seeds, and write the board that is made from it.

    A cell goes to leaderboard/records/ as soon as it is scored. Stop and start as you like: cells that are there, and
    whose source, task and test cases have not changed since, are not run again, not in a fresh clone either. At the end
    the README's board, its pictures and leaderboard/site/index.html are written.

      python run_bench.py publish

      python run_bench.py publish --model ridge --model nls --jobs 1

      python run_bench.py publish --no-run
    """
    console = Console()
    with friendly_errors(), said_when_full(out):
        if check:
            _check(console)
        elif no_run:
            _write(console)
        else:
            with sole_run(out):
                _run(console, _Asked(model or [], task or [], jobs, out, Limits(time_limit, memory_limit)))


@dataclass(frozen=True)
class _Asked:
    """What the command line asks to be run."""

    models: list[str]
    tasks: list[str]
    jobs: int | None
    out: Path
    limits: Limits


def _run(console: Console, asked: _Asked) -> None:
    """Run what is not done, publish it, and write the board."""
    tasks, files, out = all_tasks(), plugin_files([]), asked.out
    chosen = choose("task", asked.tasks, dict.fromkeys(tasks, out)) if asked.tasks else tasks
    plugins = [Plugin(path) for path in (choose("model", asked.models, files) if asked.models else files).values()]
    given = unpack(PUBLISHED, out, tasks)
    records = _scored_today(out)
    sizes = PRESETS[PRESET]
    plan = make_plan([tasks[name] for name in chosen], plugins, range(sizes.seeds), PRESET, sizes, records)
    n_jobs = asked.jobs or n_cores()
    plan = longest_first(plan, records)
    expected = estimate(plan, records, n_jobs)
    say(console, f"plan    {len(plugins)} rows on {len(chosen)} tasks, {sizes.seeds} seeds, preset {PRESET}")
    say(console, f"cells   {len(plan.cells)}, {len(plan.cells) - plan.n_open} done before; {len(given)} were published")
    say(console, f"fits    {len(plan.jobs)} to run, {n_jobs} at a time: {expected}")
    began, stopped = time.monotonic(), False
    try:
        _run_open(console, plan, asked, n_jobs, expected.seconds)
    except KeyboardInterrupt:
        stopped = True
    records = read_published(PUBLISHED)
    keys = {cell.key for cell in plan.cells}
    left = unfinished([c for c in planned_cells(planned_today(records, tasks), tasks) if c.cell in keys], records)
    done = f"{len(plan.cells) - len(left)} of {len(plan.cells)} cells are done and kept"
    if stopped:
        say(console, f"stopped: {done}. The same command does the rest; --no-run writes the board.")
        raise typer.Exit(130)
    say(console, f"{plan.n_open} cells run in {duration(time.monotonic() - began)}; {done}.")
    _write(console)
    if say_all(console, {"not done": left}):
        raise typer.Exit(1)


def _scored_today(out: Path) -> list[Record]:
    """Records of the working folder; those of an older metric are scored again and published."""
    records = read_records(out)
    stale = stale_in(records, [])
    fresh = without_stale_predictions(records, stale)
    publish_cells(rescore(fresh, all_tasks(), out, every=False), out, PUBLISHED)
    return read_records(out)


def _run_open(console: Console, plan: Plan, asked: _Asked, n_jobs: int, expected_s: float) -> None:
    """Run a plan and publish every cell as soon as it is scored; what an earlier run left unpublished comes first."""
    out, records = asked.out, read_records(asked.out)
    there = {record.cell: record.started_utc for record in read_published(PUBLISHED)}
    missing = (record for record in records if record.preset == PRESET and there.get(record.cell) != record.started_utc)
    publish_cells(missing, out, PUBLISHED)
    best = {}
    with console.status("computing the exact ceiling of each task") if console.is_terminal else nullcontext():
        for record in ceilings(plan.cells, records, out):
            best[record.task] = record
            if there.get(record.cell) != record.started_utc:
                publish_cells([record], out, PUBLISHED)
                say(console, f"ceiling of {record.task}: done")
    with (
        RunProgress(console, plan.n_open, expected_s) as progress,
        closing(run_plan(plan, best, out, n_jobs, asked.limits, progress.report)) as finished,
    ):
        for record in finished:
            publish_cells([record], out, PUBLISHED)
            progress.done(record)


def _write(console: Console) -> None:
    """Write everything that is made from the published records."""
    tasks, records = all_tasks(), read_published(PUBLISHED)
    if not records:
        raise BenchError("published 'records': number must be at least 1, got none. Run 'publish' without --no-run.")
    files = generated(ROOT, PUBLISHED, tasks, planned_today(records, tasks))
    for name in out_of_date(ROOT, files):
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
        say(console, f"written: {name}")


def _check(console: Console) -> None:
    """Fail where a record is wrong, or where the board is not what the records give."""
    tasks, records = all_tasks(), read_published(PUBLISHED)
    found = {"wrong": problems(PUBLISHED, records)}
    if records:
        files = generated(ROOT, PUBLISHED, tasks, planned_then(ROOT))
        found["not what the records give"] = out_of_date(ROOT, files)
    if say_all(console, found):
        say(console, "Run 'python run_bench.py publish --no-run' and commit what it writes.")
        raise typer.Exit(1)
    say(console, f"{len(records):,} published cells are whole, and the board is what they give.")
