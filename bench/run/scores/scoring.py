"""Scoring one cell: targets, forecast, stated uncertainty, and each beside its ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Cases
from bench.ceiling.calibration import UNCERTAINTY_VERSION
from bench.ceiling.forecast import forecast_ph, forecast_scores, true_ph
from bench.contract import Prediction
from bench.metrics import METRIC_VERSION, scores
from bench.run.plan import Cell
from bench.run.record import PREDICTIONS_FOLDER, Record, write_arrays
from bench.run.scores.uncertainty import kept_of_samples, uncertainty_of
from bench.run.seal import Seal
from bench.task import Task, digest_of
from bench.world.quantities import TARGET_NAMES

N_EXAMPLES = 12
"""Test cases a task whose traces and forecasts are kept for pictures."""
LONGEST_NAME = 100
"""Letters of a row's name in the name of a file; what follows tells longer ones apart."""


def scored(
    record: Record,
    task: Task,
    known: Array,
    truth: Array,
    prediction: Prediction,
    ceiling: Record | None,
    kept: Mapping[str, NDArray[Any]],
) -> tuple[Record, dict[str, NDArray[Any]]]:
    """Record of a prediction with its scores, and what its file holds; what is kept of samples is given."""
    forecast, n_clipped = forecast_ph(known, prediction.mean, task.train_world)
    true = true_ph(known, truth, task.test_world)
    arrays = prediction_arrays(prediction, truth, true, forecast) | dict(kept)
    record = replace(
        record,
        status="ok",
        message="",
        metric_version=METRIC_VERSION,
        scores=scores(truth, prediction.mean),
        forecast=forecast_scores(true, forecast) | {"n_clipped": n_clipped},
        uncertainty=uncertainty_of(arrays),
        uncertainty_version=UNCERTAINTY_VERSION,
    )
    if ceiling is not None:
        record = replace(record, ceiling=beside(record, ceiling))
    return record, arrays


def score_cell(
    cell: Cell,
    cases: Cases,
    prediction: Prediction,
    blank: Record,
    ceiling: Record,
    out: Path,
    seal: Seal | None = None,
) -> Record:
    """Score what came of one cell and keep its prediction."""
    stem = digest_of([*cell.key, cell.cases_digest, cell.plugin.digest])
    prediction_file = Path(PREDICTIONS_FOLDER) / cell.task.name / f"{cell.plugin.name[:LONGEST_NAME]}-{stem}.npz"
    known, truth = cases.traces.known, cases.targets.values
    kept = kept_of_samples(prediction, truth, cell.task, ceiling, seal)
    record, arrays = scored(blank, cell.task, known, truth, prediction, ceiling, kept)
    sha256 = write_arrays(out / prediction_file, arrays)
    return replace(record, prediction_file=prediction_file.as_posix(), prediction_sha256=sha256)


def prediction_arrays(prediction: Prediction, truth: Array, true: Array, forecast: Array) -> dict[str, NDArray[Any]]:
    """Gather what a prediction file holds."""
    arrays: dict[str, NDArray[Any]] = {"case": np.arange(len(truth)), "truth": truth, "mean": prediction.mean}
    if prediction.sd is not None:
        arrays["sd"] = prediction.sd
    arrays["forecast_mse"] = np.mean((forecast - true) ** 2, axis=1)
    arrays["forecast"] = forecast[:N_EXAMPLES]
    return arrays


def beside(record: Record, ceiling: Record) -> dict[str, dict[str, float | str]]:
    """Put scores beside the ceiling's on the same cases."""
    compared: dict[str, dict[str, float | str]] = {}
    for target in TARGET_NAMES:
        own, best = record.scores[target], ceiling.scores[target]
        compared[target] = {
            "r2": best["r2"],
            "r2_error": ceiling.ceiling[target]["r2_error"],
            "rmse_ratio": float(own["rmse"]) / float(best["rmse"]),
        }
    compared["forecast"] = {"rmse_ratio": record.forecast["ph_rmse"] / ceiling.forecast["ph_rmse"]}
    return compared


def r2_error(truth: Array, prediction: Array) -> float:
    """Monte-Carlo standard error of R2 over the draw of the test cases, by the delta method.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.random(1000)
    >>> 0 < r2_error(truth, truth + 0.1 * rng.standard_normal(1000)) < 0.02
    True
    """
    residual = (truth - prediction) ** 2
    total = (truth - truth.mean()) ** 2
    influence = (residual - residual.mean() / total.mean() * total) / total.mean()
    return float(np.std(influence) / np.sqrt(len(truth)))
