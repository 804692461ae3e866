"""Predictions: handing a child test traces, timing it, reading what it answers as untrusted files. Scored elsewhere."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.contract import Prediction
from bench.run.child import Child, ChildFailed
from bench.run.isolation.handover import blamed_on_child, open_given
from bench.run.record import write_arrays
from bench.run.scores.answer import InvalidAnswerError, check_finite, check_sd, check_shape
from bench.run.store import arrays_of
from bench.world.quantities import TARGET_NAMES, TARGETS

WIDTHS = np.array([target.high - target.low for target in TARGETS])
N_SINGLE = 5
"""Single cases whose prediction is timed, and compared with that in the whole set."""
ALIKE = 1e-3
"""Largest difference between the two, in the prior's width and the answer's own size: rounding is far below."""


def ask(traces: Traces, stem: str, child: Child, folder: Path) -> tuple[Prediction, dict[str, Any]]:
    """Have a fitted child predict the traces of one test set; what it answers, checked, and what that cost."""
    singles = [  # before the whole set, which then finds everything loaded and compiled
        _timed_prediction(child, folder, f"single-{case}", traces.take(slice(case, case + 1)))[0]
        for case in range(min(N_SINGLE, traces.n_cases))
    ]
    prediction, costs = answered(traces, stem, child, folder)
    for case in range(len(singles)):
        _compare(case, prediction.mean[case], _read_answer(folder / f"single-{case}-mean.npy", 1)[0])
    return prediction, costs | {"predict_one_ms": 1e3 * statistics.median(singles)}


def answered(traces: Traces, stem: str, child: Child, folder: Path) -> tuple[Prediction, dict[str, Any]]:
    """Have a fitted child predict traces at once; what it answers, checked, and what that cost."""
    predict_s, predict_cpu_s, event = _timed_prediction(child, folder, stem, traces)
    mean = means(traces, stem, folder)
    sd_file = folder / f"{stem}-sd.npy"
    sd = _read_answer(sd_file, traces.n_cases) if os.path.lexists(sd_file) else None
    if sd is not None:
        with _refused():
            check_sd(sd)
    return Prediction(mean, sd), {
        "predict_s": predict_s,
        "predict_cpu_s": predict_cpu_s,
        "simulator_calls": event["simulator_calls"],
    }


def means(traces: Traces, stem: str, folder: Path) -> Array:
    """What a child answered without its standard deviations, checked."""
    return _read_answer(folder / f"{stem}-mean.npy", traces.n_cases)


def _compare(case: int, among: Array, alone: Array) -> None:
    """Refuse answers that depend on which other cases are asked."""
    apart = np.abs(among - alone) > ALIKE * (WIDTHS + np.abs(alone))
    if apart.any():
        target = int(np.argmax(apart))
        message = (
            f"the answer to case {case} must be the same alone and among others, got {alone[target]:.6g} and "
            f"{among[target]:.6g} for {TARGET_NAMES[target]}. Let no case see another."
        )
        raise ChildFailed("invalid_output", message)


def _timed_prediction(child: Child, folder: Path, stem: str, traces: Traces) -> tuple[float, float, dict[str, Any]]:
    """Hand the child a set of traces and give the wall and processor seconds of its prediction, files left out."""
    with blamed_on_child(f"the traces {stem}.npz cannot be written"):
        write_arrays(folder / f"{stem}.npz", arrays_of(traces))
    child.send(do="predict", traces=f"{stem}.npz", answer=stem)
    child.expect("ready")
    cpu_s, started = child.cpu_s(), time.perf_counter()
    child.send(do="go")
    event = child.expect("predicted")
    predict_s, predict_cpu_s = time.perf_counter() - started, child.cpu_s() - cpu_s
    child.expect("written")
    return predict_s, predict_cpu_s, event


def _read_answer(path: Path, n_cases: int) -> Array:
    """Read an array that a child wrote: a regular file of the right size, opened without following links."""
    with open_given(path, 8 * n_cases * len(TARGET_NAMES) + 4096) as file:
        try:
            values = np.lib.format.read_array(file, allow_pickle=False)
        except Exception as error:  # whatever an untrusted file does to the reader becomes a row
            raise ChildFailed("invalid_output", f"the answer {path.name} is no plain array: {error}") from error
    with _refused():
        check_shape(values, n_cases)
        check_finite(values)
    return np.asarray(values)


@contextmanager
def _refused() -> Iterator[None]:
    """Make a row of an answer that is not what it must be."""
    try:
        yield
    except InvalidAnswerError as error:
        raise ChildFailed("invalid_output", str(error)) from error
