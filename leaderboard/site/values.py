"""Values of the page: tables, lines and cells as plain numbers and texts, which a script shows, sorts and draws."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from bench.arrays import Array
from bench.errors import BenchError
from bench.run.record import Record
from leaderboard.board.tables import attainable, r2_and_error
from leaderboard.comparison.overview import Overview, both, how_compared, place_text
from leaderboard.comparison.standing import Placed
from leaderboard.frame import FORECAST, ratio_of
from leaderboard.pictures.reliability import CHANCE, coverage, density
from leaderboard.predictions import Predicted, Predictions
from leaderboard.tables import Line, Spread, Table
from leaderboard.wording import NONE, SHOWN, count_text, gist, quantity_text, r2_text, ratio_text

Value = tuple[float | None, str]
"""A number to sort and draw by, and how it is printed."""

N_SHOWN = 200
"""Test cases a cell whose predictions the page holds."""
LEVELS = np.linspace(0.0, 1.0, 21)
"""Nominal levels at which coverage is drawn."""
DIGITS = 6
"""Significant digits that the page keeps."""
COSTS = (
    ("fit", "fit_cost_s", quantity_text),
    ("predict", "predict_cost_us", quantity_text),
    ("memory", "peak_memory_mb", count_text),
    ("parameters", "n_parameters", count_text),
)
"""Costs by their names on the page, with their columns."""


def table_values(
    table: Table, predictions: Predictions, alarms: Sequence[str], truths: list[list[list[float]]]
) -> dict[str, Any]:
    """Gather what the page says of one task."""
    lines: list[dict[str, Any]] = []
    notes: list[str] = []
    truth: Array | None = None
    for line in table.lines:
        predicted: dict[int, Predicted] = {}
        for record in line.scored:
            try:
                predicted[record.seed] = predictions.of(record)
            except BenchError as error:
                notes.append(str(error))
        if predicted and truth is None:
            truth = next(iter(predicted.values())).truth
        lines.append(_line_values(line, predicted, truth))
    return {
        "task": table.task,
        "preset": table.preset,
        "sizes": table.title.partition(": ")[2],
        "seeds": table.seeds,
        "sentences": list(attainable(table)),
        "alarms": list(alarms),
        "notes": notes,
        "truth": None if truth is None else _place_of(truth, truths),
        "chance": _chance(table.sizes["test"]) if "test" in table.sizes else [],
        "lines": lines,
    }


def overview_values(overview: Overview) -> dict[str, Any]:
    """Gather what the page says of all core tasks together."""
    rows = [
        {"row": name, "both": _value(both(results), ratio_text), "targets": list(map(_result_values, results))}
        for name, results in overview.results.items()
    ]
    return {
        "preset": overview.preset,
        "tasks": list(overview.tasks),
        "seeds": list(overview.seeds),
        "cases_only": overview.cases_only,
        "notes": [text.replace("**", "") for text in how_compared(overview)] if rows else [],
        "rows": rows,
        "outside": [list(each) for each in overview.outside],
    }


def _result_values(row: Placed) -> dict[str, Any]:
    """One row and target of the overview."""
    return {
        "ratio": _value(row.ratio, ratio_text),
        "low": _rounded(row.low),
        "high": _rounded(row.high),
        "interval": f"{ratio_text(row.low)} to {ratio_text(row.high)}",
        "place": place_text(row.place) if row.place else "",
        "first": row.place[0] if row.place else None,
    }


def _line_values(line: Line, predicted: Mapping[int, Predicted], truth: Array | None) -> dict[str, Any]:
    """One line of a table, with the predictions of its seeds."""
    cells = [_cell_values(record, predicted.get(record.seed), truth) for record in line.scored]
    cells += [_cell_values(record, None, None) for record in line.unscored]
    ranks = [each.rank for each in predicted.values() if each.rank is not None]
    return {
        "row": line.row,
        "label": line.label,
        "role": line.role,
        "note": line.note,
        "status": line.status,
        "stale": list(line.stale),
        "n": len(line.scored),
        "values": _scores(line),
        "reliability": _reliability(ranks[0]) if ranks else None,
        "cells": sorted(cells, key=lambda cell: cell["seed"]),
    }


def _scores(line: Line) -> dict[str, Value]:
    """Everything by which the lines of a table are sorted."""
    values = {"overall": _spread(line.overall, ratio_text)}
    for i, shown in enumerate(SHOWN):
        r2 = line.r2(shown.name)
        values[f"r2_{i}"] = (_rounded(r2.mean) if isinstance(r2, Spread) else None, r2_and_error(line, shown.name))
        values[f"ratio_{i}"] = _spread(line.ratio(shown.name), ratio_text)
        values[f"rmse_{i}"] = _value(line.mean(f"{shown.name}_rmse", shown.scale), quantity_text)
    values["forecast"] = _spread(line.ratio(FORECAST), ratio_text)
    for name, column, text in COSTS:
        values[name] = _value(line.mean(column), text)
    return values


def _cell_values(record: Record, predicted: Predicted | None, truth: Array | None) -> dict[str, Any]:
    """One cell: what stands in its details."""
    values: dict[str, Any] = {"seed": record.seed, "status": record.status}
    if record.message:
        values["message"] = gist(record.message)
    if record.status == "ok":
        scores = [record.scores[shown.name]["r2"] for shown in SHOWN]
        values["r2"] = [(None if isinstance(r2, str) else _rounded(r2), r2_text(r2)) for r2 in scores]
        values["ratio"] = [_value(ratio_of(record, shown.name), ratio_text) for shown in SHOWN]
    if record.commit:
        values["commit"] = record.commit
    if predicted is not None and truth is not None and np.array_equal(truth, predicted.truth):
        values["predicted"] = _packed(predicted.mean[:N_SHOWN])
    return values


def _place_of(truth: Array, truths: list[list[list[float]]]) -> int:
    """Place of the true targets of the cases that are shown, which are added if they are new."""
    columns = [[float(f"{value:.4g}") for value in truth[:N_SHOWN, i] / shown.scale] for i, shown in enumerate(SHOWN)]
    if columns not in truths:
        truths.append(columns)
    return truths.index(columns)


def _packed(mean: Array) -> str:
    """Predictions as base64 of little-endian 16-bit steps, a target after the other.

    The steps span the prior and half its width on either side; what lies beyond stays at the end.
    """
    ends = np.array([(shown.low, shown.high) for shown in SHOWN])
    scales = np.array([shown.scale for shown in SHOWN])
    width = ends[:, 1] - ends[:, 0]
    share = (mean / scales - (ends[:, 0] - width / 2)) / (2 * width)
    steps = np.round(np.clip(share, 0.0, 1.0) * 65535.0).astype("<u2")
    return base64.b64encode(steps.T.tobytes()).decode()


def _reliability(rank: Array) -> list[dict[str, list[float]]]:
    """Coverage at the nominal levels and density of ranks, for each target."""
    return [
        {"coverage": coverage(ranks, LEVELS).round(4).tolist(), "density": density(ranks).round(3).tolist()}
        for ranks in rank.T
    ]


def _chance(n_cases: int) -> list[list[float]]:
    """Least and largest coverage at each level that an honest row shows by chance."""
    ends: list[list[float]] = (np.array(stats.binom.interval(CHANCE, n_cases, LEVELS)) / n_cases).round(4).tolist()
    return ends


def _spread(value: Spread | None, text: Callable[[float], str]) -> Value:
    """Mean over seeds, printed with its range."""
    return (None, NONE) if value is None else (_rounded(value.mean), value.text(text))


def _value(value: float | None, text: Callable[[float | None], str]) -> Value:
    """A number that may be missing."""
    return (None if value is None else _rounded(value), text(value))


def _rounded(value: float) -> float | None:
    """Number with the digits that the page keeps; None where it is infinite."""
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
