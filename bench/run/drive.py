"""Driving one job where its child runs: fit once, answer every test set. Nothing is scored and no target is here."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.cases import Traces
from bench.compiled import ROOT
from bench.contract import Prediction
from bench.run.child import Child, ChildFailed, Limits
from bench.run.fits import FitStore
from bench.run.isolation.handover import hand_over
from bench.run.isolation.protocol import FIELDS, clean_text
from bench.run.isolation.sandbox import sandbox_for
from bench.run.origin import provenance
from bench.run.plan import Cell, Job
from bench.run.record import write_json
from bench.run.scores.prediction import ask
from bench.run.store import CaseStore


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one cell, before it is scored; it may come from another machine."""

    status: str
    message: str
    measured: dict[str, Any]
    prediction: Prediction | None = None


@dataclass(frozen=True)
class Place:
    """What a job finds where it is driven."""

    store: CaseStore
    traces: Callable[[Cell], Traces]
    fits: FitStore
    limits: Limits
    report: Callable[[float, str], None]
    stop: threading.Event = field(default_factory=threading.Event)


def drive(job: Job, place: Place) -> Generator[Outcome, None, None]:
    """Drive children until every cell of a job has an outcome.

    The first fits and answers one test set; every other is answered by a child of its own that opens the stored fit and
    has seen no other: tasks share their cases, so a child that answers two could remember the denser one.
    """
    waiting, ends = list(job.cells), time.monotonic() + place.limits.time_s
    while waiting:
        n_before = len(waiting)
        for outcome in _serve(job, waiting, place, ends):
            waiting.pop(0)
            yield outcome
        if len(waiting) == n_before:
            raise RuntimeError(f"job '{job.label}': no cell was finished")


def _serve(job: Job, waiting: list[Cell], place: Place, ends: float) -> Iterator[Outcome]:
    """Start a child and give outcomes in the order of the waiting cells, up to the first that it answers.

    A child that is lost before it has a fit takes all its cells along; later only the cell that it worked on.
    """
    cells = list(waiting)
    sandbox = sandbox_for(job.first.plugin.path, ROOT, job.device) if job.first.seal else None
    measured: dict[str, Any] = {
        "host": provenance.host() | {"device": job.device},
        "isolation": "none" if sandbox is None else sandbox.isolation,
    }
    with tempfile.TemporaryDirectory(dir=place.store.folder, prefix="job-") as name:
        folder = Path(name)
        write_order(job, cells, folder)
        with Child(folder, job.threads, place.limits, place.stop, sandbox, ends) as child:
            try:
                if len(cells) == len(job.cells):
                    place.report(0.0, "starting")
                described = child.expect("described")
                measured["settings"] = described["settings"]
                reasons = {cell.task.name: described["cannot"].get(cell.task.name) for cell in cells}
                if any(reasons[cell.task.name] is None for cell in cells):
                    measured |= fit_or_load(job, child, folder, place, ends)
            except ChildFailed as failure:
                measured["peak_memory_mb"] = child.peak_memory_mb
                for _ in cells:
                    yield _ended(failure, measured)
                return
            for cell in cells:
                reason = reasons[cell.task.name]
                if reason is not None:
                    yield _ended(ChildFailed("cannot", reason), measured)
                    continue
                place.report(1.0, f"predicting {cell.task.name}")
                try:
                    prediction, costs = ask(place.traces(cell), "test", child, folder)
                except ChildFailed as failure:
                    yield _ended(failure, measured)
                    return
                peak = max(measured.get("peak_memory_mb") or 0.0, child.peak_memory_mb)
                yield Outcome("ok", "", measured | costs | {"peak_memory_mb": peak}, prediction)
                return


def fit_or_load(job: Job, child: Child, folder: Path, place: Place, ends: float) -> dict[str, Any]:
    """Have the child fit, or load the stored fit, and give what that took."""
    fits = place.fits
    if fits.copy_to(folder):
        try:
            child.send(do="load")
            child.expect("fitted")
            child.expect("stored")
        except ChildFailed as failure:
            if failure.status == "failed":
                fits.forget()  # one that cannot be opened would fail for ever
            raise
        return fits.notes()
    for source, target in zip(place.store.training_files(job.first), ("train.npz", "valid.npz"), strict=True):
        hand_over(source, folder / target)
    cpu_s, started = child.cpu_s(), time.perf_counter()
    child.send(do="fit", time_s=ends - time.monotonic(), memory_mb=place.limits.memory_mb)
    while (event := child.receive())["event"] == "progress":
        place.report(_fraction(event), event["message"])
    fit_s, fit_cpu_s = time.perf_counter() - started, child.cpu_s() - cpu_s
    if event["event"] != "fitted":
        raise ChildFailed("failed", f"the child broke the protocol: {event['event']!r} came instead of 'fitted'")
    child.expect("stored")
    notes = {"fit_s": fit_s, "fit_cpu_s": fit_cpu_s, "peak_memory_mb": child.peak_memory_mb}
    notes |= {name: event[name] for name in FIELDS["fitted"]}
    fits.keep(folder, notes)
    return notes


def _fraction(progress: dict[str, Any]) -> float:
    """Fraction of a progress report, whatever number a plugin gives: bars cannot be drawn of another."""
    return float(min(1.0, max(0.0, progress["fraction"])))  # in this order nan becomes 0


def write_order(job: Job, cells: list[Cell], folder: Path) -> None:
    """Write what the child needs to know."""
    first = job.first
    write_json(
        folder / "job.json",
        first.plugin.order
        | {
            "seed": first.seed,
            "sizes": asdict(first.sizes),
            "tasks": [asdict(cell.task) for cell in cells],
            "acquisitions": [asdict(acquisition) for acquisition in first.task.train],
            "world": first.task.train_world.as_dict(),
            "device": job.device,
            "threads": job.threads,
        },
    )


def _ended(failure: ChildFailed, measured: dict[str, Any]) -> Outcome:
    """Outcome of a cell without an answer."""
    return Outcome(failure.status, provenance.without_paths(clean_text(failure.message)), measured)
