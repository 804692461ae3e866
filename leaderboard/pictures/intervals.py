"""Picture of R2 against the test's sampling interval: where rows that know one interval stop to know anything."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from leaderboard.frame import CEILING
from leaderboard.pictures.looks import Look, legend, look_of
from leaderboard.wording import SHOWN, Shown


def draw_intervals(scores: pd.DataFrame, looks: Mapping[str, Look]) -> Figure | None:
    """Draw both targets of the prefix that has most intervals; below 0 the axis is logarithmic."""
    if scores.empty:
        return None
    prefix_s = scores.groupby("prefix_s")["interval_s"].nunique().idxmax()
    of_prefix = scores[scores["prefix_s"] == prefix_s]
    figure = Figure(figsize=(9.6, 6.6), layout="constrained")
    for ax, shown in zip(figure.subplots(1, len(SHOWN)), SHOWN, strict=True):
        _panel(ax, of_prefix[of_prefix["target"] == shown.name], shown, looks)
    figure.suptitle(
        f"R2 against the interval of the test, trained at the finest: {prefix_s:g} s, mean and range of seeds"
    )
    legend(figure)
    return figure


def _panel(ax: Axes, scores: pd.DataFrame, shown: Shown, looks: Mapping[str, Look]) -> None:
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
            label=str(row),
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
