"""R2 against the test's sampling interval: rows that are trained at the finest one, and the exact posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bench.task import Task
from leaderboard.comparison.shifts import shift_grid
from leaderboard.tables import Spread, Table
from leaderboard.wording import SHOWN, code_span, grid, r2_text

FEWEST = 3
"""Intervals that make a curve."""
MEANING = """\
R2 against the interval of the test, mean over seeds, nothing else moved: what is trained at the finest interval, and
the exact posterior, which knows the interval of the test."""


def interval_scores(tables: Sequence[Table], tasks: Mapping[str, Task]) -> pd.DataFrame:
    """Mean, least and largest R2 of every row, target, prefix and interval, of prefixes tested at several intervals.

    A row whose training tells it the finest interval alone can fail at any other: columns ``prefix_s``,
    ``interval_s``, ``row``, ``role``, ``target``, ``r2``, ``low`` and ``high``.
    """
    found, by_task = [], {table.task: table for table in tables}
    for (prefix_s, interval_s), task in shift_grid(tasks).items():
        if tasks[task].train[0].prefix_s != prefix_s or task not in by_task:
            continue
        for line in by_task[task].lines:
            for shown in SHOWN:
                r2 = line.r2(shown.name)
                if isinstance(r2, Spread):
                    place = (prefix_s, interval_s, line.label, line.role, shown.name)
                    found.append((*place, r2.mean, r2.low, r2.high))
    names = ["prefix_s", "interval_s", "row", "role", "target", "r2", "low", "high"]
    scores = pd.DataFrame(found, columns=names)
    return scores[scores.groupby("prefix_s")["interval_s"].transform("nunique") >= FEWEST]


def intervals_text(scores: pd.DataFrame) -> list[str]:
    """Lay out the curves, a table a prefix: E0 / k_d of every row at every interval."""
    parts = [MEANING] if len(scores) else []
    for prefix_s, of_prefix in scores.groupby("prefix_s"):
        r2 = of_prefix.pivot_table(index="row", columns=["interval_s", "target"], values="r2", sort=False)
        intervals = sorted(of_prefix["interval_s"].unique())
        rows = [
            [code_span(str(row)), *(" / ".join(r2_text(values.get((i, s.name))) for s in SHOWN) for i in intervals)]
            for row, values in r2.iterrows()
        ]
        parts.append(grid([f"{prefix_s:g} s, row: E0 / k_d", *(f"{i:g} s" for i in intervals)], rows, "lr"))
    return parts
