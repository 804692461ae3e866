"""Progress of a run: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType

from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column

from bench.run.estimate import duration
from bench.run.plan import Job
from bench.run.record import CellKey, Record
from commands._shared.terminal import Console
from leaderboard.wording import SYMBOLS

WIDE = 100
"""Columns of a terminal from which there is room for long bars."""
LINE_EVERY_S = 5.0
"""Shortest time between two plain lines of one job."""


def _cut(share: int) -> Column:
    """Column of text that is cut where there is no room for all of it."""
    return Column(no_wrap=True, overflow="ellipsis", ratio=share)


def _left(took_s: float, since: float, share: float) -> str:
    """How long the rest takes, if it goes on as it went since another share was done."""
    return f", about {duration(took_s * (1 - share) / (share - since))} left" if since < share < 1.0 else ""


class CeilingProgress(AbstractContextManager["CeilingProgress"]):
    """Shows of which task the exact posterior is being computed, and of a long one how long it has left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("computing the exact ceiling of each task")
        self._task = ""
        self._began = self._shown = time.monotonic()
        self._since = 0.0

    def __enter__(self) -> CeilingProgress:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def report(self, task: str, share: float) -> None:
        """Take a progress report: what share of a task's cases is done."""
        now = time.monotonic()
        if task != self._task:
            self._task, self._began, self._since = task, now, share
        if now - self._shown < LINE_EVERY_S:
            return
        self._shown = now
        text = f"exact ceiling of {task}: {share:.0%}{_left(now - self._began, self._since, share)}"
        if self._console.is_terminal:
            self._status.update(text)
        else:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class RunProgress(AbstractContextManager["RunProgress"]):
    """Shows what each job is doing and how long it and the run have left."""

    def __init__(self, console: Console, n_cells: int, expected_s: float) -> None:
        self._console = console
        self._n_cells = n_cells
        self._n_done = 0
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._stepped: dict[str, tuple[float, float]] = {}
        self._last_line: dict[str, float] = {}
        self._bars: dict[str, TaskID] = {}
        self._left: dict[str, set[CellKey]] = {}
        self._progress = Progress(
            TextColumn("{task.description}", markup=False, table_column=_cut(3)),
            BarColumn(bar_width=24 if console.width >= WIDE else 8),
            TextColumn("{task.fields[doing]}", style="dim", markup=False, table_column=_cut(2)),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            expand=True,  # what is cut is the text, not the time that is left
        )
        self._expected_s = expected_s
        self._whole: TaskID | None = None
        if console.is_terminal:
            self._whole = self._progress.add_task("cells", total=n_cells, doing=self._expected())

    def __enter__(self) -> RunProgress:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    @property
    def bars(self) -> list[Task]:
        """Bars as they are drawn: of the run, and of every job that has begun."""
        return self._progress.tasks

    def _expected(self) -> str:
        """What the whole run was expected to take; once it takes longer, what is left by the cells that are done."""
        if not self._expected_s:
            return ""
        took_s = time.monotonic() - self._began
        if took_s <= self._expected_s:
            return f"{duration(self._expected_s)} expected"
        left = f", about {duration(took_s * (self._n_cells / self._n_done - 1))} left" if self._n_done else ""
        return f"over {duration(self._expected_s)}{left}"

    def report(self, job: Job, fraction: float, doing: str) -> None:
        """Take a progress report from a worker thread."""
        with self._lock:
            now = time.monotonic()
            if fraction > 0.0:  # from the first step on, which imports and compiles as well
                self._stepped.setdefault(job.key, (now, fraction))
            since, at = self._stepped.get(job.key, (now, fraction))
            if self._whole is not None:
                self._progress.update(self._whole, doing=self._expected())
                if job.key not in self._bars:
                    self._bars[job.key] = self._progress.add_task(job.label, total=1.0, doing="")
                    self._left[job.key] = {cell.key for cell in job.cells}
                self._progress.update(self._bars[job.key], completed=fraction, doing=doing)
            elif now - self._last_line.get(job.key, 0.0) >= LINE_EVERY_S:
                self._last_line[job.key] = now
                self._line(f"{job.label}: {doing}{_left(now - since, at, fraction)}")

    def done(self, record: Record) -> None:
        """Take a finished cell."""
        with self._lock:
            self._n_done += 1
            text = (
                f"[{self._n_done}/{self._n_cells}] {record.row} on {record.task}, seed {record.seed}: {record.status}"
            )
            if record.status == "ok":
                r2 = ", ".join(
                    f"R2({SYMBOLS[target]}) {score['r2']:.3f}"
                    for target, score in record.scores.items()
                    if isinstance(score["r2"], float)
                )
                text += f", {r2}"
                if record.fit_s is not None:
                    text += f", fitted in {duration(record.fit_s) if record.fit_s >= 1 else 'less than 1 s'}"
            elif record.message.strip():
                text += f": {record.message.strip().splitlines()[-1]}"
            for key, left in self._left.items():
                left.discard(record.cell)
                self._progress.update(self._bars[key], visible=bool(left))
            self._line(text)
            if self._whole is not None:
                self._progress.update(self._whole, completed=self._n_done, doing=self._expected())

    def _line(self, text: str) -> None:
        """Print one line above the bars."""
        elapsed = duration(time.monotonic() - self._began)
        console = self._progress.console if self._console.is_terminal else self._console
        console.print(f"{elapsed:>8}  {text}", markup=False, highlight=False, soft_wrap=True)
