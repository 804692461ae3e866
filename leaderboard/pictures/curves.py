"""Pictures of sampling shift: scores against the test interval, and against the prefix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from leaderboard.comparison.shifts import line_of
from leaderboard.frame import CEILING
from leaderboard.pictures.looks import Look, frame, ratio_axis
from leaderboard.pictures.scores import LOWEST_R2
from leaderboard.tables import Line, Spread, Table
from leaderboard.wording import SHOWN, Shown

HIGHEST_RATIO = 100.0
"""A row beyond this stays at the edge: one wild row must not squeeze the others together."""

Grid = Mapping[tuple[float, float], Table]
"""Prefix [s] and test interval [s] to the table of the task."""


def draw_interval_curves(grid: Grid, trained_s: float, looks: Mapping[str, Look]) -> Figure | None:
    """Draw R2 and the ratio to the ceiling against the test interval, a column a prefix."""
    columns = {
        f"prefix {prefix:g} s": {interval: grid[at, interval] for at, interval in sorted(grid) if at == prefix}
        for prefix in sorted({prefix for prefix, _ in grid})
    }
    return _draw(columns, "test interval [s]", f"the test interval: rows trained every {trained_s:g} s", looks)


def draw_prefix_curves(grid: Grid, trained_s: float, looks: Mapping[str, Look]) -> Figure | None:
    """Draw R2 and the ratio to the ceiling against the prefix, a column a test interval."""
    columns = {
        f"test interval {interval:g} s": {prefix: grid[prefix, at] for prefix, at in sorted(grid) if at == interval}
        for interval in sorted({interval for _, interval in grid})
    }
    return _draw(columns, "prefix of training and test [s]", f"the prefix: rows trained every {trained_s:g} s", looks)


def _draw(
    columns: Mapping[str, Mapping[float, Table]], label: str, against: str, looks: Mapping[str, Look]
) -> Figure | None:
    """Draw two panels a target, one below the other, in every column that is more than one point."""
    columns = {title: tables for title, tables in columns.items() if len(tables) > 1}
    if not columns:
        return None
    tables = [table for each in columns.values() for table in each.values()]
    rows = list(dict.fromkeys(line.row for table in tables for line in table.lines if line.scored and not line.stale))
    rows.sort(key=lambda row: row == CEILING)
    kinds = [(shown, kind) for shown in SHOWN for kind in ("r2", "ratio")]
    height = 1.75 * len(kinds)
    legend = 0.35 + 0.2 * -(-len(rows) // 6)
    figure = Figure(figsize=(1.0 + 3.3 * len(columns), height + 1.0 + legend))
    axes = figure.subplots(len(kinds), len(columns), squeeze=False, sharex=True, sharey="row")
    for panels, (shown, kind) in zip(axes, kinds, strict=True):
        for ax, (title, column) in zip(panels, columns.items(), strict=True):
            for row in rows:
                _curve(ax, column, row, shown, kind, looks[row])
            ax.axhline(float(kind == "ratio"), color="0.45", linewidth=1.0, zorder=1)
            if shown is SHOWN[0] and kind == "r2":
                ax.set_title(title)
        _scale(panels[0], shown, kind)
    points = sorted({at for each in columns.values() for at in each})
    for ax in axes[-1]:
        ax.set_xscale("log")
        ax.set_xticks(points, [f"{at:g}" for at in points])
        ax.minorticks_off()
        ax.set_xlabel(label)
    figure.suptitle(f"Scores against {against}")
    keys = [
        Line2D(
            [],
            [],
            color=looks[row].colour,
            marker=looks[row].marker,
            markersize=5,
            linestyle=":" if row == CEILING else "-",
            label=f"{row}, ceiling" if row == CEILING else row,
        )
        for row in rows
    ]
    figure.legend(handles=keys, loc="lower center", ncols=min(6, len(keys)), frameon=False)
    note = "lines: R2 0, no better than a constant; ratio 1, the ceiling. Marks at an edge lie beyond it."
    figure.text(0.5, legend / figure.get_figheight(), note, ha="center", fontsize=8, color="0.3")
    frame(figure, left=0.75, right=0.2, bottom=0.75 + legend, top=0.65, wspace=0.1, hspace=0.14)
    return figure


def _curve(ax: Axes, column: Mapping[float, Table], row: str, shown: Shown, kind: str, look: Look) -> None:
    """One row: means over seeds, with their range."""
    points = [(at, value) for at, table in column.items() if (value := _value(line_of(table, row), shown, kind))]
    if not points or (row == CEILING and kind == "ratio"):
        return
    at = [x for x, _ in points]
    lowest, highest = (LOWEST_R2, 1.0) if kind == "r2" else (0.0, HIGHEST_RATIO)
    mean, low, high = np.clip([(value.mean, value.low, value.high) for _, value in points], lowest, highest).T
    style, size = (":", 8) if row == CEILING else ("-", 5)
    ax.plot(
        at, mean, style, color=look.colour, linewidth=1.2, marker=look.marker, markersize=size, alpha=0.85, zorder=3
    )
    if any(value.n > 1 for _, value in points):
        ax.vlines(at, low, high, color=look.colour, linewidth=1.0, alpha=0.6)


def _value(line: Line | None, shown: Shown, kind: str) -> Spread | None:
    """Score of a line, where it is a number."""
    value = None if line is None else line.r2(shown.name) if kind == "r2" else line.ratio(shown.name)
    return value if isinstance(value, Spread) else None


def _scale(ax: Axes, shown: Shown, kind: str) -> None:
    """Axis of a score, the same in all columns."""
    if kind == "r2":
        low = max(LOWEST_R2, ax.get_ylim()[0])
        ax.set_ylim(min(low, -0.05), 1.03)
        ax.set_ylabel(f"R2 of {shown.formula}")
    else:
        low, high = 0.93, min(max(2.0, 1.1 * ax.get_ylim()[1]), HIGHEST_RATIO)
        ratio_axis(ax.yaxis, low, high)
        ax.set_ylim(low, high)
        ax.set_ylabel(f"RMSE / ceiling, {shown.formula}")
