"""Picture of accuracy against cost over the core tasks: what a smaller error costs in predicting, or in fitting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.run.record import Record
from leaderboard.comparison.comparisons import RowResult
from leaderboard.comparison.overview import Overview
from leaderboard.frame import CEILING, FLOOR, predict_cpu_us, predict_us
from leaderboard.pictures.looks import Look, frame, look_of
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, ratio_text

PER_LINE = 5
"""Keys beside each other."""
COST_TICKS = {1.0: "1 µs", 10.0: "10 µs", 100.0: "0.1 ms", 1e3: "1 ms", 1e4: "10 ms", 1e5: "0.1 s", 1e6: "1 s"}
"""Microseconds a case, as they are printed."""
ABOVE_CEILING = 1.08
"""Least height of the axis above the ceiling."""
STRETCHED_BY = 0.01
"""Excess over the ceiling below which the axis of ratios turns linear: the best rows differ by less than others by."""
RATIO_TICKS = (1, 1.01, 1.03, 1.1, 1.3, 2, 5, 10, 20, 50, 100, 1e3, 1e4, 1e6)


def predict_costs(tables: Sequence[Table]) -> dict[str, float]:
    """What a prediction costs each line, all test cases asked at once."""
    found: dict[str, list[float]] = {}
    for table in tables:
        for line in table.lines:
            costs = [cost for record in line.scored if (cost := _cost(record))]
            if costs:
                found.setdefault(line.label, []).append(math.prod(costs) ** (1.0 / len(costs)))
    return {label: math.prod(each) ** (1.0 / len(each)) for label, each in found.items() if len(each) == len(tables)}


def draw_accuracy_cost(overview: Overview, tables: Sequence[Table], looks: Mapping[str, Look]) -> Figure | None:
    """Draw RMSE / ceiling against the cost of a prediction."""
    costs = predict_costs(tables)
    rows = [row for row in overview.rows if row in costs]
    if not rows:
        return None
    keys = [*rows, *[CEILING] * (CEILING in costs)]
    legend = 0.3 + 0.2 * -(-len(keys) // PER_LINE)
    figure = Figure(figsize=(9.6, 5.5 + legend))
    axes = figure.subplots(1, len(SHOWN), sharex=True)
    for ax, comparison, shown in zip(axes, overview.comparisons, SHOWN, strict=True):
        _panel(ax, {row.row: row for row in comparison.rows}, costs, looks)
        ax.set_title(shown.formula)
        ax.set_ylabel(f"RMSE / ceiling, {shown.formula} (stretched near 1)")
        ax.set_xlabel("one core's time to predict a case, in a batch")
    figure.suptitle(f"Accuracy against cost over {len(overview.tasks)} core tasks: {overview.preset}")
    marks = [
        Line2D([], [], linestyle="", color=look_of(row, looks).colour, marker=look_of(row, looks).marker, label=row)
        for row in keys
    ]
    figure.legend(handles=marks, loc="lower center", ncols=min(PER_LINE, len(marks)), frameon=False)
    frame(figure, left=0.8, right=0.3, bottom=0.55 + legend, top=0.65, wspace=0.22)
    return figure


def _panel(ax: Axes, found: Mapping[str, RowResult], costs: Mapping[str, float], looks: Mapping[str, Look]) -> None:
    """One target."""
    for row, result in found.items():
        if row in costs:
            look = look_of(row, looks)
            ax.plot([costs[row]] * 2, [result.low, result.high], color=look.colour, linewidth=1.5, zorder=2)
            ax.plot([costs[row]], [result.ratio], marker=look.marker, color=look.colour, markersize=7, zorder=3)
    if CEILING in costs:
        look = look_of(CEILING, looks)
        ax.plot([costs[CEILING]], [1.0], marker=look.marker, color=look.colour, markersize=11, zorder=4)
    shown = [costs[row] for row in found if row in costs] + [costs[CEILING]] * (CEILING in costs)
    ax.set_xscale("log")
    ax.set_xlim(min(shown) / 2.0, max(shown) * 2.0)
    ax.set_xticks([tick for tick in COST_TICKS if min(shown) / 2.0 <= tick <= max(shown) * 2.0])
    ax.set_xticklabels([COST_TICKS[tick] for tick in ax.get_xticks()])
    ax.set_xticks([], minor=True)
    high = max(ABOVE_CEILING, *(result.high for result in found.values()))
    ax.set_yscale("function", functions=(_stretch, _unstretch))
    ax.set_ylim(1.0 - 0.6 * STRETCHED_BY, 1.3 * high)
    ax.set_yticks([tick for tick in RATIO_TICKS if tick <= 1.3 * high])
    ax.set_yticklabels([f"{tick:g}" for tick in ax.get_yticks()])
    ax.axhline(1.0, color="0", linewidth=1.0, linestyle=":", zorder=1)
    _note(ax, 1.0, -11, "ceiling: the exact posterior mean")
    floor = found.get(FLOOR)
    if floor is not None:
        ax.axhline(floor.ratio, color="0.45", linewidth=1.0, linestyle="--", zorder=1)
        _note(ax, floor.ratio, 4, f"floor: the training mean, {ratio_text(floor.ratio)}")


def _stretch(ratio: np.ndarray) -> np.ndarray:
    """Height of a ratio: the logarithm of its excess over the ceiling, and as far down as the ceiling itself."""
    return np.asarray(np.log10(np.maximum(ratio - 1.0 + STRETCHED_BY, 0.1 * STRETCHED_BY)))


def _unstretch(height: np.ndarray) -> np.ndarray:
    """Ratio at a height."""
    return np.asarray(10.0**height + 1.0 - STRETCHED_BY)


def _note(ax: Axes, ratio: float, shift: float, text: str) -> None:
    """Write beside a line, so many points above it, left of where most rows stand."""
    at = (0.14, ratio)
    where = ax.get_yaxis_transform()
    ax.annotate(text, at, (0, shift), xycoords=where, textcoords="offset points", ha="left", fontsize=7, color="0.3")


def _cost(record: Record) -> float | None:
    """CPU time of a prediction; wall time where it was not measured."""
    return predict_us(record) if record.predict_cpu_s is None else predict_cpu_us(record)
