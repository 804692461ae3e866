"""Run the published plan, every row on every task, and write everything that is made from its records."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.catalogue import choose
from bench.run.child import Limits
from bench.run.plan import Plugin, make_plan
from bench.run.record import Record, read_records
from bench.run.scores.ceiling import CEILING
from bench.run.store import said_when_full, sole_run
from bench.task import PRESETS
from bench.timing import n_cores
from commands._shared.arguments import MemoryLimit, NJobs, TimeLimit
from commands._shared.options import PUBLISHED, choose_tasks, plugin_files, published_rows, published_tasks, say
from commands._shared.running import Conditions, carry_out, scored_today
from commands._shared.terminal import Console
from commands.release import planned_then, planned_today, say_all
from leaderboard.predictions import Predictions
from leaderboard.published.board import PRESET, generated, out_of_date, published_findings
from leaderboard.published.check import problems
from leaderboard.published.store import publish_cells, read_published, unpack
from leaderboard.site.attainable import GRID_FILE, compute_attainable, kept_attainable


def publish(
    model: Annotated[
        list[str] | None, typer.Option(help="Only this row; may be repeated. Default: every row.", metavar="NAME")
    ] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.", metavar="NAME")] = None,
    jobs: NJobs = None,
    out: Annotated[Path, typer.Option(help="Working folder: predictions in full and stored fits.")] = Path(
        "results/published"
    ),
    time_limit: TimeLimit = Limits.time_s,
    memory_limit: MemoryLimit = Limits.memory_mb,
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
    the README, docs/board.md, their pictures and leaderboard/site/index.html are written.

      python run_bench.py publish

      python run_bench.py publish --model ridge --model nls --jobs 1

      python run_bench.py publish --no-run
    """
    console = Console()
    with said_when_full(out):
        if check:
            _check(console)
        elif no_run:
            _write(console)
        else:
            with sole_run(out):
                conditions = Conditions(out, jobs or n_cores(), Limits(time_limit, memory_limit))
                _run(console, model or [], task or [], conditions)


def _run(console: Console, models: list[str], names: list[str], conditions: Conditions) -> None:
    """Run what is not done, publish it, and write the board."""
    tasks, files, out = published_tasks(), published_rows(plugin_files([])), conditions.out
    chosen = choose_tasks(names) if names else tasks
    plugins = [Plugin(path) for path in (choose("row", models, files) if models else files).values()]
    given = unpack(PUBLISHED, out, tasks)
    records = scored_today(console, out, files)
    sizes = PRESETS[PRESET]
    plan = make_plan(list(chosen.values()), plugins, range(sizes.seeds), PRESET, sizes, records)
    n_done = len(plan.cells) - plan.n_open
    carried_out = carry_out(
        console,
        plan,
        conditions,
        records,
        lambda expected: [
            f"plan    {len(plugins)} rows on {len(chosen)} tasks, {sizes.seeds} seeds, preset {PRESET}",
            f"cells   {len(plan.cells)}, {n_done} done before; {len(given)} were published",
            f"fits    {len(plan.jobs)} to run, {conditions.n_jobs} at a time: {expected}",
        ],
        ready=lambda: publish_cells(_unpublished(out, {CEILING, *files}), out, PUBLISHED),
        keep=lambda record: publish_cells([record], out, PUBLISHED),
        meanwhile="; --no-run writes the board",
    )
    done = f"{len(plan.cells) - len(carried_out.left)} of {len(plan.cells)} cells are done and kept"
    say(console, f"{plan.n_open} cells run in {carried_out.spent}; {done}.")
    _write(console)
    if say_all(console, {"not done": carried_out.left}):
        raise typer.Exit(1)


def _unpublished(out: Path, rows: Container[str]) -> list[Record]:
    """Records of the rows in a working folder that are not published as they are: of a stopped run, or scored again."""
    there = {record.cell: _content(record) for record in read_published(PUBLISHED)}
    own = [record for record in read_records(out) if record.preset == PRESET and record.row in rows]
    return [record for record in own if there.get(record.cell) != _content(record)]


def _content(record: Record) -> Record:
    """Record without the place and the digest of its predictions, which lie elsewhere, as float32, once published."""
    return replace(record, prediction_file="", prediction_sha256="")


def _write(console: Console) -> None:
    """Write everything that is made from the published records."""
    tasks, records = published_tasks(), read_published(PUBLISHED)
    if not records:
        raise BenchError("published 'records': number must be at least 1, got none. Run 'publish' without --no-run.")
    if not kept_attainable():
        say(console, f"computing {GRID_FILE}: minutes of one core")
        (ROOT / GRID_FILE).write_text(compute_attainable(), encoding="utf-8")
    planned = planned_today(records, tasks)
    files = generated(ROOT, published_findings(records, Predictions(PUBLISHED), tasks, planned), planned)
    for name in out_of_date(ROOT, files):
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
        say(console, f"written: {name}")


def _check(console: Console) -> None:
    """Fail where a record is wrong, or where the board is not what the records give."""
    tasks, records = published_tasks(), read_published(PUBLISHED)
    predictions = Predictions(PUBLISHED)
    faults = {"wrong": problems(predictions, records)}
    if records:
        planned = planned_then(ROOT)
        files = generated(ROOT, published_findings(records, predictions, tasks, planned), planned)
        faults["not what the records give"] = [*out_of_date(ROOT, files), *[GRID_FILE] * (not kept_attainable())]
    if say_all(console, faults):
        verb = "publish" if faults["wrong"] else "publish --no-run"
        say(console, f"Run 'python run_bench.py {verb}' and commit what it writes.")
        raise typer.Exit(1)
    say(console, f"{len(records):,} published cells are whole, and the board is what they give.")
