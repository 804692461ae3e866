"""The ceiling row ``bayes``: the exact posterior on a task's own test cases, computed in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np

from bench.arrays import Array
from bench.ceiling.calibration import UNCERTAINTY_VERSION
from bench.ceiling.draws import energy_scores
from bench.ceiling.forecast import REFERENCE_TIME_S, forecast_scores, true_ph
from bench.compiled import ROOT
from bench.contract import Prediction
from bench.draw import draw_measured
from bench.metrics import METRIC_VERSION, scores
from bench.run.origin import provenance
from bench.run.plan import Cell, Plugin
from bench.run.record import EXAMPLES_FOLDER, PREDICTIONS_FOLDER, CellKey, Record, append_records, write_arrays
from bench.run.scores.known import Known, known_of
from bench.run.scores.scoring import N_EXAMPLES, prediction_arrays, r2_error
from bench.run.scores.uncertainty import BOTH, energy_unit
from bench.run.seal import Seal, test_stream
from bench.task import Task, digest_of
from bench.world.acquisition import deliver
from bench.world.laboratory import Laboratory
from bench.world.quantities import TARGET_NAMES, TARGETS

CEILING = "bayes"
"""Name of the row."""
SOURCE = ROOT / "bench" / "ceiling" / "posterior.py"
"""File whose digest stands for the row."""
UNTOLD = ROOT / "bench" / "ceiling" / "untold" / "many.py"
"""The same on tasks of a laboratory, where the posterior is told the distribution of what is wrong and no more."""


def ceilings(
    cells: Iterable[Cell],
    records: Sequence[Record],
    out: Path,
    seal: Seal | None = None,
    report: Callable[[str, float], object] = lambda task, share: None,
) -> Iterator[Record]:
    """Give the ceiling of every task among some cells, computing those that are missing or stale.

    ``report`` is told of what task, and what share of its cases is done.
    """
    newest = {record.cell: record for record in records}
    seen: set[CellKey] = set()
    for cell in cells:
        own = replace(cell, plugin=Plugin(source_of(cell.task)), seed=0)
        key = (cell.task.name, CEILING, 0, cell.preset)
        if key in seen:
            continue
        seen.add(key)
        stored = newest.get(key)
        versions = (METRIC_VERSION, UNCERTAINTY_VERSION)
        fresh = stored is not None and (stored.metric_version, stored.uncertainty_version) == versions
        if stored is not None and fresh and not own.stale(stored):
            yield stored
        else:
            yield ceiling(own, out, seal, partial(report, cell.task.name))


def source_of(task: Task) -> Path:
    """File whose digest stands for the row on a task."""
    return UNTOLD if isinstance(task.test, Laboratory) else SOURCE


def ceiling(
    cell: Cell, out: Path, seal: Seal | None = None, report: Callable[[float], object] = lambda share: None
) -> Record:
    """Compute the ceiling of one task, with its forecasts and the example traces, and append its record."""
    started = provenance.now()
    task = cell.task
    measured, targets = draw_measured(task.test, task.test_world, test_stream(seal, task.name), range(cell.sizes.test))
    truth, known = targets.values, measured.known
    known_of(task, measured.take(slice(0, 1)), truth[:1])  # compiles, if nothing has yet
    began, cpu_began = time.perf_counter(), time.process_time()
    posterior = known_of(task, measured, truth, report)
    prediction = Prediction(posterior.mean, posterior.sd)
    predict_s, predict_cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    energy = energy_scores(truth, posterior.draws(), energy_unit(posterior.uncertainty), fair=True)
    true = true_ph(known, truth, task.test_world)
    forecast, band = posterior.predictive_ph(REFERENCE_TIME_S, known, task.test_world)
    stem = digest_of([task.name, cell.preset, cell.test_digest, cell.plugin.digest])
    prediction_file = Path(PREDICTIONS_FOLDER) / task.name / f"{CEILING}-{stem}.npz"
    sha256 = write_arrays(
        out / prediction_file,
        prediction_arrays(prediction, truth, true, forecast) | {"rank": posterior.rank},
    )
    few = slice(0, N_EXAMPLES)
    traces = deliver(task.test, measured).take(few)
    write_arrays(
        out / EXAMPLES_FOLDER / f"{task.name}.npz",
        {
            "case": np.arange(traces.n_cases),
            "time_s": traces.time_s,
            "ph": traces.ph,
            "valid": traces.valid,
            "known": traces.known,
            "truth": truth[few],
            "forecast_time_s": REFERENCE_TIME_S,
            "forecast_true": true[few],
            "forecast_mean": forecast[few],
            "forecast_sd": band[few],
        },
    )
    record = Record(
        task=task.name,
        task_digest=cell.task_digest,
        row=CEILING,
        model=CEILING,
        settings={},
        seed=0,
        preset=cell.preset,
        sizes=asdict(cell.sizes),
        status="ok",
        message=posterior.note,
        source_digest=cell.plugin.digest,
        cases_digest=cell.cases_digest,
        metric_version=METRIC_VERSION,
        scores=scores(truth, posterior.mean),
        forecast=forecast_scores(true, forecast) | {"n_clipped": 0},
        uncertainty=posterior.uncertainty | {BOTH: {"energy": float(energy.mean())}},
        uncertainty_version=UNCERTAINTY_VERSION,
        ceiling=_implied(posterior, truth),
        told=posterior.told,
        predict_s=predict_s,
        predict_cpu_s=predict_cpu_s,
        prediction_file=prediction_file.as_posix(),
        prediction_sha256=sha256,
        versions=dict(cell.plugin.versions),
        host=provenance.host(),
        commit=provenance.commit(),
        started_utc=started,
        sealed=seal is not None,
        seal_sha256=cell.seal,
    )
    append_records(out, [record])
    return record


def _implied(posterior: Known, truth: Array) -> dict[str, dict[str, float | str]]:
    """R2 that the posterior implies, 1 - E[Var] / prior variance, and the errors of that and of the observed R2."""
    mean, variance = posterior.mean, posterior.sd**2
    implied: dict[str, dict[str, float | str]] = {}
    for column, (name, quantity) in enumerate(zip(TARGET_NAMES, TARGETS, strict=True)):
        prior = (quantity.high - quantity.low) ** 2 / 12.0
        implied[name] = {
            "r2_implied": 1.0 - float(variance[:, column].mean()) / prior,
            "r2_implied_error": float(variance[:, column].std() / np.sqrt(len(truth))) / prior,
            "r2_error": r2_error(truth[:, column], mean[:, column]),
        }
    return implied
