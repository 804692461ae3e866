"""What the verbs that run a plan share: from older scores brought up to date to what is left undone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import typer

from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.engine import Engine, run_plan
from bench.run.estimate import Estimate, duration, estimate, longest_first
from bench.run.plan import Plan, Stale, stale_cells, unchecked_cells, without_stale_predictions
from bench.run.record import FINAL, RECORDS_FILE, CellKey, Record, append_records, read_records
from bench.run.scores.ceiling import CEILING, SOURCE, UNTOLD, ceilings, source_of
from bench.run.scores.rescore import put_beside, rescore
from bench.run.seal import Seal
from commands._shared.options import all_tasks, declared_rows, plugin_files, say
from commands._shared.progress import CeilingProgress, RunProgress
from commands._shared.terminal import Console
from leaderboard.comparison.findings import Findings
from leaderboard.predictions import Predictions
from leaderboard.published.store import read_published
from leaderboard.wording import count_text


def records_in(folder: Path) -> list[Record]:
    """Records of a run, of which there must be some."""
    if records := read_records(folder):
        return records
    raise BenchError(f"folder '{folder}': must hold records.jsonl, got none. Run a task, or name a folder with --out.")


def run_or_published(folder: Path) -> list[Record]:
    """Records of a run, or published ones."""
    return read_records(folder) if (folder / RECORDS_FILE).exists() or not folder.is_dir() else read_published(folder)


@dataclass(frozen=True)
class Conditions:
    """What every job of a plan is run under."""

    out: Path
    n_jobs: int
    limits: Limits
    rerun: bool = False
    seal: Seal | None = None
    engine: Engine | None = None


@dataclass(frozen=True)
class CarriedOut:
    """What became of a plan: its ceilings, how long it took, and the cells that are not done, each with its status."""

    best: dict[str, Record]
    spent: str
    left: list[str]


def carry_out(
    console: Console,
    plan: Plan,
    conditions: Conditions,
    known: Sequence[Record],
    lines: Callable[[Estimate], Iterable[str]],
    *,
    ready: Callable[[], object] = lambda: None,
    keep: Callable[[Record], object] = lambda record: None,
    meanwhile: str = "",
) -> CarriedOut:
    """Say what a plan is and how long it takes by what is known, run it, and say where it stands if it is stopped.

    ``ready`` is called when the ceilings are there, ``keep`` with every record as soon as it is on disk.
    """
    out, plan, began = conditions.out, longest_first(plan, known), time.monotonic()
    expected = estimate(plan, known, conditions.n_jobs if conditions.engine is None else 1)
    for line in lines(expected):
        say(console, line)
    n_ran = 0
    try:
        best = best_of(console, plan, read_records(out), out, conditions.seal)
        ready()
        with RunProgress(console, plan.n_open, expected.seconds) as progress:
            running = run_plan(
                plan,
                best,
                out,
                conditions.n_jobs,
                conditions.limits,
                progress.report,
                rerun=conditions.rerun,
                seal=conditions.seal,
                engine=conditions.engine,
            )
            with closing(running) as finished:
                for record in finished:
                    n_ran += 1
                    keep(record)
                    progress.done(record)
    except KeyboardInterrupt as stop:
        n_cells = len(plan.cells)
        if conditions.rerun:
            say(console, f"stopped: {n_ran} of {n_cells} cells ran again, the others are as they were.")
            say(console, "The same command would begin anew: name what is left with --task and --model.")
        else:
            n_done = n_cells - len(unfinished((cell.key for cell in plan.cells), read_records(out)))
            done = f"stopped: {n_done} of {n_cells} cells are done and kept."
            say(console, f"{done} The same command does the rest{meanwhile}.")
        raise typer.Exit(130) from stop
    left = unfinished((cell.key for cell in plan.cells), read_records(out))
    return CarriedOut(best, duration(time.monotonic() - began), left)


def stale_in(records: Sequence[Record], folders: Sequence[Path]) -> Stale:
    """What has changed since each record was made, with the plugins of some folders; fresh records are left out."""
    return stale_among(records, plugin_files(folders))


def stale_among(records: Sequence[Record], plugins: Mapping[str, Path]) -> Stale:
    """What has changed since each record was made; fresh records are left out."""
    tasks = all_tasks()
    stale: dict[CellKey, tuple[str, ...]] = {}
    for source in (SOURCE, UNTOLD):
        told = [each for each in records if (source_of(tasks[each.task]) if each.task in tasks else SOURCE) == source]
        stale |= stale_cells(told, tasks, {**plugins, CEILING: source})
    return stale


def findings_in(folder: Path, records: Sequence[Record], folders: Sequence[Path]) -> Findings:
    """What is found out from the records of a folder, marked by what has changed since and what cannot be checked."""
    tasks, plugins = all_tasks(), plugin_files(folders)
    stale, unchecked = stale_among(records, plugins), unchecked_cells(records, tasks, plugins)
    return Findings.of(records, folder, tasks, stale, unchecked, declared_rows(plugins))


def unchecked_in(records: Sequence[Record], folders: Sequence[Path]) -> list[str]:
    """Rows whose scores stand though it cannot be told here whether they are fresh, each with what is not installed."""
    unchecked = unchecked_cells(records, all_tasks(), plugin_files(folders))
    rows = Counter((row, packages) for (_, row, _, _), packages in unchecked.items())
    return [
        f"{row}: not checked here, scores kept ({n_cells:,} cells): {' and '.join(packages)} not installed."
        for (row, packages), n_cells in sorted(rows.items())
    ]


def scored_today(console: Console, out: Path, plugins: Mapping[str, Path], seal: Seal | None = None) -> list[Record]:
    """Records of a folder, those of an older metric scored again; stale ones are left, for they run again."""
    records = read_records(out)
    fresh = without_stale_predictions(records, stale_among(records, plugins))
    n_scored = 0
    for record in rescore(fresh, all_tasks(), out, every=False, seal=seal):
        n_scored += 1
        done = "scored again" if record.status == "ok" else f"not scored: {record.message}"
        say(console, f"metrics changed: {record.row} on {record.task}, seed {record.seed} {done}")
    predictions = Predictions(out)
    restated = [again for record in fresh if (again := predictions.restated(record)) is not record]
    if restated:
        append_records(out, restated)
        say(
            console,
            f"stated uncertainty is scored otherwise now: again for {count_text(len(restated))} cells, none trained",
        )
    return read_records(out) if n_scored or restated else records


def best_of(
    console: Console, plan: Plan, records: Sequence[Record], out: Path, seal: Seal | None = None
) -> dict[str, Record]:
    """Exact ceiling of every task of a plan; rows that stand beside an older one are put beside it."""
    with CeilingProgress(console) as progress:
        best = {record.task: record for record in ceilings(plan.cells, records, out, seal, progress.report)}
    moved = Counter(record.task for record in put_beside(records, best.values(), all_tasks(), out))
    for task, n_cells in moved.items():
        cells = f"{n_cells} cell{'s' * (n_cells > 1)} of {task}"
        say(console, f"ceiling changed: {cells} put beside the new one, none trained")
    return best


def unfinished(planned: Iterable[CellKey], records: Iterable[Record]) -> list[str]:
    """Planned cells that have no final record, each with its status."""
    status = {record.cell: record.status for record in records}
    return [
        f"{row} on {task}, seed {seed} ({status.get((task, row, seed, preset), 'not_run')})"
        for task, row, seed, preset in planned
        if status.get((task, row, seed, preset)) not in FINAL
    ]
