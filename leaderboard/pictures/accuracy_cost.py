"""Picture of accuracy against cost over the core tasks: what a smaller error costs in predicting, or in fitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator

from leaderboard.comparison.overview import Overview
from leaderboard.comparison.standing import Placed
from leaderboard.frame import CEILING, FLOOR
from leaderboard.pictures.looks import CEILINGS_LOOK, Look, family_key, legend, look_of, named, spread
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, ratio_text

ABOVE_CEILING = 1.08
"""Least height of the axis above the ceiling."""
STRETCHED_BY = 0.01
"""Excess over the ceiling below which the axis of ratios turns linear: the best rows differ by less than others by."""
NAME_GAP = 0.027
"""Least distance of two names right of a panel, as a share of its height."""
RATIO_TICKS = (1, 1.01, 1.03, 1.1, 1.3, 2, 5, 10, 20, 50, 100, 1e3, 1e4, 1e6)


def predict_costs(tables: Sequence[Table]) -> dict[str, float]:
    """Microseconds that a prediction costs each line, all test cases asked at once: geometric mean over tasks."""
    logs = {table.task: {line.label: line.mean("log_predict_cost") for line in table.lines} for table in tables}
    costs: pd.Series[float] = np.exp(pd.DataFrame(logs, dtype=float).mean(axis=1, skipna=False))
    return {str(label): cost for label, cost in costs.dropna().items()}


def draw_accuracy_cost(overview: Overview, tables: Sequence[Table], looks: Mapping[str, Look]) -> Figure | None:
    """Draw RMSE / ceiling against the cost of a prediction."""
    costs = predict_costs(tables)
    rows = [row for row in overview.rows if row in costs]
    if not rows:
        return None
    figure = Figure(figsize=(12.0, 6.6), layout="constrained")
    for ax, standing, shown in zip(figure.subplots(1, len(SHOWN), sharex=True), overview.standings, SHOWN, strict=True):
        _panel(ax, [row for row in standing.rows if row.row in costs], costs, looks)
        ax.set_title(shown.formula)
        ax.set_ylabel(f"RMSE / ceiling, {shown.formula} (stretched near 1)")
        ax.set_xlabel("one core's time to predict a case, in a batch")
    figure.suptitle(f"Accuracy against cost over {len(overview.tasks)} core tasks: {overview.preset}")
    drawn = [*rows, *[CEILING] * (CEILING in costs)]
    legend(figure, 7, family_key(look_of(row, looks) for row in drawn))
    return figure


def _panel(ax: Axes, rows: Sequence[Placed], costs: Mapping[str, float], looks: Mapping[str, Look]) -> None:
    """One target."""
    for row in rows:
        look, beyond = look_of(row.row, looks), [[row.ratio - row.low], [row.high - row.ratio]]
        ax.errorbar(1e-6 * costs[row.row], row.ratio, beyond, fmt="", ls="", **look.marks, ms=7)
    if CEILING in costs:
        ax.plot(1e-6 * costs[CEILING], 1.0, ls="", **CEILINGS_LOOK.marks, ms=11)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(EngFormatter(unit="s", places=0))
    ax.xaxis.set_minor_locator(NullLocator())
    high = max([ABOVE_CEILING, *(row.high for row in rows)])
    ax.set_yscale("function", functions=(_stretch, _unstretch))
    ax.set_ylim(1.0 - 0.6 * STRETCHED_BY, 1.3 * high)
    ax.set_yticks([tick for tick in RATIO_TICKS if tick <= 1.3 * high])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.axhline(1.0, color="0", linewidth=1.0, linestyle=":", zorder=1)
    _note(ax, 1.0, -11, "ceiling: the exact posterior mean")
    for row in rows:
        if row.row == FLOOR:
            ax.axhline(row.ratio, color="0.45", linewidth=1.0, linestyle="--", zorder=1)
            _note(ax, row.ratio, 4, f"floor: the training mean, {ratio_text(row.ratio)}")
    named = {row.row: row.ratio for row in rows} | ({CEILING: 1.0} if CEILING in costs else {})
    _name(ax, {name: (1e-6 * costs[name], ratio) for name, ratio in named.items()})


def _name(ax: Axes, marks: Mapping[str, tuple[float, float]]) -> None:
    """Write the name of every mark right of a panel, with a line to it: a look is shared by a family."""
    to_panel = ax.transData + ax.transAxes.inverted()
    heights = [float(to_panel.transform(at)[1]) for at in marks.values()]
    for (name, at), height in zip(marks.items(), spread(heights, NAME_GAP, 0.0, 1.0), strict=True):
        line = {"arrowstyle": "-", "color": "0.75", "lw": 0.6, "shrinkA": 0, "shrinkB": 4}
        beside = (1.03, height)
        ax.annotate(
            named(name), at, beside, textcoords="axes fraction", va="center", fontsize=7, zorder=1, arrowprops=line
        )


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
