"""The tables of the page about the rows: over the core tasks, where the test misleads a model, and over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bench.task import Task
from leaderboard.comparison.overview import Overview, both
from leaderboard.frame import CEILING
from leaderboard.pictures.accuracy_cost import predict_costs
from leaderboard.tables import Table
from leaderboard.wording import NONE, SHOWN, code_span, grid, quantity_text, ratio_text

PAGE = "docs/rows.md"
UNPUBLISHED = "not published yet"
MOVED_PERCENT = 0.05
"""Standard deviation that is printed as more than nothing."""


def blocks(overview: Overview | None, tables: Sequence[Table], tasks: Mapping[str, Task]) -> dict[str, str]:
    """Write the blocks of the page."""
    by_task = {table.task: table for table in tables}
    misled = [name for name in by_task if name in tasks and _misleads(tasks[name])]
    compared = [by_task[task] for task in overview.tasks] if overview else []
    return {
        "core tasks": core_table(overview, compared) if overview else UNPUBLISHED,
        "misled": misled_table([by_task[name] for name in misled]) if misled else UNPUBLISHED,
        "seeds": seeds_table(compared) if compared else UNPUBLISHED,
    }


def core_table(overview: Overview, tables: Sequence[Table]) -> str:
    """Lay out every ranked row over the core tasks: its ratios, where it is worst, and what it costs."""
    cpu_us = predict_costs(tables)
    heading = ["row", "both"]
    for shown in SHOWN:
        heading += [f"{shown.symbol} (95 %)", f"worst core task for {shown.symbol}"]
    rows = []
    for name, results in overview.results.items():
        cells = [code_span(name), ratio_text(both(results))]
        for shown, row in zip(SHOWN, results, strict=True):
            ratio, task = max((_ratio(table, name, shown.name), table.task) for table in tables)
            cells.append(f"{ratio_text(row.ratio)} ({ratio_text(row.low)}..{ratio_text(row.high)})")
            cells.append(f"{ratio_text(ratio)} on {code_span(task)}")
        fits = [line.spread("fit_cpu_s") for table in tables for line in table.lines if line.label == name]
        longest = max((fit.high for fit in fits if fit), default=0.0)
        rows.append([*cells, quantity_text(longest), quantity_text(cpu_us.get(name))])
    return grid([*heading, "longest fit, CPU s", "predict, CPU µs a case"], rows, "lr")


def misled_table(tables: Sequence[Table]) -> str:
    """Lay out E0 and k_d of every row where lag, offset, noise or chemistry of the test are not those of training."""
    names = sorted({line.label for table in tables for line in table.lines if line.scored and line.row != CEILING})
    rows = [[code_span(name), *(_pair(table, name) for table in tables)] for name in names]
    return grid(["row: E0 / k_d", *(code_span(table.task) for table in tables)], rows, "lr")


def seeds_table(tables: Sequence[Table]) -> str:
    """Lay out how much seeds move each row that they move: the standard deviation of the logarithm of its RMSE."""
    spreads: dict[str, dict[str, np.ndarray]] = {}
    for table in tables:
        for line in table.lines:
            rmse = np.array([[float(r.scores[shown.name]["rmse"]) for shown in SHOWN] for r in line.scored])
            if len(rmse) > 1:
                spreads.setdefault(line.label, {})[table.task] = 100 * np.std(np.log(rmse), axis=0, ddof=1)
    rows = [
        [code_span(name), *(" / ".join(f"{sd:.1f}" for sd in on[t.task]) if t.task in on else NONE for t in tables)]
        for name, on in sorted(spreads.items())
        if max(sd.max() for sd in on.values()) >= MOVED_PERCENT
    ]
    return grid(["row: E0 / k_d, %", *(code_span(table.task) for table in tables)], rows, "lr")


def _misleads(task: Task) -> bool:
    """Whether the test's electrode, noise or chemistry is not that of training: nothing in a trace says so."""
    told = {(train.lag_s, train.offset_sd, train.noise_sd) for train in task.train}
    return task.test_world != task.train_world or (task.test.lag_s, task.test.offset_sd, task.test.noise_sd) not in told


def _ratio(table: Table, name: str, target: str) -> float:
    """RMSE relative to the ceiling's of a row that is ranked, mean over seeds."""
    return max(ratio.mean for line in table.lines if line.label == name and (ratio := line.ratio(target)))


def _pair(table: Table, name: str) -> str:
    """Ratios of both targets as printed."""
    line = next((line for line in table.lines if line.label == name), None)
    ratios = [line.ratio(shown.name) if line else None for shown in SHOWN]
    return " / ".join(ratio_text(ratio.mean) if ratio else NONE for ratio in ratios)
