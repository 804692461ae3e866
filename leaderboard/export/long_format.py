"""The board as comma-separated values: one line a cell, every number that a record holds, nothing averaged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from bench.run.record import Record
from bench.world.quantities import TARGET_NAMES
from leaderboard.cells import CEILING, FORECAST, predict_cpu_us, predict_us, ratio_of, relative_error, score_of
from leaderboard.tables import Stale
from leaderboard.wording import gist

SCORES = ("r2", "rmse", "mae", "bias")
UNCERTAINTY = ("nll", "crps", "sharpness", "coverage_50", "coverage_90")
FORECASTS = ("ph_rmse", "ph_rmse_median", "ph_rmse_p95", "n_clipped")
CEILINGS = ("r2", "r2_error", "r2_implied", "r2_implied_error")


def csv_board(records: Iterable[Record], stale: Stale | None = None) -> str:
    """Write records in long format."""
    ordered = sorted(records, key=lambda r: (r.task, r.row, r.preset, r.seed))
    lines = [_values(record, (stale or {}).get(record.cell, ())) for record in ordered]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _values(record: Record, stale: tuple[str, ...]) -> dict[str, str]:
    """One line, column by column."""
    ok = record.status == "ok"
    scores = {
        f"{target}_{score}": score_of(record, target, score) if ok else None
        for target in TARGET_NAMES
        for score in SCORES
    }
    sentences = [f"{name} {value}" for name, value in scores.items() if isinstance(value, str)]
    return {
        "task": record.task,
        "row": record.row,
        "preset": record.preset,
        "seed": str(record.seed),
        "model": record.model,
        "status": record.status,
        "stale": ";".join(stale),
        "note": "; ".join([gist(record.message)] * bool(record.message) + sentences),
        "relative_rmse": _number(relative_error(record) if ok else None),
        **{name: _number(None if isinstance(value, str) else value) for name, value in scores.items()},
        **{f"{target}_rmse_ratio": _number(ratio_of(record, target) if ok else None) for target in TARGET_NAMES},
        **{
            f"{target}_ceiling_{score}": _number(_ceiling(record, target, score))
            for target in TARGET_NAMES
            for score in CEILINGS
        },
        **{f"forecast_{score}": _number(record.forecast.get(score)) for score in FORECASTS},
        "forecast_rmse_ratio": _number(ratio_of(record, FORECAST) if record.forecast else None),
        **{
            f"{target}_{score}": _number(record.uncertainty.get(target, {}).get(score))
            for target in TARGET_NAMES
            for score in UNCERTAINTY
        },
        "fit_s": _number(record.fit_s),
        "fit_cpu_s": _number(record.fit_cpu_s),
        "predict_s": _number(record.predict_s),
        "predict_cpu_s": _number(record.predict_cpu_s),
        "predict_us_per_case": _number(predict_us(record)),
        "predict_cpu_us_per_case": _number(predict_cpu_us(record)),
        "predict_one_ms": _number(record.predict_one_ms),
        "peak_memory_mb": _number(record.peak_memory_mb),
        "n_parameters": _number(record.n_parameters),
        "simulator_calls": _number(record.simulator_calls),
        **{f"n_{name}": _number(record.sizes.get(name)) for name in ("train", "valid", "test")},
        "metric_version": str(record.metric_version),
        "task_digest": record.task_digest,
        "source_digest": record.source_digest,
        "cases_digest": record.cases_digest,
        "sealed": "yes" if record.sealed else "no",
        "seal_sha256": record.seal_sha256,
        "isolation": record.isolation,
        "commit": record.commit,
        "started_utc": record.started_utc,
    }


def _ceiling(record: Record, target: str, score: str) -> float | None:
    """Look up the ceiling's R2, its error or, of the ceiling itself, what it implies."""
    own = record.scores.get(target, {}) if record.row == CEILING and score == "r2" else record.ceiling.get(target, {})
    value = own.get(score)
    return None if isinstance(value, str) else value


def _number(value: float | None) -> str:
    """Print a number for other programs to read."""
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.9g}"
