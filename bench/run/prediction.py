"""Predictions: handing a child test traces, timing it, reading what it answers as untrusted files, scoring it."""

from __future__ import annotations

import os
import stat
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cases import Cases, Traces
from bench.metrics import scores
from bench.run.child import Child, ChildFailed
from bench.run.plan import Cell
from bench.run.record import EXAMPLES_FOLDER, PREDICTIONS_FOLDER, Record, write_arrays
from bench.run.store import arrays_of
from bench.task import digest_of
from bench.world.quantities import TARGET_NAMES

Array = NDArray[np.float64]

N_EXAMPLES = 12
"""Test cases a task whose traces are kept for pictures."""
N_SINGLE = 5
"""Single cases whose prediction is timed."""


def predict(cell: Cell, number: int, child: Child, folder: Path, cases: Cases, base: Record, out: Path) -> Record:
    """Have a fitted child predict one test set, score the answer and keep it.

    Parameters
    ----------
    cell : Cell
        What is predicted.
    number : int
        Number of the test set in its job, for file names.
    child : Child
        The child.
    folder : Path
        Its folder.
    cases : Cases
        Test cases; only their traces reach the child.
    base : Record
        What is known of the cell already.
    out : Path
        Folder of the run.

    Returns
    -------
    Record
        With status ``ok``.

    Raises
    ------
    ChildFailed
        No answer, or one that is not what it should be.
    """
    singles = [  # before the whole set, which then finds everything loaded and compiled
        _timed_prediction(child, folder, "single", cases.traces.take(slice(case, case + 1)))[0]
        for case in range(min(N_SINGLE, cases.traces.n_cases))
    ]
    predict_s, event = _timed_prediction(child, folder, f"test-{number}", cases.traces)
    mean = _read_answer(folder / f"test-{number}-mean.npy", cases)
    sd_file = folder / f"test-{number}-sd.npy"
    sd = _read_answer(sd_file, cases) if os.path.lexists(sd_file) else None
    stem = digest_of([*cell.key, cell.cases_digest, cell.plugin.digest])
    prediction_file = Path(PREDICTIONS_FOLDER) / cell.task.name / f"{cell.plugin.name}-{stem}.npz"
    truth = cases.targets.values
    arrays = {"case": np.arange(len(truth)), "truth": truth, "mean": mean}
    write_arrays(out / prediction_file, arrays | ({} if sd is None else {"sd": sd}))
    _write_examples(cell, cases, out)
    return replace(
        base,
        status="ok",
        scores=scores(truth, mean),
        predict_s=predict_s,
        predict_one_ms=1e3 * statistics.median(singles),
        simulator_calls=event["simulator_calls"],
        prediction_file=prediction_file.as_posix(),
    )


def _timed_prediction(child: Child, folder: Path, stem: str, traces: Traces) -> tuple[float, dict[str, Any]]:
    """Hand the child a set of traces and time its prediction, reading and writing of files left out."""
    np.savez(folder / f"{stem}.npz", allow_pickle=False, **arrays_of(traces))
    child.send(do="predict", traces=f"{stem}.npz", answer=stem)
    child.expect("ready")
    started = time.perf_counter()
    child.send(do="go")
    event = child.expect("predicted")
    predict_s = time.perf_counter() - started
    child.expect("written")
    return predict_s, event


def _read_answer(path: Path, cases: Cases) -> Array:
    """Read an array that a child wrote: a regular file of the right size, opened without following links."""
    expected = cases.targets.values.shape
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise ChildFailed("invalid_output", f"the answer {path.name} cannot be opened: {error.strerror}") from error
    with open(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        most = 8 * expected[0] * expected[1] + 4096
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            message = f"the answer {path.name} must be a regular file of at most {most} bytes, got {status.st_size}"
            raise ChildFailed("invalid_output", message)
        try:
            values = np.load(file, allow_pickle=False)
        except ValueError as error:
            raise ChildFailed("invalid_output", f"the answer {path.name} is no plain array: {error}") from error
    if values.shape != expected or values.dtype != np.float64:
        message = f"the answer must have shape {expected}, one row a case, got {values.shape} of {values.dtype}"
        raise ChildFailed("invalid_output", message)
    if not np.isfinite(values).all():
        case, target = np.argwhere(~np.isfinite(values))[0]
        message = (
            f"the answer must be finite, got {values[case, target]} for {TARGET_NAMES[target]} of case {case}, and "
            f"{int((~np.isfinite(values)).sum())} such values in all"
        )
        raise ChildFailed("invalid_output", message)
    return np.asarray(values)


def _write_examples(cell: Cell, cases: Cases, out: Path) -> None:
    """Keep a few test traces of a task, as the models saw them, for the pictures."""
    path = out / EXAMPLES_FOLDER / f"{cell.task.name}.npz"
    few = slice(0, N_EXAMPLES)
    traces = cases.traces.take(few)
    write_arrays(
        path,
        {**arrays_of(traces), "case": np.arange(traces.n_cases), "truth": cases.targets.values[few]},
    )
