"""What lies beside the records: raw predictions, and example traces as the models saw them."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.calibration import UNCERTAINTY_VERSION, stated_by_moments
from bench.errors import BenchError, BenchWarning, ContradictionError
from bench.metrics import METRIC_VERSION, scores
from bench.run.record import EXAMPLES_FOLDER, Record, read_arrays
from bench.run.scores.ceiling import CEILING
from bench.run.scores.predictions import PUT_BACK, contradicted, read_predictions
from bench.run.scores.uncertainty import uncertainty_of
from bench.world.quantities import KNOWN_NAMES, TARGET_NAMES

TRUTH_FILE = "truth.npz"
"""True targets of all cells of a folder whose prediction files do not hold them, as the published ones do not."""

CLOSE = 1e-4
"""Difference, relative to the RMSE, that predictions kept as float32 can make to a score."""
TINY = 1e-9
"""Difference that rounding can make to a score of stated uncertainty that is near 0."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """Predictions of one cell beside the truth, in the targets' own units."""

    case: NDArray[np.int64]  # (case,)
    truth: Array  # (case, target)
    mean: Array
    stored_rank: Array | None = None  # (case, target), where it does not follow from mean and standard deviation
    forecast: Array | None = None  # (example, time): pH
    sd: Array | None = None

    @cached_property
    def rank(self) -> Array | None:
        """Stated probability of a value below the true one, shape (case, target), where anything is stated."""
        if self.stored_rank is not None or self.sd is None:
            return self.stored_rank
        return stated_by_moments(self.truth, *_doubles(self.mean, self.sd)).rank


@dataclass(frozen=True, eq=False)
class ExampleForecasts:
    """True pH of example cases, and mean and standard deviation of the exact posterior's forecast of it."""

    time_s: Array  # (time,)
    true: Array  # (case, time)
    mean: Array
    sd: Array


@dataclass(frozen=True, eq=False)
class ExampleTraces:
    """Example traces of one task, with the samples that a model saw, and what follows them where it was stored."""

    case: NDArray[np.int64]  # (case,)
    time_s: Array  # (case, sample)
    ph: Array
    valid: NDArray[np.bool_]
    known: Array  # (case, known input)
    truth: Array  # (case, target)
    forecasts: ExampleForecasts | None = None


class Predictions:
    """Predictions and example traces beside the records of a folder, each file opened once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._predicted: dict[str, Predicted] = {}
        self._examples: dict[str, ExampleTraces] = {}

    def of(self, record: Record) -> Predicted:
        """Predictions of a cell."""
        if record.prediction_file not in self._predicted:
            self._predicted[record.prediction_file] = read_predicted(self.folder, record, self._truth)
        return self._predicted[record.prediction_file]

    def proven(self, records: Iterable[Record]) -> list[Record]:
        """Records, those without their scores whose prediction files give others: said, and marked with the reason."""
        kept = []
        for record in records:
            try:
                if record.status == "ok" and record.prediction_file:
                    self.of(record)
            except ContradictionError as error:
                warnings.warn(str(error), BenchWarning, stacklevel=2)
                record = contradicted(record, error)
            except BenchError:  # a file that is missing, said on the page by who draws the line
                pass
            kept.append(record)
        return kept

    def restated(self, record: Record) -> Record:
        """Record with its stated uncertainty scored as it is today, from its prediction file; others as they are."""
        stated = record.row != CEILING and record.uncertainty and record.prediction_file
        if not stated or record.uncertainty_version == UNCERTAINTY_VERSION:
            return record
        try:
            predicted = self.of(record)
        except BenchError:  # a file that is missing, said on the page by who draws the line
            return record
        if predicted.sd is None:
            return record
        again = stated_by_moments(predicted.truth, *_doubles(predicted.mean, predicted.sd)).scores
        return replace(record, uncertainty=again, uncertainty_version=UNCERTAINTY_VERSION)

    def examples(self, task: str) -> ExampleTraces:
        """Example traces of a task."""
        if task not in self._examples:
            self._examples[task] = read_examples(self.folder, task)
        return self._examples[task]

    @cached_property
    def _truth(self) -> Array | None:
        """True targets of all cells, in a folder that keeps them apart."""
        return read_truth(self.folder) if (self.folder / TRUTH_FILE).is_file() else None


def read_predicted(folder: Path, record: Record, truth: Array | None = None) -> Predicted:
    """Read the raw predictions of a cell."""
    where = record.place
    if not record.prediction_file:
        raise BenchError(f"{where}: file must be named in the record, got none. Run the cell again.")
    path = folder / record.prediction_file
    stored = _arrays(path, f"{where}: {record.prediction_file}", lambda: read_predictions(folder, record))
    arrays = with_truth(folder, stored, truth)
    n_cases = np.size(arrays.get("case", ()))
    shape = (n_cases, len(TARGET_NAMES))
    stated: dict[str, tuple[int, ...]] = {
        name: shape for name in ("sd", "rank", "log_density", "crps") if name in arrays
    }
    _check(arrays, {"case": (n_cases,), "truth": shape, "mean": shape, **stated}, where)
    forecast = arrays.get("forecast")
    if forecast is not None:
        _check(arrays, {"forecast": (min(n_cases, len(forecast)), *np.shape(forecast)[1:2])}, where)
    _check_scores(record, arrays["truth"], arrays["mean"])
    if record.uncertainty_version == UNCERTAINTY_VERSION and "log_density" in arrays:
        _check_uncertainty(record, arrays)
    case, mean, sd = arrays["case"].astype(np.int64), arrays["mean"], arrays.get("sd")
    return Predicted(case, arrays["truth"], mean, arrays.get("rank"), forecast, sd)


def read_truth(folder: Path) -> Array:
    """Read the true targets of all cells of a folder."""
    return _arrays(folder / TRUTH_FILE, f"true targets '{TRUTH_FILE}': file")["truth"]


def with_truth(folder: Path, arrays: dict[str, NDArray[Any]], truth: Array | None = None) -> dict[str, NDArray[Any]]:
    """Give the arrays of a prediction file the true targets that lie beside it, where it has none of its own."""
    if "truth" in arrays:
        return arrays
    truth = read_truth(folder) if truth is None else truth
    return {"case": np.arange(len(truth)), "truth": truth, **arrays}


def read_examples(folder: Path, task: str) -> ExampleTraces:
    """Read the example traces of a task."""
    where = f"examples '{task}'"
    arrays = _arrays(folder / EXAMPLES_FOLDER / f"{task}.npz", f"{where}: {EXAMPLES_FOLDER}/{task}.npz")
    n_cases = np.size(arrays.get("case", ()))
    shape = (n_cases, *np.shape(arrays.get("ph", ()))[1:2])
    shapes = {
        "case": (n_cases,),
        "time_s": shape,
        "ph": shape,
        "valid": shape,
        "known": (n_cases, len(KNOWN_NAMES)),
        "truth": (n_cases, len(TARGET_NAMES)),
    }
    _check(arrays, shapes, where)
    return ExampleTraces(**{name: arrays[name] for name in shapes}, forecasts=_forecasts(arrays, n_cases, where))


def _doubles(*values: Array) -> tuple[Array, ...]:
    """Arrays in double precision, which published ones are not kept in."""
    return tuple(np.asarray(each, dtype=np.float64) for each in values)


def _forecasts(arrays: dict[str, NDArray[Any]], n_cases: int, where: str) -> ExampleForecasts | None:
    """Forecasts beside the example traces, where there are any."""
    if "forecast_time_s" not in arrays:
        return None
    n_times = np.size(arrays["forecast_time_s"])
    curves = [f"forecast_{name}" for name in ("true", "mean", "sd")]
    _check(arrays, {"forecast_time_s": (n_times,), **{name: (n_cases, n_times) for name in curves}}, where)
    return ExampleForecasts(arrays["forecast_time_s"], *(arrays[name] for name in curves))


def _check_scores(record: Record, truth: Array, mean: Array) -> None:
    """Check that the scores in a record are those of its predictions."""
    if record.metric_version != METRIC_VERSION:  # scored again before anything is compared
        return
    file, n_cases = record.prediction_file, record.sizes["test"]
    if len(truth) != n_cases:
        raise ContradictionError(
            f"{record.place}: cases in {file} must be {n_cases} as in the record, got {len(truth)}. {PUT_BACK}"
        )
    try:
        again = scores(truth, np.asarray(mean, dtype=np.float64))
    except BenchError as error:
        raise ContradictionError(f"{record.place}: {file} must have been scored, got {error}") from error
    for target, given in again.items():
        for name, value in given.items():
            told = record.scores[target][name]
            if not _alike(told, value, float(given["rmse"]) if name != "r2" else None):
                raise ContradictionError(
                    f"{record.place}: {name} of {target} in the record must be {_shown(value)} as {file} gives it, "
                    f"got {_shown(told)}. {PUT_BACK}"
                )


def _check_uncertainty(record: Record, arrays: dict[str, NDArray[Any]]) -> None:
    """Check that the scores of samples in a record are those of what was kept of them."""
    for which, given in uncertainty_of(arrays).items():
        for name, value in given.items():
            told = record.uncertainty.get(which, {}).get(name)
            if told is None or not abs(told - value) <= CLOSE * abs(value) + TINY:
                raise ContradictionError(
                    f"{record.place}: {name} of {which} in the record must be {_shown(value)} as "
                    f"{record.prediction_file} gives it, got {'none' if told is None else _shown(told)}. {PUT_BACK}"
                )


def _alike(told: float | str, value: float | str, scale: float | None) -> bool:
    """Whether two scores differ by no more than predictions kept as float32 explain; of R2 the share not explained."""
    if isinstance(told, str) or isinstance(value, str):
        return told == value
    return abs(told - value) <= CLOSE * (2.0 * (1.0 - value) if scale is None else scale)


def _shown(score: float | str) -> str:
    """Score in a sentence."""
    return repr(score) if isinstance(score, str) else f"{score:.6g}"


def _arrays(
    path: Path, where: str, read: Callable[[], dict[str, NDArray[Any]]] | None = None
) -> dict[str, NDArray[Any]]:
    """Read a file of arrays; what goes wrong is told without the path of this machine."""
    if not path.is_file():
        raise BenchError(f"{where} must be beside the records, got no such file. Run the cell again.")
    try:
        return read() if read else read_arrays(path)
    except ContradictionError:
        raise
    except (BenchError, EOFError, zipfile.BadZipFile) as error:
        raise BenchError(f"{where} must be a file of plain arrays, got one that is not. Run the cell again.") from error


def _check(arrays: dict[str, NDArray[Any]], shapes: dict[str, tuple[int, ...]], where: str) -> None:
    """Check that every array is there and has its shape."""
    for name, shape in shapes.items():
        got = arrays[name].shape if name in arrays else "none"
        if got != shape:
            raise BenchError(f"{where}: shape of {name} must be {shape}, got {got}. Run the cell again.")
