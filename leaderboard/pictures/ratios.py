"""Picture of a whole board: the ratio to the ceiling of every row on every task, as numbers on colours."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from leaderboard.frame import CEILING
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, ratio_text

WORST = 100.0
"""Ratio from which the colour stays the same."""
EMPTY = "0.85"
"""Grey of a cell without a score, which no ratio has."""


def draw_ratio_map(tables: Sequence[Table], core: Sequence[str], first: Sequence[str] = ()) -> Figure | None:
    """Draw the ratio to the ceiling of every row on every task, means over seeds, a panel a target."""
    by_task = {table.task: table for table in tables}
    tasks = [*(task for task in core if task in by_task), *sorted(set(by_task) - set(core))]
    panels = [{task: _ratios(by_task[task], shown.name) for task in tasks} for shown in SHOWN]
    scored = {row for panel in panels for ratios in panel.values() for row in ratios}
    if not scored:
        return None
    rest = sorted(scored - set(first), key=lambda row: _mean_log(row, panels))
    rows = [*(row for row in first if row in scored), *rest]
    figure = Figure(figsize=(2.9 + 0.48 * len(tasks), 2.6 + len(SHOWN) * 0.22 * len(rows)), layout="constrained")
    axes = figure.subplots(len(SHOWN), 1, sharex=True)
    for ax, panel, shown in zip(axes, panels, SHOWN, strict=True):
        values = np.array([[panel[task].get(row, math.nan) for task in tasks] for row in rows])
        _panel(ax, values, rows, tasks)
        ax.axvline(len(set(core) & set(tasks)), color="0", linewidth=1.2)
        ax.set_title(f"RMSE / ceiling, {shown.formula}")
    axes[0].set_title(
        f"left of the line: core tasks; colours from 1 to {WORST:g}", loc="right", fontsize=8, color="0.3"
    )
    if any(len(ratios) < len(rows) for panel in panels for ratios in panel.values()):
        axes[-1].set_title("grey: no score", loc="right", fontsize=8, color="0.3")
    figure.suptitle("Every row on every task: how many times the least attainable error")
    return figure


def _panel(ax: Axes, values: np.ndarray, rows: Sequence[str], tasks: Sequence[str]) -> None:
    """One target: a cell a row and task."""
    texts = [[_text(value) for value in row] for row in values]
    sns.heatmap(
        np.clip(values, 1.0, WORST),
        ax=ax,
        norm=LogNorm(1.0, WORST),
        cmap="rocket_r",
        cbar=False,
        annot=texts,
        fmt="",
        annot_kws={"fontsize": 6.5},
        linewidths=0.5,
        xticklabels=list(tasks),
        yticklabels=list(rows),
    )
    ax.set_facecolor(EMPTY)
    ax.grid(visible=False)
    ax.tick_params(length=0, labelrotation=0)
    ax.tick_params(axis="x", labelrotation=90)


def _text(ratio: float) -> str:
    """A ratio as it fits into its cell; seaborn leaves cells without one empty."""
    return ratio_text(ratio) if ratio < 1e4 else f"{ratio:.0e}".replace("e+", "e")


def _ratios(table: Table, target: str) -> dict[str, float]:
    """Ratio of every scored row of a table, the ceiling left out."""
    models = [line for line in table.lines if line.row != CEILING]
    return {line.label: ratio.mean for line in models if (ratio := line.ratio(target))}


def _mean_log(row: str, panels: Sequence[dict[str, dict[str, float]]]) -> float:
    """Mean logarithm of a row's ratios, over all tasks and targets that it has."""
    return float(np.mean([math.log(ratios[row]) for panel in panels for ratios in panel.values() if row in ratios]))
