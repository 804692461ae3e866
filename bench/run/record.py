"""Records: one JSON line a cell, appended and never edited; the raw predictions lie in files beside them."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import math
import os
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray
from typing_extensions import TypedDict

from bench.errors import BenchError, BenchWarning
from bench.task import Sizes
from bench.world.quantities import TARGET_NAMES

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORDS_FILE = "records.jsonl"
PREDICTIONS_FOLDER = "predictions"
EXAMPLES_FOLDER = "examples"

BLOCK_BYTES = 65_536
"""How much of a file of records is looked at in one go for the end of its last line."""

MOST_PASSED_OVER = 20
"""Lines of one file that are named as no records; the rest are counted."""

Status = Literal["ok", "failed", "timeout", "out_of_memory", "invalid_output", "cannot", "not_run"]
STATUSES: tuple[str, ...] = get_args(Status)
FINAL = ("ok", "cannot")
"""Statuses of cells that need not run again."""
Count = Annotated[int, Ge(0), Le(2**63 - 1)]
CellKey = tuple[str, str, int, str]
"""Task, row, seed, preset."""


@dataclass(frozen=True)
class _Exactly:
    """Has a line read as a type that names its keys, where the code goes through all keys alike."""

    type_: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Schema of the exact type."""
        return handler.generate_schema(self.type_)


class _TargetScores(TypedDict):
    r2: float | str
    rmse: float
    mae: float
    bias: float


_Sizes = TypedDict("_Sizes", {size.name: Annotated[int, Ge(1)] for size in fields(Sizes)})  # type: ignore[misc]


@dataclass(frozen=True)
class Record:
    """What came out of one cell: a task, a model with its settings, and a seed.

    The types are what a line of a file must be, to the letter; further keys, by a later version, are left out.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = {"strict": True, "allow_inf_nan": False}

    task: str
    task_digest: str
    row: str
    model: str
    settings: dict[str, Any]
    """All settings of the model; ``row`` names those that were changed."""
    seed: Count
    preset: str
    sizes: Annotated[dict[str, int], _Exactly(_Sizes)]
    status: Annotated[str, _Exactly(Status)]
    message: str
    """The last lines of a failure, or the model's reason."""
    source_digest: str
    """Of the plugin, the project modules that it imports and the library versions."""
    cases_digest: str
    """Of the training and test cases and of the modules that draw them."""
    metric_version: int
    scores: Annotated[dict[str, dict[str, float | str]], _Exactly(dict[str, _TargetScores])] = field(
        default_factory=dict
    )
    """Target to ``r2``, ``rmse``, ``mae``, ``bias``; empty unless ok."""
    forecast: Annotated[dict[str, float], _Exactly(dict[str, int | float])] = field(default_factory=dict)
    """pH RMSE to 2000 s: ``ph_rmse``, ``ph_rmse_median``, ``ph_rmse_p95``, and ``n_clipped`` cases."""
    uncertainty: dict[str, dict[str, float]] = field(default_factory=dict)
    """Target to ``nll``, ``crps``, ``sharpness``, ``coverage_50``, ``coverage_90``, for models that give it; for those
    that give samples ``both`` to ``energy``, ``apart`` and ``told_apart``, for the ceiling to the first alone."""
    uncertainty_version: int = 1
    """How these were scored; 1 took every mean and standard deviation for a Gaussian that knows no prior."""
    ceiling: dict[str, dict[str, float | str]] = field(default_factory=dict)
    """Target to the ceiling's ``r2``, its ``r2_error`` and the row's ``rmse_ratio``; ``forecast`` to ``rmse_ratio``."""
    told: bool = True
    """Whether the ceiling was told how its cases were measured; an untold one knows what may be wrong."""
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
    n_parameters: Count | None = None
    simulator_calls: Count | None = None
    history: list[dict[str, float | str]] = field(default_factory=list)
    """One entry an epoch, for models that train by epochs; values that are not finite as text."""
    trials: int | None = None
    """Settings that were tried for the fit, where the plugin says so."""
    pretrained_on: str = ""
    """What it was trained on beside the training cases, where the plugin says so."""
    prediction_file: str = ""
    """Relative to the folder of the records; empty where there is none."""
    prediction_sha256: str = ""
    """SHA-256 of that file; empty in records from before it was kept."""
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

    @property
    def cell(self) -> CellKey:
        """What the record is about."""
        return self.task, self.row, self.seed, self.preset

    @property
    def place(self) -> str:
        """Beginning of what is said of its predictions."""
        return f"predictions '{self.task}/{self.row}/{self.seed}'"


def read_records(folder: Path) -> list[Record]:
    """Read the newest record of every cell."""
    path = folder / RECORDS_FILE
    if not path.exists():
        return []
    with open(path, "rb") as file:
        return records_of(file, path.name)


def records_of(lines: Iterable[bytes], name: str) -> list[Record]:
    """Newest record of every cell among the lines of a file; lines that are no records are named and passed over."""
    newest: dict[CellKey, Record] = {}
    wrong = []
    with _without_garbage():
        for number, line in enumerate(map(bytes.strip, lines), start=1):
            record = _record_of(line) if line else None
            if isinstance(record, Record):
                newest[record.cell] = record
            elif record is not None:
                wrong.append(f"{name} '{number}': line must be a record, got one that is none: {record}")
    for text in wrong[:MOST_PASSED_OVER]:
        warnings.warn(f"{text}. It is passed over, all others are read; remove the line.", BenchWarning, stacklevel=2)
    if len(wrong) > MOST_PASSED_OVER:
        more = f"{len(wrong) - MOST_PASSED_OVER:,} more lines"
        warnings.warn(f"{name}: {more} are no records and passed over.", BenchWarning, stacklevel=2)
    return sorted(newest.values(), key=lambda r: (r.task, r.row, r.preset, r.seed))


def append_records(folder: Path, records: Iterable[Record]) -> None:
    """Append records to the folder's file, whole lines only, safe against another run that does the same."""
    import fcntl  # not on Windows, where records are read all the same

    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(_plain(asdict(record)), sort_keys=True, allow_nan=False) + "\n" for record in records)
    with open(folder / RECORDS_FILE, "ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = _end_of_lines(file)
        file.seek(end)
        if isinstance(_record_of(file.read()), Record):  # a whole line that lacks its end alone
            text = f"\n{text}"
        else:
            file.truncate(end)  # a line torn by a crash goes, so that what follows does not join it
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file that appears whole or not at all."""
    with _replacing(path) as file:
        file.write(json.dumps(_plain(value), sort_keys=True, allow_nan=False).encode())


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> str:
    """Write named arrays to a file that appears whole or not at all, and give its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_arrays(
    path: Path, check: Callable[[bytes], None] | None = None, next_step: str = "Run the cell again."
) -> dict[str, NDArray[Any]]:
    """Read named arrays without executing anything, once a check has let the file's content pass."""
    try:
        content = path.read_bytes()
        if check is not None:
            check(content)
        zipfile.ZipFile(io.BytesIO(content)).close()  # np.load also takes a bare array, and says less of an empty file
        stored = np.load(io.BytesIO(content), allow_pickle=False)
        return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise BenchError(
            f"arrays '{path.name}': file must be a readable .npz of plain arrays, got: {reason}. {next_step}"
        ) from error


@cache
def _model() -> TypeAdapter[Record]:
    """What a line must be; built when the first is read, for it costs a fifth of a second."""
    from pydantic import AfterValidator, TypeAdapter

    return TypeAdapter(Annotated[Record, AfterValidator(_whole)])


def _whole(record: Record) -> Record:
    """Record with the scores that its status promises."""
    if record.status == "ok" and not record.scores.keys() >= set(TARGET_NAMES):
        raise ValueError(f"status ok must come with scores of {' and '.join(TARGET_NAMES)}")
    return record


def _record_of(line: bytes) -> Record | str:
    """Record that a line is, or why it is none."""
    from pydantic import ValidationError

    try:
        return _model().validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ascii(".".join(map(str, first["loc"])))
        return f"{place}: {first['msg']}" if first["loc"] else first["msg"]


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
def _replacing(path: Path) -> Iterator[io.BufferedRandom]:
    """Open a new file beside a path, which takes its place once it is wholly on disk, or goes if anything fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
    try:
        temporary.unlink(missing_ok=True)
        with open(temporary, "xb+") as file:  # through no link that a plugin may have put there
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
