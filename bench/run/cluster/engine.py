"""Running jobs on a Dask cluster: a worker's thread drives the child of one job and gives plain values back.

The parent alone scores, and alone writes records, predictions and fits. It hands a worker no more jobs than the worker
has threads and sends a job of a lost worker elsewhere itself: Dask blames every job that a lost worker held, also those
that had not begun, so that one job that kills its workers would take others along.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bench.cases import Traces
from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.cluster.remote import Reply, address, digests, order_of, outcomes_of, portable
from bench.run.drive import Outcome
from bench.run.engine import Run, settle
from bench.run.fits import FitStore
from bench.run.origin import provenance
from bench.run.plan import DRAW, Job, Plan
from bench.run.record import Record

if TYPE_CHECKING:
    from distributed import Client, Future

POLL_S = 0.5
"""How often the parent looks for workers that came or went."""
MOST_LOSSES = 3
"""How many workers a job may lose before it fails: hosts are taken away for other reasons as well."""
SOURCES = (DRAW, *(ROOT / "bench" / "run" / name for name in ("job.py", "isolation/keeper.py", "cluster/remote.py")))
"""What a worker must have as the parent has it, beside the plugins."""


@dataclass(frozen=True)
class Cluster:
    """An engine that runs jobs on the workers of a Dask scheduler.

    Examples
    --------
    >>> Cluster("tcp://127.0.0.1:8786").patience_s
    60.0
    """

    address: str
    say: Callable[[str], None] = print
    patience_s: float = 60.0

    def __call__(self, plan: Plan, run: Run) -> Iterator[Record]:
        """Run the jobs of a plan."""
        if plan.jobs:
            with self._connected() as client:
                yield from _Dispatch(self, client, run, deque(plan.jobs)).records()

    @contextmanager
    def _connected(self) -> Iterator[Client]:
        """Connect to the scheduler, and let go of everything there at the end."""
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise BenchError(
                "option '--cluster': package dask[distributed] must be installed, got none. "
                "Run 'pip install -r requirements-cluster.lock'."
            ) from error
        try:
            client = Client(self.address, timeout=max(self.patience_s, 10.0))
        except (OSError, ValueError) as error:
            raise self.gone() from error
        try:
            yield client
        finally:
            client.close(timeout=5)

    def gone(self) -> BenchError:
        """Error for a scheduler that does not answer."""
        return BenchError(
            f"cluster '{self.address}': scheduler must answer, got nothing. Start it with 'dask scheduler', then "
            "repeat the command; finished cells are kept."
        )

    def empty(self) -> BenchError:
        """Error for a scheduler without a worker that may be given jobs."""
        return BenchError(
            f"cluster '{self.address}': workers with the sources of this run must be at least 1, got 0 in "
            f"{self.patience_s:g} s. Run 'python run_bench.py worker {self.address}' on each host, then repeat the "
            "command; finished cells are kept."
        )


@dataclass
class _Dispatch:
    """One run on a cluster: what waits, what runs on which worker, and what is known of the workers."""

    cluster: Cluster
    client: Client
    run: Run
    waiting: deque[Job]
    running: dict[Future[Any], tuple[Job, str, str]] = field(default_factory=dict)
    accepted: dict[str, bool] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)

    def records(self) -> Iterator[Record]:
        """Hand out jobs and settle what comes back, until nothing is left."""
        own = digests([*map(portable, SOURCES), *{address(job.first.plugin) for job in self.waiting}])
        alone_since = time.monotonic()
        try:
            while self.waiting or self.running:
                threads = self._workers(own)
                if threads:
                    alone_since = time.monotonic()
                elif time.monotonic() - alone_since > self.cluster.patience_s:
                    raise self.cluster.empty()
                yield from self._take_back(threads)
                self._hand_out(threads)
                yield from self._settle_finished()
        finally:
            with suppress(OSError, TimeoutError):
                self.client.cancel(list(self.running))

    def _workers(self, own: dict[str, str]) -> dict[str, int]:
        """Threads of every worker that may be given jobs; new ones are asked for their sources first."""
        try:
            threads: dict[str, int] = self.client.nthreads()
            new = [worker for worker in threads if worker not in self.accepted]
            asked = self.client.run(_there("digests"), list(own), workers=new, on_error="return") if new else {}
        except (OSError, TimeoutError, RuntimeError) as error:  # distributed raises the last where it is closed
            raise self.cluster.gone() from error
        for worker, theirs in asked.items():
            if isinstance(theirs, OSError | TimeoutError):
                continue  # it has just gone, or is asked again
            self.accepted[worker] = theirs == own
            if theirs != own:
                self.cluster.say(_refusal(worker, own, theirs))
        return {worker: n_threads for worker, n_threads in threads.items() if self.accepted.get(worker)}

    def _take_back(self, threads: dict[str, int]) -> Iterator[Record]:
        """Take back the jobs of workers that have gone."""
        for future, (job, worker, started) in list(self.running.items()):
            if worker not in threads and not future.done():
                del self.running[future]
                future.cancel()
                yield from self._lost(job, started)

    def _lost(self, job: Job, started: str) -> Iterator[Record]:
        """Queue a job that has lost its worker once more, or end it if it has lost too many."""
        self.losses[job.key] += 1
        n_lost = self.losses[job.key]
        self.cluster.say(f"{job.label}: its worker was lost, {n_lost} of at most {MOST_LOSSES}")
        if n_lost < MOST_LOSSES:
            self.waiting.append(job)
        else:
            yield from self._failed(job, f"its worker was lost {n_lost} times while it ran", started)

    def _failed(self, job: Job, message: str, started: str) -> Iterator[Record]:
        """Records of a job of which nothing came back."""
        return settle(job, [Outcome("failed", message, {}) for _ in job.cells], self.run, started)

    def _hand_out(self, threads: dict[str, int]) -> None:
        """Give every free thread a job."""
        busy = Counter(worker for _, worker, _ in self.running.values())
        free = [worker for worker, n_threads in threads.items() for _ in range(n_threads - busy[worker])]
        for worker in free[: len(self.waiting)]:
            job = self.waiting.popleft()
            fits = FitStore(self.run.out, job.key)
            if self.run.rerun:
                fits.forget()
            order = order_of(job, self.run.limits, fits, self._sealed_traces(job))
            future = self.client.submit(
                _there("serve"), order | {"topic": self._topic(job)}, workers=[worker], pure=False
            )
            self.running[future] = (job, worker, provenance.now())

    def _sealed_traces(self, job: Job) -> dict[str, Traces] | None:
        """Test traces of a sealed job, by task: without the key, which stays here, a worker cannot draw them."""
        if not job.first.seal:
            return None
        return {cell.task.name: self.run.store.test(cell).traces for cell in job.cells}

    def _topic(self, job: Job) -> str:
        """Topic under which a worker reports the progress of a job."""
        topic = f"{self.client.id}-{job.key}"

        def take(event: tuple[float, dict[str, Any]]) -> None:
            self.run.report(job, event[1]["fraction"], event[1]["doing"])

        self.client.subscribe_topic(topic, take)
        return topic

    def _settle_finished(self) -> Iterator[Record]:
        """Settle the jobs that have come back, after a short wait for one."""
        from distributed import wait

        if not self.running:
            time.sleep(POLL_S)
            return
        try:
            done = wait(list(self.running), timeout=POLL_S, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return
        except CancelledError as lost:  # not by this run: the client has lost its scheduler, and found another there
            raise self.cluster.gone() from lost
        for future in done:
            job, _, started = self.running.pop(future)
            if future.cancelled():  # not by this run: the client has lost its scheduler
                raise self.cluster.gone()
            if future.status == "error":
                error = future.exception()
                yield from self._failed(job, f"the worker could not run it: {type(error).__name__}: {error}", started)
                continue
            try:
                reply: Reply = future.result(timeout=self.cluster.patience_s)
            except (OSError, TimeoutError):  # the worker went with its answer
                yield from self._lost(job, started)
                continue
            outcomes = outcomes_of(reply, FitStore(self.run.out, job.key))
            yield from settle(job, outcomes, self.run, started)
            if rest := _not_run(job, outcomes):  # its worker was told to end
                yield from self._lost(rest, started)


def _not_run(job: Job, outcomes: list[Outcome]) -> Job | None:
    """Job of the cells that were not run: those that were are done, whatever becomes of the others."""
    cells = [cell for cell, outcome in zip(job.cells, outcomes, strict=True) if outcome.status == "not_run"]
    return replace(job, cells=tuple(cells)) if cells else None


def _there(name: str) -> Callable[[Any], Any]:
    """Function that a worker finds in its own checkout; it travels by value, so that the scheduler needs none."""

    def call(argument: Any) -> Any:
        from importlib import import_module

        return getattr(import_module("bench.run.cluster.remote"), name)(argument)

    return call


def _refusal(worker: str, own: dict[str, str], theirs: dict[str, str] | BaseException) -> str:
    """Say why a worker gets no jobs."""
    if isinstance(theirs, dict):
        path = next(path for path in own if theirs.get(path) != own[path])
        what, got = f"source digest of {path} must be {own[path]}", theirs.get(path) or "no such file"
    else:
        what, got = "sources must be a checkout of this suite", f"{type(theirs).__name__}: {theirs}"
    return f"worker '{worker}': {what}, got {got}. Update its checkout and its environment, and start it again."
