"""Records as one tidy frame: a line a cell, a column a number; every table is a group of its lines."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from bench.ceiling.calibration import UNCERTAINTY_VERSION
from bench.compiled import ROOT
from bench.run.plan import Stale
from bench.run.record import Record
from bench.run.scores import ceiling
from bench.run.scores.uncertainty import BOTH
from bench.world.quantities import TARGET_NAMES, TARGETS

FLOOR = "mean"
"""Row that answers the training mean: what a model must beat."""
CEILING = ceiling.CEILING
"""Row of the exact posterior: what no model can beat on average."""
UNTOLD = "laboratory_posterior"
"""Row of the posterior that nobody tells what is wrong with a trace: the ceiling of whoever does not know either."""
FORECAST = "forecast"
"""Name of the forecast where a target's name may stand as well."""
ROLES = {FLOOR: "floor", CEILING: "ceiling"}

SCORES = ("r2", "rmse", "mae", "bias")
CEILINGS = ("r2", "r2_error", "r2_implied", "r2_implied_error")
UNCERTAINTY = ("nll", "crps", "sharpness", "coverage_50", "coverage_90", "unevenness")
TOGETHER = ("energy", "apart", "told_apart")
"""Scores of both targets together, of rows that state samples."""
BESIDE = {"nll": "information", "crps": "crps_ratio", "sharpness": "sharpness_ratio", "energy": "energy_ratio"}
"""What scores of stated uncertainty are called as multiples of the exact posterior's; NLL counts from the prior's."""
FORECASTS = ("ph_rmse", "ph_rmse_median", "ph_rmse_p95", "n_clipped")
SIZES = ("train", "valid", "test")
OF_TARGETS = {
    "scores": ("", SCORES),
    "ceiling": ("ceiling_", (*CEILINGS, "rmse_ratio")),
}
"""What a record holds of each target: the beginning of its columns' names, and what they are called there."""
COSTS = ("fit_s", "fit_cpu_s", "predict_s", "predict_cpu_s", "predict_one_ms", "peak_memory_mb")
COUNTS = ("n_parameters", "simulator_calls")
ATTRIBUTES = (
    *("task", "row", "preset", "seed", "model", "status", "metric_version", "task_digest", "source_digest"),
    *("cases_digest", "seal_sha256", "isolation", "commit", "started_utc"),
)


def ratio_of(record: Record, which: str) -> float | None:
    """RMSE relative to the exact posterior's on the same cases.

    Examples
    --------
    >>> fields = ("task", "t1", "bayes", "bayes", {}, 0, "quick", {}, "ok", "", "s1", "c1", 1)
    >>> ratio_of(Record(*fields), "k_d_per_s")
    1.0
    """
    if record.row == CEILING:
        return 1.0
    value = record.ceiling.get(which, {}).get("rmse_ratio")
    return None if value is None else float(value)


def status_text(records: Iterable[Record]) -> str:
    """Count cells by status."""
    counted = Counter(record.status for record in records)
    if counted.total() == 1:
        return next(iter(counted))
    return ", ".join(f"{counted[each]:,} {each}" for each in sorted(counted, key=lambda each: (each != "ok", each)))


def draws_text(records: Iterable[Record]) -> list[str]:
    """Say which test cases the scores are of, and what confined the models.

    Examples
    --------
    >>> fields = ("task", "t1", "gru", "gru", {}, 0, "quick", {}, "ok", "", "s1", "c1", 1)
    >>> draws_text([Record(*fields), Record(*fields, sealed=True, seal_sha256="5e" * 32, isolation="landlock 7")])
    ['open run: public test cases; isolation none', 'sealed run: test cases of key 5e5e5e5e5e5e; isolation landlock 7']
    """
    isolations: dict[str, Counter[str]] = {}
    for record in records:
        if record.status == "ok" and record.row != CEILING:  # which runs in the parent, and is no plugin
            isolations.setdefault(record.seal_sha256, Counter())[record.isolation] += 1
    texts = []
    for seal, counted in sorted(isolations.items()):
        named = [f"{name} ({n} cell{'s' * (n > 1)})" for name, n in sorted(counted.items())]
        isolation = ", ".join(named) if len(counted) > 1 else next(iter(counted))
        draw = f"sealed run: test cases of key {seal[:12]}" if seal else "open run: public test cases"
        texts.append(f"{draw}; isolation {isolation}")
    return texts


def frame_of(records: Iterable[Record], stale: Stale | None = None, unchecked: Stale | None = None) -> pd.DataFrame:
    """Lay out records with every number that they hold; numbers of a target begin with its name."""
    ordered = sorted(records, key=lambda record: (record.task, record.row, record.preset, record.seed))
    parts = [
        _nested([getattr(record, group).get(target, {}) for record in ordered], names, f"{target}_{prefix}")
        for group, (prefix, names) in OF_TARGETS.items()
        for target in TARGET_NAMES
    ]
    parts.append(_stated(ordered, stale or {}))
    parts.append(_nested([record.ceiling.get(FORECAST, {}) for record in ordered], ["rmse_ratio"], "forecast_ceiling_"))
    parts.append(_nested([record.forecast for record in ordered], FORECASTS, "forecast_"))
    parts.append(_nested([record.sizes for record in ordered], SIZES, "n_"))
    parts.append(pd.DataFrame({name: [getattr(r, name) for r in ordered] for name in (*COSTS, *COUNTS)}, dtype=float))
    numbers = pd.concat(parts, axis=1)
    cells = pd.DataFrame({name: [getattr(record, name) for record in ordered] for name in ATTRIBUTES})
    ok, of_ceiling = cells["status"] == "ok", cells["row"] == CEILING
    for target in TARGET_NAMES:
        numbers[f"{target}_ceiling_r2"] = numbers[f"{target}_ceiling_r2"].mask(of_ceiling, numbers[f"{target}_r2"])
    for which in (*TARGET_NAMES, FORECAST):
        numbers[f"{which}_rmse_ratio"] = numbers[f"{which}_ceiling_rmse_ratio"].mask(of_ceiling, 1.0).where(ok)
    numbers["overall"] = _geometric_mean([numbers[f"{target}_rmse_ratio"] for target in TARGET_NAMES])
    numbers["relative_rmse"] = _geometric_mean(
        [numbers[f"{each.name}_rmse"] / ((each.high - each.low) / math.sqrt(12.0)) for each in TARGETS]
    )
    for name in ("predict", "predict_cpu"):
        numbers[f"{name}_us_per_case"] = numbers[f"{name}_s"] / numbers["n_test"] * 1e6
    # Processor time, which other work hardly moves; wall time in records that do not know it.
    numbers["fit_cost_s"] = numbers["fit_cpu_s"].fillna(numbers["fit_s"])
    numbers["predict_cost_us"] = numbers["predict_cpu_us_per_case"].fillna(numbers["predict_us_per_case"])
    numbers["log_predict_cost"] = np.log(numbers["predict_cost_us"].where(numbers["predict_cost_us"] > 0))
    for name, of_cell in (("stale", stale or {}), ("unchecked", unchecked or {})):
        cells[name] = pd.Series([of_cell.get(record.cell, ()) for record in ordered], dtype=object)
    cells["settings"] = [json.dumps(record.settings, sort_keys=True) for record in ordered]
    cells["sizes"] = pd.Series([tuple(sorted(record.sizes.items())) for record in ordered], dtype=object)
    cells["record"] = pd.Series(ordered, dtype=object)
    return pd.concat([cells, numbers], axis=1)


def published_scores() -> pd.DataFrame:
    """Published scores, a line a cell; ``stale`` says what has changed since one was made.

    Those of stated uncertainty are left out where they were scored otherwise than today: ``export`` scores them again.
    """
    from leaderboard.published.plan import PLAN_FILE, Published  # both read files with what only they need
    from leaderboard.published.store import read_published

    planned = Published.from_json((ROOT / PLAN_FILE).read_text(encoding="utf-8"))
    return frame_of(read_published(ROOT / "leaderboard" / "records"), planned.stale).drop(columns="record")


def _stated(records: Sequence[Record], stale: Stale) -> pd.DataFrame:
    """Scores of stated uncertainty as they are scored today, and beside the exact posterior's of the same cases."""
    stated = [
        r.uncertainty if r.uncertainty_version == UNCERTAINTY_VERSION or r.row == CEILING else {} for r in records
    ]
    places = [
        (record.task, record.preset, record.seal_sha256, tuple(sorted(record.sizes.items()))) for record in records
    ]
    exact = {
        place: record.uncertainty
        for place, record in zip(places, records, strict=True)
        if record.row == CEILING and record.cell not in stale
    }
    parts = []
    for which, names in (*((target, UNCERTAINTY) for target in TARGET_NAMES), (BOTH, TOGETHER)):
        prefix = "" if which == BOTH else f"{which}_"
        own, best = (
            _nested([scores.get(which, {}) for scores in each], names, prefix)
            for each in (stated, [exact.get(place, {}) for place in places])
        )
        beside = {
            f"{prefix}{to}": own[f"{prefix}{of}"] / best[f"{prefix}{of}"] for of, to in BESIDE.items() if of in names
        }
        parts += [own, pd.DataFrame(beside)]
    return pd.concat(parts, axis=1)


def _nested(values: Sequence[Mapping[str, object]], names: Sequence[str], prefix: str) -> pd.DataFrame:
    """Numbers that records hold under names; text, such as why there is no R2, is none."""
    return pd.DataFrame(
        {f"{prefix}{name}": [_number(each.get(name)) for each in values] for name in names}, dtype=float
    )


def _number(value: object) -> object:
    """Value if it is a number; a text may be one that JSON lacks."""
    if isinstance(value, str):
        return pd.to_numeric(value, errors="coerce")
    return math.nan if value is None else value


def _geometric_mean(columns: Sequence[pd.Series[float]]) -> pd.Series[float]:
    """Geometric mean over targets, where all are known."""
    return pd.Series(math.prod(columns) ** (1.0 / len(columns)))
