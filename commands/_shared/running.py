"""What the verbs that run a plan share: older scores brought up to date, ceilings, bars, and what is left undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

from rich.console import Console

from bench.run.engine import Report
from bench.run.plan import CellKey, Plan, stale_cells, without_stale_predictions
from bench.run.record import FINAL, Record, read_records
from bench.run.scores.ceiling import CEILING, SOURCE, ceilings
from bench.run.scores.rescore import put_beside, rescore
from bench.run.seal import Seal
from commands._shared.options import all_tasks, say
from commands._shared.progress import RunProgress


def scored_today(console: Console, out: Path, plugins: Mapping[str, Path], seal: Seal | None = None) -> list[Record]:
    """Records of a folder, those of an older metric scored again; stale ones are left, for they run again."""
    records, tasks = read_records(out), all_tasks()
    stale = stale_cells(records, tasks, {**plugins, CEILING: SOURCE})
    n_scored = 0
    for record in rescore(without_stale_predictions(records, stale), tasks, out, every=False, seal=seal):
        n_scored += 1
        say(console, f"metrics changed: {record.row} on {record.task}, seed {record.seed} scored again")
    return read_records(out) if n_scored else records


def best_of(
    console: Console, plan: Plan, records: Sequence[Record], out: Path, seal: Seal | None = None
) -> dict[str, Record]:
    """Exact ceiling of every task of a plan; rows that stand beside an older one are put beside it."""
    best = {}
    with console.status("computing the exact ceiling of each task") if console.is_terminal else nullcontext():
        for record in ceilings(plan.cells, records, out, seal):
            best[record.task] = record
    moved = Counter(record.task for record in put_beside(records, best.values(), all_tasks(), out))
    for task, n_cells in moved.items():
        cells = f"{n_cells} cell{'s' * (n_cells > 1)} of {task}"
        say(console, f"ceiling changed: {cells} put beside the new one, none trained")
    return best


def run_shown(
    console: Console,
    n_open: int,
    expected_s: float,
    start: Callable[[Report], Generator[Record, None, None]],
    keep: Callable[[Record], object] = lambda record: None,
) -> None:
    """Run what ``start`` begins, hand every record to ``keep``, and show how far it is."""
    with RunProgress(console, n_open, expected_s) as progress, closing(start(progress.report)) as finished:
        for record in finished:
            keep(record)
            progress.done(record)


def unfinished(planned: Iterable[CellKey], records: Iterable[Record]) -> list[str]:
    """Planned cells that have no final record, each with its status."""
    status = {record.cell: record.status for record in records}
    return [
        f"{row} on {task}, seed {seed} ({status.get((task, row, seed, preset), 'not_run')})"
        for task, row, seed, preset in planned
        if status.get((task, row, seed, preset)) not in FINAL
    ]
