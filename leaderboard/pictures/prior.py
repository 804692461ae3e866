"""Picture of where in the prior a row errs: its ratio to the ceiling by thirds of what was drawn, on every task."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from leaderboard.comparison.prior import ALL, THIRDS
from leaderboard.pictures.looks import named
from leaderboard.wording import SHOWN, Shown, ratio_text

MOST = 4.0
"""Times the row's own ratio on a task from which the colour stays the same."""


def draw_prior(row: str, scores: pd.DataFrame) -> Figure | None:
    """Draw a row's ratios by thirds, means over seeds, coloured by how they compare with its ratio over all cases."""
    own = scores[(scores["row"] == row) & scores["rmse_ratio"].notna()]
    if own.empty:
        return None
    tasks, quantities = sorted(set(own["task"])), list(dict.fromkeys(own["quantity"]))[1:]
    figure = Figure(figsize=(3.2 + 1.5 * len(quantities), 2.2 + 0.5 * len(tasks)), layout="constrained")
    for ax, shown in zip(figure.subplots(len(SHOWN), 1, sharex=True), SHOWN, strict=True):
        _panel(ax, own[own["target"] == shown.name], quantities, shown)
    figure.suptitle(f"Where in the prior {named(row)} errs: RMSE / ceiling by thirds of each quantity")
    figure.supxlabel(
        f"red: further from the ceiling than over all cases of the task, blue: nearer; colours up to {MOST:g} times; "
        "below 1 in a third of a target is no leak: the ceiling is best over the whole prior",
        fontsize=8,
        color="0.3",
    )
    return figure


def _panel(ax: Axes, own: pd.DataFrame, quantities: list[str], shown: Shown) -> None:
    """One target: a line a task, three cells a quantity."""
    columns = [(ALL, ALL), *((quantity, third) for quantity in quantities for third in THIRDS)]
    ratios = own.pivot_table(index="task", columns=["quantity", "third"], values="rmse_ratio")
    ratios = ratios.reindex(columns=pd.MultiIndex.from_tuples(columns))
    sns.heatmap(
        ratios.div(ratios[ALL, ALL], axis=0).clip(1 / MOST, MOST),
        ax=ax,
        norm=LogNorm(1 / MOST, MOST),
        cmap="vlag",
        cbar=False,
        linewidths=0.5,
        annot=ratios.map(ratio_text),
        fmt="",
        annot_kws={"fontsize": 6.5},
        xticklabels=[ALL, *(f"{quantity} {third}" for quantity, third in columns[1:])],
        yticklabels=True,
    )
    for edge in range(1, len(columns), len(THIRDS)):
        ax.axvline(edge, color="0", linewidth=1.0)
    ax.set(xlabel="", ylabel="", title=f"RMSE / ceiling, {shown.formula}")
    ax.grid(visible=False)
    ax.tick_params(length=0, labelrotation=0)
    ax.tick_params(axis="x", labelrotation=90)
