"""Running a plan: threads that each drive one child process, score what it answers and append the records."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError
from bench.metrics import METRIC_VERSION
from bench.run import provenance
from bench.run.child import Child, ChildFailed, Limits
from bench.run.fits import FitStore
from bench.run.plan import Cell, Job, Plan, Plugin
from bench.run.prediction import TestSet, predict
from bench.run.record import Record, append_records, write_json
from bench.run.store import CaseStore, work_folder
from bench.task import Sizes

Array = NDArray[np.float64]

Report = Callable[[Job, float, str], None]
"""Progress of a job: a fraction between 0 and 1, and what it is doing."""


@dataclass(frozen=True)
class Run:
    """What the jobs of one run share.

    Parameters
    ----------
    store : CaseStore
        Cases of the run.
    ceilings : dict
        Task to the record of its exact posterior.
    out : Path
        Folder of records, predictions and stored fits.
    limits : Limits
        What each child may use.
    report : callable
        Called from worker threads with progress.
    rerun : bool
        Whether to fit again where a stored fit exists.
    stop : threading.Event
        Ends the children when it is set; cells that are not finished then have no record.
    """

    store: CaseStore
    ceilings: dict[str, Record]
    out: Path
    limits: Limits
    report: Report
    rerun: bool = False
    stop: threading.Event = field(default_factory=threading.Event)


def run_plan(
    plan: Plan,
    ceilings: dict[str, Record],
    out: Path,
    n_jobs: int,
    limits: Limits,
    report: Report,
    *,
    rerun: bool = False,
) -> Generator[Record, None, None]:
    """Run the jobs of a plan and give each record as soon as it is on disk.

    Parameters
    ----------
    plan : Plan
        What to run.
    ceilings : dict
        Task to the record of its exact posterior, which every score is put beside.
    out : Path
        Folder of records, predictions and stored fits.
    n_jobs : int
        Children at a time.
    limits : Limits
        What each child may use.
    report : callable
        Called from worker threads with progress.
    rerun : bool
        Whether to fit again where a stored fit exists.

    Yields
    ------
    Record
        One a cell, in the order in which jobs end.
    """
    out.mkdir(parents=True, exist_ok=True)
    with work_folder(out) as work, ThreadPoolExecutor(n_jobs) as pool:
        run = Run(CaseStore(work), ceilings, out, limits, report, rerun)
        futures: list[Future[list[Record]]] = [pool.submit(run_job, job, run) for job in plan.jobs]
        try:
            for future in as_completed(futures):
                yield from future.result()
        finally:
            run.stop.set()
            for future in futures:
                future.cancel()


def check_settings(plugins: Sequence[Plugin], sizes: Sizes) -> None:
    """Start each plugin once, without fitting it, to find mistakes in its settings before a run begins.

    Parameters
    ----------
    plugins : sequence of Plugin
        Models with changed settings.
    sizes : Sizes
        Numbers of cases of the run.

    Raises
    ------
    BenchError
        A plugin that does not load, or does not take a setting.
    """
    for plugin in plugins:
        with tempfile.TemporaryDirectory(prefix="check-") as name:
            order = {"plugin": str(plugin.path.resolve()), "overrides": plugin.overrides}
            write_json(Path(name) / "job.json", order | {"sizes": asdict(sizes), "tasks": []})
            with Child(Path(name), 1, Limits(time_s=120.0)) as child:
                try:
                    child.expect("described")
                except ChildFailed as failure:
                    raise BenchError(failure.message) from failure


def run_job(job: Job, run: Run) -> list[Record]:
    """Run one job: fit in a child, predict every test set, score, and append a record for every cell.

    Parameters
    ----------
    job : Job
        What to run.
    run : Run
        What it shares with the other jobs.

    Returns
    -------
    list of Record
        One a cell, whatever happened; fewer where the run was stopped.
    """
    fits = FitStore(run.out, job.key)
    if run.rerun:
        fits.forget()
    waiting = list(job.cells)
    records: list[Record] = []
    started = datetime.now(UTC).isoformat(timespec="seconds")
    while waiting:
        n_before = len(waiting)
        for record in _serve(job, waiting, fits, run):
            if record.status == "not_run":
                return records
            record = replace(record, started_utc=started)
            append_records(run.out, [record])
            records.append(record)
            waiting.pop(0)
        if len(waiting) == n_before:
            raise RuntimeError(f"job '{job.label}': no cell was finished")
    return records


def _serve(job: Job, waiting: list[Cell], fits: FitStore, run: Run) -> Iterator[Record]:
    """Start a child and give records in the order of the waiting cells, until all are done or the child is lost.

    A child that is lost before it has a fit takes all its cells along; later only the cell that it worked on.
    """
    cells = list(waiting)
    base = _blank(job)
    with tempfile.TemporaryDirectory(dir=run.store.folder, prefix="job-") as name:
        folder = Path(name)
        _write_order(job, cells, folder)
        with Child(folder, job.threads, run.limits, run.stop) as child:
            try:
                run.report(job, 0.0, "starting")
                described = child.expect("described")
                base = replace(base, settings=described["settings"])
                reasons = described["cannot"]
                if any(reasons[cell.task.name] is None for cell in cells):
                    base = _fit(job, child, folder, fits, base, run)
            except ChildFailed as failure:
                base = replace(base, peak_memory_mb=child.peak_memory_mb)
                for cell in cells:
                    yield _ended(base, cell, failure)
                return
            for number, cell in enumerate(cells):
                reason = reasons[cell.task.name]
                if reason is not None:
                    yield _ended(base, cell, ChildFailed("cannot", reason))
                    continue
                run.report(job, 1.0, f"predicting {cell.task.name}")
                try:
                    test = TestSet(cell, run.store.test(cell), run.ceilings[cell.task.name], f"test-{number}")
                    record = predict(test, child, folder, _of_cell(base, cell), run.out)
                except ChildFailed as failure:
                    yield _ended(base, cell, failure)
                    return
                yield replace(record, peak_memory_mb=max(base.peak_memory_mb or 0.0, child.peak_memory_mb))


def _fit(job: Job, child: Child, folder: Path, fits: FitStore, base: Record, run: Run) -> Record:
    """Have the child fit, or load the stored fit, and note what that took."""
    if fits.copy_to(folder):
        try:
            child.send(do="load")
            child.expect("fitted")
            child.expect("stored")
        except ChildFailed as failure:
            if failure.status == "failed":
                fits.forget()  # one that cannot be opened would fail for ever
            raise
        return replace(base, **fits.notes())
    for source, target in zip(run.store.training_files(job.first), ("train.npz", "valid.npz"), strict=True):
        shutil.copyfile(source, folder / target)
    started = time.perf_counter()
    child.send(do="fit")
    while (event := child.receive())["event"] == "progress":
        run.report(job, float(event["fraction"]), str(event["message"]))
    fit_s = time.perf_counter() - started
    if event["event"] != "fitted":
        raise ChildFailed("failed", f"the child broke the protocol: {event['event']!r} came instead of 'fitted'")
    child.expect("stored")
    notes = {
        "fit_s": fit_s,
        "peak_memory_mb": child.peak_memory_mb,
        "n_parameters": event["n_parameters"],
        "simulator_calls": event["simulator_calls"],
        "history": event["history"],
    }
    fits.keep(folder, notes)
    return replace(base, **notes)


def _write_order(job: Job, cells: list[Cell], folder: Path) -> None:
    """Write what the child needs to know."""
    first = job.first
    write_json(
        folder / "job.json",
        {
            "plugin": str(first.plugin.path.resolve()),
            "overrides": first.plugin.overrides,
            "seed": first.seed,
            "sizes": asdict(first.sizes),
            "tasks": [asdict(cell.task) for cell in cells],
            "acquisitions": [asdict(acquisition) for acquisition in first.task.train],
            "world": first.task.train_world.name,
            "device": job.device,
            "threads": job.threads,
        },
    )


def _blank(job: Job) -> Record:
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
        versions=provenance.versions_of(provenance.libraries_of(cell.plugin.path)),
        host=provenance.host() | {"device": job.device},
        commit=provenance.commit(),
    )


def _of_cell(base: Record, cell: Cell) -> Record:
    """Record of a job, made one of a cell."""
    return replace(base, task=cell.task.name, task_digest=cell.task.digest(), cases_digest=cell.cases_digest)


def _ended(base: Record, cell: Cell, failure: ChildFailed) -> Record:
    """Record of a cell that has no scores."""
    return replace(_of_cell(base, cell), status=failure.status, message=provenance.without_paths(failure.message))
