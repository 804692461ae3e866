"""A job on another machine: the order that goes there, the worker's side of it, and the reply that comes back.

Orders and replies are dictionaries of text, numbers, bytes and plain arrays. A stored fit crosses as bytes and is
opened by no one but a child.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.cases import Traces
from bench.compiled import ROOT
from bench.contract import Prediction
from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.drive import Outcome, Place, drive
from bench.run.fits import FitStore
from bench.run.origin.sources import source_digest, sources_of
from bench.run.plan import Cell, Job, Plugin
from bench.run.store import CaseStore, arrays_of
from bench.task import Sizes, task_from_dict

if TYPE_CHECKING:
    from distributed import Worker

POLL_S = 0.2
"""How often a worker looks whether its job is still wanted."""
ROW = "::"
"""Between the path of a table and the name of a row in it."""
REPORT_EVERY_S = 1.0
"""Shortest time between two progress reports of one job."""

Order = dict[str, Any]
Reply = dict[str, Any]


def order_of(job: Job, limits: Limits, fits: FitStore, traces: dict[str, Traces] | None = None) -> Order:
    """Write a job down for another machine."""
    first = job.first
    return {
        "plugin": address(first.plugin),
        "digest": first.plugin.digest,
        "overrides": first.plugin.overrides,
        "seed": first.seed,
        "preset": first.preset,
        "sizes": asdict(first.sizes),
        "tasks": [asdict(cell.task) for cell in job.cells],
        "seal": first.seal,
        "device": job.device,
        "threads": job.threads,
        "limits": asdict(limits),
        "fit": fits.packed(),
        "traces": None if traces is None else {name: arrays_of(given) for name, given in traces.items()},
    }


def job_of(order: Order) -> Job:
    """Read a job that another machine has written down."""
    path, _, member = order["plugin"].partition(ROW)
    plugin = Plugin(ROOT / path, order["overrides"], member)
    digest = digests([order["plugin"]])[order["plugin"]]
    if digest != order["digest"]:
        raise BenchError(
            f"plugin '{order['plugin']}': source digest must be {order['digest']}, got {digest or 'no file'}. "
            "Update the worker's checkout and its environment, and start it again."
        )
    sizes = Sizes(**order["sizes"])
    tasks = [task_from_dict(value) for value in order["tasks"]]
    cells = tuple(Cell(task, plugin, order["seed"], order["preset"], sizes, order["seal"]) for task in tasks)
    return Job(cells, order["device"], order["threads"])


def serve(order: Order) -> Reply:
    """Carry out an order on a Dask worker."""
    from distributed import get_worker

    worker = get_worker()
    job = job_of(order)
    with TemporaryDirectory(prefix="bench-job-") as name, _while_wanted(worker) as stop:
        fits = FitStore(Path(name), job.key)
        if order["fit"] is not None:
            fits.unpack(*order["fit"])
        store = CaseStore(Path(name))
        given = order["traces"]

        def traces(cell: Cell) -> Traces:
            return store.test(cell).traces if given is None else Traces(**given[cell.task.name])

        report = _reporter(lambda event: worker.log_event(order["topic"], event))
        place = Place(store, traces, fits, Limits(**order["limits"]), report, stop)
        with closing(drive(job, place)) as outcomes:
            answered = [asdict(outcome) for outcome in outcomes]
        kept = fits.packed()
        return {"outcomes": answered, "fit": None if order["fit"] else kept, "kept": kept is not None}


def outcomes_of(reply: Reply, fits: FitStore) -> list[Outcome]:
    """Read what a worker has answered, and keep its fit."""
    if reply["fit"] is not None:
        fits.unpack(*reply["fit"])
    elif not reply["kept"]:
        fits.forget()
    return [_outcome(**value) for value in reply["outcomes"]]


def portable(path: Path) -> str:
    """Path of a source file as another machine finds it.

    Examples
    --------
    >>> portable(ROOT / "models" / "tcn.py")
    'models/tcn.py'
    """
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def address(plugin: Plugin) -> str:
    """Where another machine finds a plugin: a file, or a row in it.

    Examples
    --------
    >>> address(Plugin(ROOT / "models" / "tcn.py")), address(Plugin(ROOT / "models" / "rows.py", member="a"))
    ('models/tcn.py', 'models/rows.py::a')
    """
    return portable(plugin.path) + (ROW + plugin.member if plugin.member else "")


def digests(addresses: list[str]) -> dict[str, str]:
    """Source digests of files, or of rows in them, as they are on disk now.

    Examples
    --------
    >>> digests(["models/no_such_file.py"])
    {'models/no_such_file.py': ''}
    """
    sources_of.cache_clear()  # a worker lives long, and its checkout may change under it
    parts = {each: each.partition(ROW) for each in addresses}
    return {
        each: source_digest(ROOT / path, member) if (ROOT / path).is_file() else ""
        for each, (path, _, member) in parts.items()
    }


def _outcome(prediction: dict[str, Any] | None, **rest: Any) -> Outcome:
    """Outcome of one cell from its fields."""
    if prediction is None:
        return Outcome(**rest)
    return Outcome(**rest, prediction=Prediction(**{name: prediction[name] for name in ("mean", "sd", "samples")}))


def _reporter(send: Callable[[dict[str, Any]], None]) -> Callable[[float, str], None]:
    """Progress report that sends no more than the wire should carry."""
    last = [float("-inf")]

    def report(fraction: float, doing: str) -> None:
        if time.monotonic() - last[0] >= REPORT_EVERY_S:
            last[0] = time.monotonic()
            send({"fraction": fraction, "doing": doing})

    return report


@contextmanager
def _while_wanted(worker: Worker) -> Iterator[threading.Event]:
    """Event that is set when the job is cancelled or its worker ends: Dask itself cannot stop a thread."""
    key, stop, over = worker.get_current_task(), threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(POLL_S):
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing" or worker.status.name != "running":
                stop.set()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        over.set()
        watcher.join()
