"""Picture of reliability: whether stated uncertainty is as wide as the errors are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy import stats

from leaderboard.pictures.looks import Look, frame
from leaderboard.predictions import Predicted
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, Shown

N_BINS = 10
CHANCE = 0.95
"""Share of honest rows that stay within the grey band, at each place."""


def draw_reliability(table: Table, predicted: Mapping[str, Predicted], looks: Mapping[str, Look]) -> Figure | None:
    """Draw coverage against its nominal level and the histogram of ranks, beside the exact posterior's."""
    ranks = {
        line.label: (rank, looks[line.row])
        for line in table.lines
        if line.label in predicted and (rank := predicted[line.label].rank) is not None
    }
    if all(line.role == "ceiling" for line in table.lines if line.label in ranks):
        return None
    n_lines = -(-(len(ranks) + 2) // 6)
    figure = Figure(figsize=(12.8, 4.0 + 0.2 * n_lines))
    axes = figure.subplots(1, 2 * len(SHOWN))
    for column, (shown, (left, right)) in enumerate(zip(SHOWN, axes.reshape(-1, 2), strict=True)):
        target = {label: (rank[:, column], look) for label, (rank, look) in ranks.items()}
        _coverage(left, target, shown)
        _ranks(right, target, shown)
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=look.colour, linewidth=1.4, label=label) for label, (_, look) in ranks.items()
    ]
    keys += [
        Line2D([], [], color="0.4", linestyle="--", label="as stated"),
        Patch(color="0.88", label=f"{100 * CHANCE:.0f} % of chance"),
    ]
    figure.suptitle(f"Is the stated uncertainty right? {table.task}")
    figure.legend(handles=keys, loc="lower center", ncols=6, frameon=False)
    frame(figure, left=0.65, right=0.15, bottom=0.75 + 0.2 * n_lines, top=0.65, wspace=0.3)
    return figure


def _coverage(ax: Axes, ranks: Mapping[str, tuple[NDArray[np.float64], Look]], shown: Shown) -> None:
    """Share of cases inside the central interval, against its nominal level."""
    n_cases = len(next(iter(ranks.values()))[0])
    levels = np.linspace(0.0, 1.0, 51)
    low, high = stats.binom.interval(CHANCE, n_cases, levels)
    ax.fill_between(levels, low / n_cases, high / n_cases, color="0.88", linewidth=0)
    ax.plot([0, 1], [0, 1], color="0.4", linestyle="--", linewidth=1.0)
    for rank, look in ranks.values():
        inside = np.sort(2 * np.abs(rank - 0.5))
        ax.plot(levels, np.searchsorted(inside, levels, side="right") / n_cases, color=look.colour, linewidth=1.4)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.locator_params(nbins=4)
    ax.set_title(f"{shown.formula}: coverage")
    ax.set_xlabel("stated probability of a central interval")
    ax.set_ylabel("share of cases inside")


def _ranks(ax: Axes, ranks: Mapping[str, tuple[NDArray[np.float64], Look]], shown: Shown) -> None:
    """Histogram of the stated probability of a value below the true one: flat where it is right."""
    n_cases = len(next(iter(ranks.values()))[0])
    low, high = (N_BINS * edge / n_cases for edge in stats.binom.interval(CHANCE, n_cases, 1 / N_BINS))
    ax.axhspan(low, high, color="0.88", linewidth=0)
    ax.axhline(1.0, color="0.4", linestyle="--", linewidth=1.0)
    edges = np.linspace(0.0, 1.0, N_BINS + 1)
    for rank, look in ranks.values():
        counts = np.histogram(rank, edges)[0] * N_BINS / n_cases
        ax.stairs(counts, edges, baseline=None, color=look.colour, linewidth=1.4)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, None)
    ax.locator_params(nbins=4)
    ax.set_title(f"{shown.formula}: rank of the truth")
    ax.set_xlabel("stated probability of a smaller value")
    ax.set_ylabel("density of cases")
