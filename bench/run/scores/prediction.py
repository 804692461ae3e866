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
from bench.contract import N_DRAWS, Prediction
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
        _compare(case, prediction, _read_prediction(folder, f"single-{case}", 1))
    return prediction, costs | {"predict_one_ms": 1e3 * statistics.median(singles)}


def answered(traces: Traces, stem: str, child: Child, folder: Path) -> tuple[Prediction, dict[str, Any]]:
    """Have a fitted child predict traces at once; what it answers, checked, and what that cost."""
    predict_s, predict_cpu_s, event = _timed_prediction(child, folder, stem, traces)
    return _read_prediction(folder, stem, traces.n_cases), {
        "predict_s": predict_s,
        "predict_cpu_s": predict_cpu_s,
        "simulator_calls": event["simulator_calls"],
    }


def means(traces: Traces, stem: str, folder: Path) -> Array:
    """What a child answered without its standard deviations, checked."""
    return _read_answer(folder / f"{stem}-mean.npy", traces.n_cases, "mean")


def _compare(case: int, among: Prediction, alone: Prediction) -> None:
    """Refuse answers that depend on which other cases are asked."""
    for name in ("mean", "sd", "samples"):
        one, other = getattr(among, name), getattr(alone, name)
        if (one is None) != (other is None) or (one is not None and one.shape[1:] != other.shape[1:]):
            raise ChildFailed(
                "invalid_output",
                f"the answer to case {case} must be the same alone and among others, got {name} of other shapes. "
                "Give the same kinds of answer, and as many draws, whoever asks.",
            )
        if one is None:
            continue
        apart = np.abs(one[case] - other[0]) > ALIKE * (WIDTHS + np.abs(other[0]))
        if apart.any():
            *_, target = place = tuple(np.argwhere(apart)[0])
            what = "" if name == "mean" else f"{name} "
            message = (
                f"the answer to case {case} must be the same alone and among others, got {what}{other[0][place]:.6g} "
                f"and {one[case][place]:.6g} for {TARGET_NAMES[target]}. Let no case see another."
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


def _read_prediction(folder: Path, stem: str, n_cases: int) -> Prediction:
    """Read what a child has answered, as untrusted files."""
    arrays = {
        name: _read_answer(path, n_cases, name)
        for name in ("mean", "sd", "samples")
        if os.path.lexists(path := folder / f"{stem}-{name}.npy") or name == "mean"
    }
    with _refused():
        prediction = Prediction(arrays["mean"], arrays.get("sd"), samples=arrays.get("samples"))
        if prediction.sd is not None:
            check_sd(prediction.sd)
    return prediction


def _read_answer(path: Path, n_cases: int, name: str) -> Array:
    """Read an array that a child wrote: a regular file of the right size, opened without following links."""
    most = 8 * n_cases * len(TARGET_NAMES) * (N_DRAWS[-1] if name == "samples" else 1) + 4096
    with open_given(path, most) as file:
        try:
            values = np.lib.format.read_array(file, allow_pickle=False)
        except Exception as error:  # whatever an untrusted file does to the reader becomes a row
            raise ChildFailed("invalid_output", f"the answer {path.name} is no plain array: {error}") from error
    with _refused():
        check_shape(values, n_cases, name)
        check_finite(values)
    return np.asarray(values)


@contextmanager
def _refused() -> Iterator[None]:
    """Make a row of an answer that is not what it must be."""
    try:
        yield
    except InvalidAnswerError as error:
        raise ChildFailed("invalid_output", str(error)) from error
