"""Scoring one cell: targets, forecast, stated uncertainty, and each beside its ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cases import Cases
from bench.ceiling.calibration import gaussian_uncertainty
from bench.ceiling.forecast import forecast_ph, forecast_scores, true_ph
from bench.metrics import METRIC_VERSION, scores
from bench.run.plan import Cell
from bench.run.record import PREDICTIONS_FOLDER, Record, write_arrays
from bench.run.scores.prediction import Answer
from bench.task import Task, digest_of
from bench.world.quantities import TARGET_NAMES

Array = NDArray[np.float64]

N_EXAMPLES = 12
"""Test cases a task whose traces and forecasts are kept for pictures."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Raw predictions of one test set, with what is needed to score them.

    Parameters
    ----------
    known, truth : array, shape (case, 5) and (case, 2)
        Known inputs and true targets.
    mean : array, shape (case, 2)
        Predictions, as they came.
    sd : array, shape (case, 2), or None
        Their standard deviations.
    """

    known: Array
    truth: Array
    mean: Array
    sd: Array | None = None


@dataclass(frozen=True, eq=False)
class TestSet:
    """What a fitted child is tested on."""

    __test__ = False  # a name that pytest would collect
    cell: Cell
    cases: Cases
    ceiling: Record


def scored(
    record: Record, task: Task, answers: Answers, ceiling: Record | None
) -> tuple[Record, dict[str, NDArray[Any]]]:
    """Score raw predictions."""
    forecast, n_clipped = forecast_ph(answers.known, answers.mean, task.train_world)
    true = true_ph(answers.known, answers.truth, task.test_world)
    uncertainty = {} if answers.sd is None else gaussian_uncertainty(answers.truth, answers.mean, answers.sd)
    record = replace(
        record,
        status="ok",
        message="",
        metric_version=METRIC_VERSION,
        scores=scores(answers.truth, answers.mean),
        forecast=forecast_scores(true, forecast) | {"n_clipped": n_clipped},
        uncertainty=uncertainty,
    )
    if ceiling is not None:
        record = replace(record, ceiling=beside(record, ceiling))
    return record, prediction_arrays(answers, true, forecast)


def score_answer(test: TestSet, answer: Answer, base: Record, out: Path) -> Record:
    """Score the answer to one test set and keep it."""
    cell, cases = test.cell, test.cases
    stem = digest_of([*cell.key, cell.cases_digest, cell.plugin.digest])
    prediction_file = Path(PREDICTIONS_FOLDER) / cell.task.name / f"{cell.plugin.name}-{stem}.npz"
    answers = Answers(cases.traces.known, cases.targets.values, answer.mean, answer.sd)
    record, arrays = scored(base, cell.task, answers, test.ceiling)
    write_arrays(out / prediction_file, arrays)
    return replace(
        record,
        predict_s=answer.predict_s,
        predict_cpu_s=answer.predict_cpu_s,
        predict_one_ms=answer.predict_one_ms,
        simulator_calls=answer.simulator_calls,
        prediction_file=prediction_file.as_posix(),
    )


def prediction_arrays(answers: Answers, true: Array, forecast: Array) -> dict[str, NDArray[Any]]:
    """Gather what a prediction file holds."""
    arrays: dict[str, NDArray[Any]] = {"case": np.arange(len(answers.truth))}
    arrays |= {"truth": answers.truth, "mean": answers.mean}
    if answers.sd is not None:
        arrays["sd"] = answers.sd
    arrays["forecast_mse"] = np.mean((forecast - true) ** 2, axis=1)
    arrays["forecast"] = forecast[:N_EXAMPLES]
    return arrays


def beside(record: Record, ceiling: Record) -> dict[str, dict[str, float | str]]:
    """Put scores beside the ceiling's on the same cases."""
    found: dict[str, dict[str, float | str]] = {}
    for target in TARGET_NAMES:
        own, best = record.scores[target], ceiling.scores[target]
        found[target] = {
            "r2": best["r2"],
            "r2_error": ceiling.ceiling[target]["r2_error"],
            "rmse_ratio": float(own["rmse"]) / float(best["rmse"]),
        }
    found["forecast"] = {"rmse_ratio": record.forecast["ph_rmse"] / ceiling.forecast["ph_rmse"]}
    return found


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
