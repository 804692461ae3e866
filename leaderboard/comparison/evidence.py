"""Evidence: squared errors of every case of a table's rows, from which comparisons are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from bench.arrays import Array
from bench.errors import BenchError
from leaderboard.comparison.standing import ROUNDING
from leaderboard.predictions import Predicted, Predictions
from leaderboard.tables import Line, Table
from leaderboard.wording import SHOWN, quantity_text

ALARM = 0.01
"""Chance of any false alarm on a whole board."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Squared errors of the fresh rows of one table, in the targets' own units squared."""

    table: Table
    truth: Array  # (case, target), the same for all rows
    errors: dict[str, Array]  # label of a line to (seed, case, target), seeds in the line's order
    ceiling: Array | None  # (case, target)


def read_evidence(predictions: Predictions, table: Table) -> Evidence | None:
    """Read the predictions of a table's fresh lines."""
    read = {line.label: (line, cells) for line in table.lines if not line.stale and (cells := _read(predictions, line))}
    if not read:
        return None
    ceilings = [cells[0] for line, cells in read.values() if line.role == "ceiling"]
    truth = (ceilings or [cells[0] for _, cells in read.values()])[0].truth
    errors = {
        label: np.stack([(cell.mean - cell.truth) ** 2 for cell in cells])
        for label, (line, cells) in read.items()
        if line.role != "ceiling" and all(np.array_equal(cell.truth, truth) for cell in cells)
    }
    return Evidence(table, truth, errors, (ceilings[0].mean - truth) ** 2 if ceilings else None)


def leaks(tables: Sequence[Evidence]) -> list[tuple[str, ...]]:
    """Find rows that beat the exact posterior on the same cases, which no honest row does on average."""
    perfect = [
        [f"`{label}` predicts {names} without any error" for label, names in _perfect(evidence)] for evidence in tables
    ]
    alarms = [[f"Leak alarm: {text}. Look for test targets that reach the model." for text in each] for each in perfect]
    smallest: dict[tuple[int, str], float] = {}
    n_tested = 0
    for place, evidence in enumerate(tables):
        if evidence.ceiling is None or not evidence.ceiling.any(axis=0).all():
            continue
        exact = {label for label, _ in _perfect(evidence)}
        for label, values in evidence.errors.items():
            if label not in exact:
                p = _beats_p(values, evidence.ceiling)
                smallest[place, label] = float(p.min())
                n_tested += len(p)
    for (place, label), p_value in smallest.items():
        if n_tested * p_value < ALARM:
            alarms[place].append(
                f"Leak alarm: `{label}` beats the exact posterior on the same cases "
                f"(p = {quantity_text(n_tested * p_value)} over all rows of the board); no honest row can. "
                "Look for test targets that reach the model, or for a wrong ceiling."
            )
    return [tuple(each) for each in alarms]


def _read(predictions: Predictions, line: Line) -> list[Predicted]:
    """Predictions of every seed of a line; none where one is missing."""
    try:
        return [predictions.of(record) for record in line.scored]
    except BenchError:  # said on the page by who draws the line
        return []


def _beats_p(errors: Array, ceiling: Array) -> Array:
    """P, target by target, that a row as good as the exact posterior beats it by so much; paired over cases."""
    gain = errors.mean(axis=0) - ceiling
    # Rounding in a row that equals the ceiling is not a gain.
    error = stats.sem(gain, axis=0) + ROUNDING * ceiling.mean(axis=0)
    return np.asarray(stats.t.cdf(gain.mean(axis=0) / error, len(gain) - 1))


def _perfect(evidence: Evidence) -> list[tuple[str, str]]:
    """Rows with an error of exactly 0 in some seed, and the targets."""
    return [
        (label, " and ".join(names))
        for label, values in evidence.errors.items()
        if (names := [shown.symbol for i, shown in enumerate(SHOWN) if not values[..., i].any(axis=1).all()])
    ]
