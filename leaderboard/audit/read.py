"""The audit: every variant's effects and verdict, from a folder of records and the predictions beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.arrays import Array
from bench.errors import BenchError
from bench.metrics import r2
from bench.run.plan import Stale
from bench.run.record import Record
from bench.world.quantities import TARGET_NAMES
from leaderboard.audit.computed import (
    DECODED,
    METRICS,
    Metric,
    Scored,
    Statistics,
    decoded,
    metric_verdict,
    reported,
    training_statistics,
)
from leaderboard.audit.effects import Effect, effects, verdict
from leaderboard.audit.plan import AS_FOUND, REPEATS, SOUND, SPLIT, TASKS, Variant, rows, variants
from leaderboard.audit.result import Audit, Finding, MetricFinding, SplitScatter
from leaderboard.predictions import Predicted, Predictions


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of one preset that belong to the audit."""

    records: Mapping[tuple[str, str, int], Record]
    seeds: tuple[int, ...]
    predicted: Mapping[tuple[str, str], list[Predicted]]
    missing: tuple[str, ...]

    @property
    def rows(self) -> list[str]:
        """Rows that have all their cells."""
        return list(dict.fromkeys(row for _, row in self.predicted))


def read_audit(
    folder: Path, records: Iterable[Record], preset: str, base: str = SOUND, stale: Stale | None = None
) -> Audit:
    """Read the audit from records and the predictions beside them."""
    fresh = {(r.task, r.row, r.seed): r for r in records if r.preset == preset and r.cell not in (stale or {})}
    chosen = variants(base)
    cells = _read_cells(folder, fresh, [row for row in rows(chosen) if row], base)
    if base not in cells.rows:
        raise BenchError(
            f"audit '{folder}': row {base} must have a score for every task and seed of preset {preset}, got not all. "
            "Run the audit with this folder first."
        )
    first = fresh[TASKS[0], base, cells.seeds[0]]
    training = [training_statistics(first.sizes["train"], seed) for seed in cells.seeds]
    computed = [replace(fault, base=base) for fault in DECODED]
    added: list[Effect] = []
    removed: list[Effect] = []
    for task in TASKS:
        truth = cells.predicted[task, base][0].truth
        errors = _errors(cells, task, base, training)
        pairs = [(v.row, v.base) for v in (*chosen, *computed) if {v.row, v.base} <= errors.keys()]
        added += effects(task, truth, errors, pairs).values()
        pairs = [(v.removed, AS_FOUND) for v in chosen if {v.removed, AS_FOUND} <= errors.keys()]
        removed += effects(task, truth, errors, pairs).values()
    return Audit(
        preset,
        base,
        first.settings,
        len(cells.seeds),
        _findings([*chosen, *computed], added, removed),
        tuple(_scored_wrongly(metric, cells, base, training) for metric in METRICS),
        _spread(cells, base),
        cells.missing,
        tuple(sorted({record.commit for record in fresh.values() if record.commit})),
    )


def _read_cells(
    folder: Path, records: Mapping[tuple[str, str, int], Record], wanted: Sequence[str], base: str
) -> Cells:
    """Predictions of the rows that have a score for every task and seed, and why the others lack one."""
    seeds = tuple(sorted({seed for task, row, seed in records if row == base and task in TASKS}))
    predictions, predicted, missing = Predictions(folder), {}, []
    for row in wanted:
        keys = [(task, row, seed) for task in TASKS for seed in seeds]
        statuses = [records[key].status if key in records else "not_run" for key in keys]
        if bad := [status for status in statuses if status != "ok"]:
            missing.append(f"{row}: {len(bad)} of {len(keys)} cells {' and '.join(sorted(set(bad)))}")
            continue
        for task in TASKS if seeds else ():
            predicted[task, row] = [predictions.of(records[task, row, seed]) for seed in seeds]
    return Cells(records, seeds, predicted, tuple(missing))


def _errors(cells: Cells, task: str, base: str, training: Sequence[Statistics]) -> dict[str, Array]:
    """Squared errors of every row on one task, those of faults of decoding among them."""
    truth = cells.predicted[task, base][0].truth
    errors = {row: np.stack([(fit.mean - truth) ** 2 for fit in cells.predicted[task, row]]) for row in cells.rows}
    for fault in DECODED:
        means = [
            decoded(fault.row, fit.mean, truth, known)
            for fit, known in zip(cells.predicted[task, base], training, strict=True)
        ]
        errors[fault.row] = (np.stack(means) - truth) ** 2
    return errors


def _findings(chosen: Sequence[Variant], added: Sequence[Effect], removed: Sequence[Effect]) -> tuple[Finding, ...]:
    """Findings with their verdicts, ordered by effect."""
    findings = [
        Finding(
            v,
            "",
            tuple(effect for effect in added if (effect.row, effect.base) == (v.row, v.base)),
            tuple(effect for effect in removed if v.removed and effect.row == v.removed),
        )
        for v in chosen
    ]
    judged = [replace(each, verdict=verdict(each.deciding, each.variant.decides.sign)) for each in findings]
    return tuple(sorted(judged, key=lambda each: (each.deciding is None, -(each.claimed or 0.0))))


def _scored_wrongly(metric: Metric, cells: Cells, base: str, training: Sequence[Statistics]) -> MetricFinding:
    """What a wrong metric says of the base's predictions."""
    scored = []
    for task in TASKS:
        fits = cells.predicted[task, base]
        wrong = [reported(metric.name, fit.truth, fit.mean, known) for fit, known in zip(fits, training, strict=True)]
        for column, target in enumerate(TARGET_NAMES):
            right = tuple(float(r2(fit.truth[:, column], fit.mean[:, column])) for fit in fits)
            scored.append(Scored(metric.name, task, target, right, tuple(float(each[column]) for each in wrong)))
    return MetricFinding(metric, metric_verdict(scored), tuple(scored))


def _spread(cells: Cells, base: str) -> SplitScatter:
    """R2 of k_d in distribution over repeats of the unseeded split, and over seeds of the base; repeats of one base."""
    if base != SOUND:
        return SplitScatter((), ())

    def r2_of(keys: Iterable[tuple[str, int]]) -> tuple[float, ...]:
        fits = [cells.records.get((TASKS[0], row, seed)) for row, seed in keys]
        return tuple(float(fit.scores[TARGET_NAMES[1]]["r2"]) for fit in fits if fit and fit.status == "ok")

    repeats = [SPLIT, *(f"{SPLIT}(repeat={number})" for number in REPEATS)]
    return SplitScatter(r2_of((row, 0) for row in repeats), r2_of((base, seed) for seed in cells.seeds))
