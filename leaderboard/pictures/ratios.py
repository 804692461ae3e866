"""Pictures of a whole board: the ratio to the ceiling of every row on every task, and R2 against the interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from leaderboard.frame import CEILING
from leaderboard.pictures.looks import Look, legend, look_of, named
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, Shown, ratio_text

WORST = 100.0
"""Ratio from which the colour stays the same."""
EMPTY = "0.85"
"""Grey of a cell without a score, which no ratio has."""


def draw_ratio_map(tables: Sequence[Table], core: Sequence[str], first: Sequence[str] = ()) -> Figure | None:
    """Draw the ratio to the ceiling of every row on every task, means over seeds, a panel a target."""
    by_task = {table.task: table for table in tables}
    tasks = [*(task for task in core if task in by_task), *sorted(set(by_task) - set(core))]
    of_targets = {
        shown.name: pd.DataFrame({task: _ratios(by_task[task], shown.name) for task in tasks}) for shown in SHOWN
    }
    ratios = pd.concat(of_targets, axis=1)
    if ratios.empty:
        return None
    by_error = np.log(ratios).mean(axis=1).sort_values(kind="stable").index
    rows = [*(row for row in first if row in by_error), *(row for row in by_error if row not in first)]
    figure = Figure(figsize=(2.9 + 0.48 * len(tasks), 2.6 + len(SHOWN) * 0.22 * len(rows)), layout="constrained")
    axes = figure.subplots(len(SHOWN), 1, sharex=True)
    for ax, shown in zip(axes, SHOWN, strict=True):
        _panel(ax, of_targets[shown.name].reindex(rows))
        ax.axvline(len(set(core) & set(tasks)), color="0", linewidth=1.2)
        ax.set_title(f"RMSE / ceiling, {shown.formula}")
    axes[0].set_title(
        f"left of the line: core tasks; colours from 1 to {WORST:g}", loc="right", fontsize=8, color="0.3"
    )
    if ratios.isna().any(axis=None):
        axes[-1].set_title("grey: no score", loc="right", fontsize=8, color="0.3")
    figure.suptitle("Every row on every task: how many times the least attainable error")
    return figure


def _panel(ax: Axes, ratios: pd.DataFrame) -> None:
    """One target: a cell a row and task."""
    colours = {"norm": LogNorm(1.0, WORST), "cmap": "rocket_r", "cbar": False, "linewidths": 0.5}
    written = {"annot": ratios.map(_text), "fmt": "", "annot_kws": {"fontsize": 6.5}}
    named_rows = [named(str(row)) for row in ratios.index]
    sns.heatmap(ratios.clip(1.0, WORST), ax=ax, **colours, **written, xticklabels=True, yticklabels=named_rows)
    ax.set(facecolor=EMPTY, xlabel="", ylabel="")
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


def draw_intervals(scores: pd.DataFrame, looks: Mapping[str, Look]) -> Figure | None:
    """Draw both targets of the prefix that has most intervals; below 0 the axis is logarithmic."""
    if scores.empty:
        return None
    prefix_s = scores.groupby("prefix_s")["interval_s"].nunique().idxmax()
    of_prefix = scores[scores["prefix_s"] == prefix_s]
    figure = Figure(figsize=(9.6, 6.6), layout="constrained")
    for ax, shown in zip(figure.subplots(1, len(SHOWN)), SHOWN, strict=True):
        _curves(ax, of_prefix[of_prefix["target"] == shown.name], shown, looks)
    figure.suptitle(
        f"R2 against the interval of the test, trained at the finest: {prefix_s:g} s, mean and range of seeds"
    )
    legend(figure)
    return figure


def _curves(ax: Axes, scores: pd.DataFrame, shown: Shown, looks: Mapping[str, Look]) -> None:
    """One target."""
    for row, curve in scores.sort_values("interval_s").groupby("row", sort=True):
        look, best = look_of(str(row), looks), row == CEILING
        beyond = [(curve["r2"] - curve["low"]).clip(lower=0.0), (curve["high"] - curve["r2"]).clip(lower=0.0)]
        ax.errorbar(
            curve["interval_s"],
            curve["r2"],
            beyond,
            color=look.colour,
            marker=look.marker,
            label=named(str(row)),
            linewidth=2.4 if best else 1.0,
            zorder=3 if best else 2,
        )
    intervals = sorted(scores["interval_s"].unique())
    ax.set_xscale("log")
    ax.set_xticks(intervals, [f"{interval:g}" for interval in intervals])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yscale("symlog", linthresh=1.0, linscale=2.0)
    ax.set_ylim(top=1.05)
    ax.axhline(0.0, color="0.45", linewidth=1.0, linestyle="--", zorder=1)
    ax.set(xlabel="interval of the test [s]", ylabel=f"R2 of {shown.formula}", title=shown.formula)
