"""Running a plan: jobs are driven somewhere, here or on a cluster; their answers are scored and recorded here alone."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from bench.compiled import ROOT
from bench.errors import BenchError, unknown
from bench.metrics import METRIC_VERSION
from bench.run.child import Child, ChildFailed, Limits
from bench.run.drive import Outcome, Place, drive
from bench.run.fits import FitStore
from bench.run.isolation.sandbox import sandbox_for
from bench.run.origin import provenance
from bench.run.plan import Cell, Job, Plan, Plugin
from bench.run.record import Record, append_records, write_json
from bench.run.scores.scoring import score_cell
from bench.run.seal import Seal
from bench.run.store import CaseStore, work_folder
from bench.task import Sizes

Report = Callable[[Job, float, str], None]
"""Progress of a job: a fraction between 0 and 1, and what it is doing."""


@dataclass(frozen=True)
class Run:
    """What the jobs of one run share."""

    store: CaseStore
    ceilings: dict[str, Record]
    out: Path
    limits: Limits
    report: Report
    rerun: bool = False
    stop: threading.Event = field(default_factory=threading.Event)


Engine = Callable[[Plan, Run], Iterator[Record]]
"""Runs the jobs of a plan and gives their records as soon as they are on disk."""


def run_plan(
    plan: Plan,
    ceilings: dict[str, Record],
    out: Path,
    n_jobs: int,
    limits: Limits,
    report: Report,
    *,
    rerun: bool = False,
    engine: Engine | None = None,
    seal: Seal | None = None,
) -> Generator[Record, None, None]:
    """Run the jobs of a plan and give each record as soon as it is on disk."""
    out.mkdir(parents=True, exist_ok=True)
    with work_folder(out) as work:
        run = Run(CaseStore(work, seal), ceilings, out, limits, report, rerun)
        yield from (engine or partial(_run_here, n_jobs))(plan, run)


def _run_here(n_jobs: int, plan: Plan, run: Run) -> Iterator[Record]:
    """Run the jobs of a plan on this machine, in threads that drive child processes."""
    finished: SimpleQueue[Record | Future[None]] = SimpleQueue()

    def work(job: Job) -> None:
        for record in run_job(job, run):
            finished.put(record)

    with ThreadPoolExecutor(n_jobs) as pool:
        futures = [pool.submit(work, job) for job in plan.jobs]
        for future in futures:
            future.add_done_callback(finished.put)
        n_left = len(futures)
        try:
            while n_left:
                came = finished.get()
                if isinstance(came, Record):
                    yield came
                else:
                    n_left -= 1
                    came.result()
        finally:
            run.stop.set()
            for future in futures:
                future.cancel()


def planned(plan: Plan, records: Sequence[Record]) -> list[Record]:
    """Give a record with status ``not_run`` for every open cell of a plan that has none yet.

    Written before the run begins, they keep a cell on the board even if the run never comes to it.
    """
    known = {record.cell for record in records}
    return [_of_cell(_blank(job, ""), cell) for job in plan.jobs for cell in job.cells if cell.key not in known]


def check_settings(plugins: Sequence[Plugin], sizes: Sizes, *, sealed: bool = False) -> list[dict[str, Any]]:
    """Start each plugin once, without fitting it, to find mistakes in its settings; what they are."""
    settings = []
    for plugin in plugins:
        with tempfile.TemporaryDirectory(prefix="check-") as name:
            write_json(Path(name) / "job.json", plugin.order | {"sizes": asdict(sizes), "tasks": []})
            sandbox = sandbox_for(plugin.path, ROOT) if sealed else None
            with Child(Path(name), 1, Limits(time_s=120.0), sandbox=sandbox) as child:
                try:
                    settings.append(child.expect("described")["settings"])
                except ChildFailed as failure:
                    raise BenchError(failure.message) from failure
    return settings


def with_settings(
    plugins: Sequence[Plugin], overrides: Mapping[str, Any], sizes: Sizes, *, sealed: bool = False
) -> list[Plugin]:
    """Give plugins the changed settings that they have; each must be right, and be one of some plugin."""
    changed = [replace(plugin, overrides=dict(overrides)) for plugin in plugins]
    if len(plugins) > 1:
        fields = [set(settings) for settings in check_settings(plugins, sizes, sealed=sealed)]
        for name in overrides.keys() - set().union(*fields):
            raise unknown(f"setting of {', '.join(plugin.name for plugin in plugins)}", name, set().union(*fields))
        changed = [
            replace(plugin, overrides={name: overrides[name] for name in overrides if name in has})
            for plugin, has in zip(plugins, fields, strict=True)
        ]
    check_settings([plugin for plugin in changed if plugin.overrides], sizes, sealed=sealed)
    return changed


def run_job(job: Job, run: Run) -> Iterator[Record]:
    """Run one job here: fit in a child, predict every test set, score, and append a record for every cell."""
    fits = FitStore(run.out, job.key)
    if run.rerun:
        fits.forget()
    started = provenance.now()
    report = partial(run.report, job)
    place = Place(run.store, lambda cell: run.store.test(cell).traces, fits, run.limits, report, run.stop)
    with closing(drive(job, place)) as outcomes:
        yield from settle(job, outcomes, run, started)


def settle(job: Job, outcomes: Iterable[Outcome], run: Run, started: str) -> Iterator[Record]:
    """Score what came of a job's cells and append their records."""
    blank = replace(_blank(job, started), commit=provenance.commit())
    for cell, outcome in zip(job.cells, outcomes, strict=False):
        if outcome.status == "not_run":
            return
        base = replace(_of_cell(blank, cell), **outcome.measured, message=outcome.message)
        if outcome.prediction is None:
            record = replace(base, status=outcome.status)
        else:
            cases, ceiling = run.store.test(cell), run.ceilings[cell.task.name]
            record = score_cell(cell, cases, outcome.prediction, base, ceiling, run.out, run.store.seal)
        append_records(run.out, [record])
        yield record


def _blank(job: Job, started: str) -> Record:
    """Record of a job before anything is known of it."""
    cell = job.first
    return Record(
        task=cell.task.name,
        task_digest="",
        row=cell.plugin.row,
        model=cell.plugin.name,
        settings=dict(cell.plugin.overrides),
        seed=cell.seed,
        preset=cell.preset,
        sizes=asdict(cell.sizes),
        status="not_run",
        message="",
        source_digest=cell.plugin.digest,
        cases_digest="",
        metric_version=METRIC_VERSION,
        versions=dict(cell.plugin.versions),
        started_utc=started,
        sealed=bool(cell.seal),
        seal_sha256=cell.seal,
    )


def _of_cell(record: Record, cell: Cell) -> Record:
    """Record of a job as that of one of its cells."""
    return replace(record, task=cell.task.name, task_digest=cell.task_digest, cases_digest=cell.cases_digest)
