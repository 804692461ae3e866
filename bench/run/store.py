"""Cases of a run: drawn once, shared by its jobs, the targets of the test cases kept in this process."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cases import Cases, Traces
from bench.draw import draw_cases, training_cases, validation_cases
from bench.errors import BenchError
from bench.run.plan import Cell
from bench.run.seal import Seal, test_stream

LOCK_FILE = ".lock"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Errors of a disk, a quota or a limit that takes no more."""


@dataclass
class CaseStore:
    """Cases of a run, by digest."""

    folder: Path
    seal: Seal | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tests: dict[str, Cases] = field(default_factory=dict)

    def training_files(self, cell: Cell) -> tuple[Path, Path]:
        """Files of the training and validation cases of a cell."""
        train = self.folder / f"train-{cell.training_digest}.npz"
        valid = self.folder / f"valid-{cell.training_digest}.npz"
        with self._lock:
            for path, draw in ((train, training_cases), (valid, validation_cases)):
                if not path.exists():
                    cases = draw(cell.task, cell.sizes, cell.seed)
                    np.savez(path, allow_pickle=False, **arrays_of(cases.traces), targets=cases.targets.values)
        return train, valid

    def test(self, cell: Cell) -> Cases:
        """Test cases of a cell."""
        if cell.seal != (self.seal.sha256 if self.seal else ""):
            raise ValueError(f"cell '{cell.label}': its seal is not that of the run")
        with self._lock:
            if cell.test_digest not in self._tests:
                task = cell.task
                stream = test_stream(self.seal, task.name)
                self._tests[cell.test_digest] = draw_cases((task.test,), task.test_world, stream, cell.sizes.test)
            return self._tests[cell.test_digest]


def arrays_of(traces: Traces) -> dict[str, NDArray[Any]]:
    """Arrays of traces by name, as they cross to another process."""
    return {"time_s": traces.time_s, "ph": traces.ph, "valid": traces.valid, "known": traces.known}


@contextmanager
def sole_run(out: Path) -> Iterator[None]:
    """Hold a folder for one run; the kernel lets go of it however the run ends."""
    import fcntl  # not on Windows, where no run is started

    with _said_when_unwritable(out):
        out.mkdir(parents=True, exist_ok=True)
        lock = open(out / LOCK_FILE, "ab")  # noqa: SIM115  # closed below
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BenchError(
                f"folder '{out}': runs must be one at a time, got another in progress. "
                "Wait for its end, or name another folder with --out."
            ) from error
        yield


@contextmanager
def _said_when_unwritable(out: Path) -> Iterator[None]:
    """Say in one sentence that a folder takes no files; that a disk is full is said elsewhere."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        raise BenchError(
            f"folder '{out}': path must be a folder that can be written, got: {error.strerror}. "
            "Name another with --out."
        ) from error


@contextmanager
def said_when_full(out: Path) -> Iterator[None]:
    """Say in one sentence that a disk takes no more."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise BenchError(
            f"folder '{out}': disk must have room to write, got: {error.strerror}. "
            "Finished cells are kept: make room, then repeat the command."
        ) from error


@contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """Make a folder for the files of this run's jobs; those of runs that were killed are removed."""
    root = out / ".work"
    with _said_when_unwritable(out):
        root.mkdir(parents=True, exist_ok=True)
    for left in root.iterdir():  # a container gives each run the same number
        if left.name == str(os.getpid()) or not Path(f"/proc/{left.name}").exists():
            shutil.rmtree(left, ignore_errors=True)
    mine = root / str(os.getpid())
    mine.mkdir()
    try:
        yield mine
    finally:
        shutil.rmtree(mine, ignore_errors=True)
