"""Records: one JSON line a cell, appended and never edited; the raw predictions lie in files beside them."""

from __future__ import annotations

import gc
import json
import math
import os
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError

RECORDS_FILE = "records.jsonl"
PREDICTIONS_FOLDER = "predictions"
EXAMPLES_FOLDER = "examples"

BLOCK_BYTES = 65_536
"""How much of a file of records is looked at in one go for the end of its last line."""

STATUSES = ("ok", "failed", "timeout", "out_of_memory", "invalid_output", "cannot", "not_run")
FINAL = ("ok", "cannot")
"""Statuses of cells that need not run again."""


@dataclass(frozen=True)
class Record:
    """What came out of one cell: a task, a model with its settings, and a seed."""

    task: str
    task_digest: str
    row: str
    model: str
    settings: dict[str, Any]
    """All settings of the model; ``row`` names those that were changed."""
    seed: int
    preset: str
    sizes: dict[str, int]
    status: str
    message: str
    """The last lines of a failure, or the model's reason."""
    source_digest: str
    """Of the plugin, the project modules that it imports and the library versions."""
    cases_digest: str
    """Of the training and test cases and of the modules that draw them."""
    metric_version: int
    scores: dict[str, dict[str, float | str]] = field(default_factory=dict)
    """Target to ``r2``, ``rmse``, ``mae``, ``bias``; empty unless ok."""
    forecast: dict[str, float] = field(default_factory=dict)
    """pH RMSE to 2000 s: ``ph_rmse``, ``ph_rmse_median``, ``ph_rmse_p95``, and ``n_clipped`` cases."""
    uncertainty: dict[str, dict[str, float]] = field(default_factory=dict)
    """Target to ``nll``, ``crps``, ``sharpness``, ``coverage_50``, ``coverage_90``, for models that give it."""
    ceiling: dict[str, dict[str, float | str]] = field(default_factory=dict)
    """Target to the ceiling's ``r2``, its ``r2_error`` and the row's ``rmse_ratio``; ``forecast`` to ``rmse_ratio``."""
    fit_s: float | None = None
    predict_s: float | None = None
    """Wall seconds, as those of the fit, by the runner's clock."""
    fit_cpu_s: float | None = None
    predict_cpu_s: float | None = None
    """Processor seconds of the child and its descendants, by the kernel's clocks; the firmer on a busy machine."""
    predict_one_ms: float | None = None
    """Wall milliseconds to predict a single case."""
    peak_memory_mb: float | None = None
    """Largest resident memory of the child and its descendants."""
    n_parameters: int | None = None
    simulator_calls: int | None = None
    history: list[dict[str, float | str]] = field(default_factory=list)
    """One entry an epoch, for models that train by epochs; values that are not finite as text."""
    trials: int | None = None
    """Settings that were tried for the fit, where the plugin says so."""
    pretrained_on: str = ""
    """What it was trained on beside the training cases, where the plugin says so."""
    prediction_file: str = ""
    """Relative to the folder of the records; empty where there is none."""
    versions: dict[str, str] = field(default_factory=dict)
    host: dict[str, Any] = field(default_factory=dict)
    commit: str = ""
    """With ``+changes`` where the checkout was not clean."""
    started_utc: str = ""
    sealed: bool = False
    """Whether the test cases were drawn from a secret key, whose SHA-256 follows; else anybody can draw them again."""
    seal_sha256: str = ""
    isolation: str = "none"
    """What confined the child: ``landlock`` with its version, or ``none``."""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise BenchError(
                f"record '{self.task}/{self.row}': status must be one of {', '.join(STATUSES)}, got {self.status!r}. "
                "Mend or remove the line."
            )

    @property
    def cell(self) -> tuple[str, str, int, str]:
        """What the record is about: task, row, seed, preset."""
        return self.task, self.row, self.seed, self.preset


def read_records(folder: Path) -> list[Record]:
    """Read the newest record of every cell."""
    path = folder / RECORDS_FILE
    if not path.exists():
        return []
    newest: dict[tuple[str, str, int, str], Record] = {}
    known = {f.name for f in fields(Record)}
    with open(path, encoding="utf-8", newline="\n") as file, _without_garbage():
        for number, line in enumerate(file, start=1):
            if not line.endswith("\n"):
                break
            if line == "\n":
                continue
            try:
                value = json.loads(line)
                if not value.keys() <= known:  # by a later version
                    value = {name: value[name] for name in known & value.keys()}
                record = Record(**value)
            except (json.JSONDecodeError, TypeError, AttributeError) as error:
                raise BenchError(
                    f"{path.name} '{number}': line must be one JSON record, got {line[:-1][:60]!r}. Remove the line."
                ) from error
            newest[record.cell] = record
    return sorted(newest.values(), key=lambda r: (r.task, r.row, r.preset, r.seed))


def append_records(folder: Path, records: Iterable[Record]) -> None:
    """Append records to the folder's file, whole lines only, safe against another run that does the same."""
    import fcntl  # not on Windows, where records are read all the same

    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(_plain(asdict(record)), sort_keys=True, allow_nan=False) + "\n" for record in records)
    with open(folder / RECORDS_FILE, "ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(_end_of_lines(file))  # a line torn by a crash goes, so that what follows does not join it
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file that appears whole or not at all."""
    with _replacing(path) as file:
        file.write(json.dumps(_plain(value), sort_keys=True, allow_nan=False).encode())


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write named arrays to a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read named arrays without executing anything."""
    try:
        with open(path, "rb") as file:
            with zipfile.ZipFile(file):  # np.load also takes a bare array, and says less about an empty file
                file.seek(0)
            stored = np.load(file, allow_pickle=False)
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise BenchError(
            f"arrays '{path.name}': file must be a readable .npz of plain arrays, got: {reason}. Run the cell again."
        ) from error


def _end_of_lines(file: IO[bytes]) -> int:
    """Place after the last whole line, looked for from the end, since the file may be long."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - BLOCK_BYTES)
        file.seek(start)
        last = file.read(end - start).rfind(b"\n")
        if last >= 0:
            return start + last + 1
        end = start
    return 0


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Pause the search for garbage, which costs a third of reading a long file and finds none in it."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file beside a path, which takes its place once it is wholly on disk, or goes if anything fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
    try:
        temporary.unlink(missing_ok=True)
        with open(temporary, "xb") as file:  # through no link that a plugin may have put there
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    """Value with the numbers that JSON lacks, such as the loss of an epoch that diverged, as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
