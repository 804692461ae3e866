"""Scoring stored predictions again, without training anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.contract import Prediction
from bench.draw import draw_parameters
from bench.errors import BenchError, ContradictionError
from bench.metrics import METRIC_VERSION
from bench.run.plan import Cell, Plugin
from bench.run.record import Record, append_records, write_arrays
from bench.run.scores.ceiling import CEILING, ceiling, source_of
from bench.run.scores.predictions import contradicted, read_predictions
from bench.run.scores.scoring import beside, scored
from bench.run.scores.uncertainty import OF_SAMPLES
from bench.run.seal import Seal, test_stream
from bench.task import Sizes, Task


def rescore(
    records: Sequence[Record], tasks: dict[str, Task], out: Path, *, every: bool, seal: Seal | None = None
) -> Iterator[Record]:
    """Score stored predictions again and append the new records; predictions that were exchanged are not scored."""
    ok = [record for record in records if record.status == "ok" and record.task in tasks]
    due = [record for record in ok if every or record.metric_version != METRIC_VERSION]
    ceiling_of: dict[tuple[str, str], Record] = {}
    for record in sorted(due, key=lambda r: (r.task, r.preset, r.row != CEILING)):
        task, key = tasks[record.task], (record.task, record.preset)
        sizes = Sizes(**record.sizes)
        if record.seal_sha256 != (seal.sha256 if seal else ""):
            raise _other_seal(record, seal)
        if key not in ceiling_of:
            cell = Cell(task, Plugin(source_of(task)), 0, record.preset, sizes, record.seal_sha256)
            ceiling_of[key] = ceiling(cell, out, seal)
        if record.row == CEILING:
            yield ceiling_of[key]
            continue
        try:
            stored = read_predictions(out, record)
        except ContradictionError as error:
            marked = contradicted(record, error)
            append_records(out, [marked])
            yield marked
            continue
        known, truth = draw_parameters(test_stream(seal, record.task), range(sizes.test))
        if not np.array_equal(truth, stored["truth"]):
            raise BenchError(
                f"prediction '{record.row} on {record.task}': truth must be today's test cases, got others. "
                "Run the task again."
            )
        prediction = Prediction(stored["mean"], stored.get("sd"))
        kept = {name: stored[name] for name in OF_SAMPLES if name in stored}
        again, arrays = scored(record, task, known, truth, prediction, ceiling_of[key], kept)
        sha256 = write_arrays(out / record.prediction_file, arrays)
        again = replace(again, message=record.message, prediction_sha256=sha256)
        append_records(out, [again])
        yield again


def put_beside(
    records: Iterable[Record], ceilings: Iterable[Record], tasks: Mapping[str, Task], out: Path
) -> list[Record]:
    """Put scored rows beside the ceilings of today, where they stand beside older ones, and append the new records.

    Ratios follow from scores, which are kept: no prediction is read, and nothing is trained.
    """
    ceiling_of = {(ceiling.task, ceiling.preset): ceiling for ceiling in ceilings}
    again = []
    for record in records:
        ceiling = ceiling_of.get((record.task, record.preset))
        if record.status == "ok" and record.row != CEILING and ceiling and _comparable(record, ceiling, tasks):
            compared = beside(record, ceiling)
            if compared != record.ceiling:
                again.append(replace(record, ceiling=compared))
    if again:
        append_records(out, again)
    return again


def _comparable(record: Record, ceiling: Record, tasks: Mapping[str, Task]) -> bool:
    """Whether a row was scored by the ceiling's metric and on its test cases, those of today."""
    sizes = Sizes(**record.sizes)
    task = tasks[record.task]
    cell = Cell(task, Plugin(source_of(task)), record.seed, record.preset, sizes, record.seal_sha256)
    return (record.metric_version, record.sizes, record.seal_sha256, record.cases_digest) == (
        ceiling.metric_version,
        ceiling.sizes,
        ceiling.seal_sha256,
        cell.cases_digest,
    )


def _other_seal(record: Record, seal: Seal | None) -> BenchError:
    """Error for a record whose test cases were drawn from another key than the one given."""
    needed = f"the one with SHA-256 {record.seal_sha256[:12]}..." if record.sealed else "none"
    step = "Give its file with --seal." if record.sealed else "Leave --seal out."
    got = f"{seal.sha256[:12]}..." if seal else "none"
    return BenchError(f"prediction '{record.row} on {record.task}': key must be {needed}, got {got}. {step}")
