"""The published records: small files that git keeps well, written cell by cell, from which a run can go on.

A folder a row holds the records of each seed as compressed JSON lines and, a file a cell, the predictions as float32.
The true targets are the same for all cells and lie in one file.
"""

from __future__ import annotations

import lzma
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.forecast import forecast_ph
from bench.errors import BenchError
from bench.run.record import (
    EXAMPLES_FOLDER,
    RECORDS_FILE,
    Record,
    append_records,
    read_arrays,
    read_records,
    records_of,
    write_arrays,
)
from bench.run.scores.ceiling import CEILING
from bench.run.scores.predictions import read_predictions
from bench.run.scores.uncertainty import OF_SAMPLES
from bench.task import Task
from leaderboard.predictions import TRUTH_FILE, read_truth, with_truth

SHARDS = "*/records-*.jsonl.xz"
"""Files of records in the folder."""
KEPT = ("mean", "sd", *OF_SAMPLES)
"""Arrays of a prediction file that are published; the others follow from them."""


def read_published(folder: Path) -> list[Record]:
    """Read the published records."""
    records = [record for shard in sorted(folder.glob(SHARDS)) for record in _read_shard(shard)]
    return sorted(records, key=lambda record: (record.task, record.row, record.preset, record.seed))


def publish_cells(records: Iterable[Record], run: Path, folder: Path) -> None:
    """Add finished cells to the published records, in place of older ones."""
    shards: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        shards.setdefault((record.row, record.seed), []).append(_with_predictions(record, run, folder))
    for (row, seed), members in shards.items():
        shard = folder / row / f"records-{seed}.jsonl.xz"
        before = _read_shard(shard) if shard.exists() else []
        newest = {record.cell: record for record in [*before, *members]}
        with tempfile.TemporaryDirectory(prefix="publish-") as name:
            append_records(Path(name), [newest[cell] for cell in sorted(newest)])
            packed = lzma.compress((Path(name) / RECORDS_FILE).read_bytes())
        shard.parent.mkdir(parents=True, exist_ok=True)
        whole = shard.with_suffix(".new")  # appears whole or not at all
        whole.write_bytes(packed)
        whole.replace(shard)


def unpack(folder: Path, run: Path, tasks: Mapping[str, Task]) -> list[Record]:
    """Give a run folder the published cells that it lacks, so that they need not run again."""
    own = {record.cell: record.started_utc for record in read_records(run)}
    given = [
        record for record in read_published(folder) if record.cell not in own or record.started_utc > own[record.cell]
    ]
    truth = read_truth(folder) if any(record.prediction_file for record in given) else None
    for place, record in enumerate(given):
        if record.prediction_file:
            arrays = _unpacked(folder, record, tasks.get(record.task), truth)
            given[place] = replace(record, prediction_sha256=write_arrays(run / record.prediction_file, arrays))
        examples = folder / EXAMPLES_FOLDER / f"{record.task}.npz"
        if record.row == CEILING and examples.exists():
            write_arrays(run / EXAMPLES_FOLDER / examples.name, read_arrays(examples))
    if given:
        append_records(run, given)
    return given


def stray_files(folder: Path, records: Sequence[Record]) -> list[str]:
    """Find files that no published record names."""
    named = {TRUTH_FILE, *(record.prediction_file for record in records)}
    named |= {f"{record.row}/records-{record.seed}.jsonl.xz" for record in records}
    named |= {f"{EXAMPLES_FOLDER}/{record.task}.npz" for record in records}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return sorted(there - named)


def _read_shard(shard: Path) -> list[Record]:
    """Read the records of one row and seed."""
    name = f"{shard.parent.name}/{shard.name}"
    try:
        lines = lzma.decompress(shard.read_bytes()).splitlines()
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BenchError(
            f"published '{name}': file must be xz-compressed JSON records, "
            f"got: {str(error).removesuffix('.')}. Take the file from git again, or remove it and publish again."
        ) from error
    return records_of(lines, name)


def _with_predictions(record: Record, run: Path, folder: Path) -> Record:
    """Record of a cell whose predictions have been published."""
    path = Path(record.row) / f"{record.task}-{record.seed}.npz"
    if not record.prediction_file:
        (folder / path).unlink(missing_ok=True)
        return record
    arrays = with_truth(run, read_predictions(run, record))
    _publish_truth(arrays["truth"], record, folder)
    sha256 = write_arrays(folder / path, {name: _single(arrays[name]) for name in KEPT if name in arrays})
    examples = run / EXAMPLES_FOLDER / f"{record.task}.npz"
    if record.row == CEILING and examples.exists():
        kept = {
            name: values if name in ("known", "truth") else _single(values)
            for name, values in read_arrays(examples).items()
        }
        write_arrays(folder / EXAMPLES_FOLDER / examples.name, kept)
    return replace(record, prediction_file=path.as_posix(), prediction_sha256=sha256)


def _publish_truth(truth: Array, record: Record, folder: Path) -> None:
    """Write the true targets where there are none yet, and check that they are those of all other cells."""
    path = folder / TRUTH_FILE
    if not path.exists():
        write_arrays(path, {"truth": truth})
    elif not np.array_equal(read_arrays(path)["truth"], truth):
        raise BenchError(
            f"published '{record.row} on {record.task}': true targets must be those of {TRUTH_FILE}, got others. "
            "Remove the published records and publish all rows again."
        )


def _single(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers as float32, if they stay finite and keep their sign; anything else as it is."""
    if values.dtype != np.float64:
        return values
    with np.errstate(over="ignore", under="ignore"):
        single = values.astype(np.float32)
    return single if np.isfinite(single).all() and ((single == 0) == (values == 0)).all() else values


def _unpacked(folder: Path, record: Record, task: Task | None, truth: Array | None) -> dict[str, NDArray[Any]]:
    """Arrays of a prediction file as a run would have left it, with the forecasts of the example cases."""
    arrays = with_truth(folder, read_predictions(folder, record), truth)
    whole = {name: np.asarray(values, dtype=np.float64) for name, values in arrays.items() if name != "case"}
    examples = folder / EXAMPLES_FOLDER / f"{record.task}.npz"
    if examples.exists() and task is not None:
        stored = read_arrays(examples)
        if record.row == CEILING:
            forecast = stored.get("forecast_mean")
        else:
            forecast, _ = forecast_ph(stored["known"], whole["mean"][: len(stored["known"])], task.train_world)
        if forecast is not None:
            whole["forecast"] = np.asarray(forecast, dtype=np.float64)
    return {"case": arrays["case"], **whole}
