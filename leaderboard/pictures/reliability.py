"""Picture of reliability: whether stated uncertainty is as wide as the errors are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from scipy import stats

from bench.arrays import Array
from leaderboard.pictures.looks import named
from leaderboard.predictions import Predicted
from leaderboard.tables import Table
from leaderboard.wording import SHOWN

N_BINS = 10
CHANCE = 0.95
"""Share of honest rows that stay within what is said to be chance, at each place."""
LEVELS = np.linspace(0.1, 0.9, 9)


def coverage(rank: Array, levels: Array) -> Array:
    """Share of cases inside the central interval of each level, shape (level,)."""
    return np.asarray((2 * np.abs(rank[:, None] - 0.5) <= levels).mean(axis=0))


def density(rank: Array) -> Array:
    """Density of ranks in bins of equal width, 1 where they are as stated, shape (bin,)."""
    return np.asarray(np.histogram(rank, N_BINS, (0.0, 1.0))[0] * N_BINS / len(rank))


def draw_reliability(table: Table, predicted: Mapping[str, Predicted]) -> Figure | None:
    """Draw coverage at each stated level and the density of ranks of every row, as numbers on colours."""
    ranks = {
        line.label: rank
        for line in table.lines
        if line.label in predicted and (rank := predicted[line.label].rank) is not None
    }
    if all(line.role == "ceiling" for line in table.lines if line.label in ranks):
        return None
    n_cases = len(next(iter(ranks.values())))
    figure = Figure(figsize=(14.0, 1.9 + 0.25 * len(ranks)), layout="constrained")
    panels = figure.subplots(1, 2 * len(SHOWN), sharey=True).reshape(-1, 2)
    edges = np.linspace(0.0, 1.0, N_BINS + 1)
    for column, (shown, (left, right)) in enumerate(zip(SHOWN, panels, strict=True)):
        of_target = [rank[:, column] for rank in ranks.values()]
        inside = np.array([coverage(rank, LEVELS) for rank in of_target])
        dense = np.array([density(rank) for rank in of_target])
        style = {"cmap": "vlag", "cbar": False, "annot_kws": {"fontsize": 7}, "linewidths": 0.5}
        sns.heatmap(inside - LEVELS, vmin=-0.3, vmax=0.3, annot=inside, fmt=".2f", ax=left, **style)
        sns.heatmap(np.log2(dense.clip(0.25, 4.0)), vmin=-2, vmax=2, annot=dense, fmt=".2g", ax=right, **style)
        left.set_title(f"{shown.formula}: share of cases inside")
        left.set_xlabel("stated probability of a central interval")
        left.set_xticklabels([f"{level:.1f}" for level in LEVELS], rotation=0)
        right.set_title(f"{shown.formula}: density of cases")
        right.set_xlabel("stated probability of a smaller value")
        right.set_xticks(range(N_BINS + 1), [f"{edge:.1f}" for edge in edges], rotation=0)
    for ax in panels.flat:
        ax.tick_params(length=0)
    panels[0, 0].set_yticklabels([named(label) for label in ranks], rotation=0)
    figure.suptitle(f"Is the stated uncertainty right? {table.task}")
    half, whole = (np.diff(stats.binom.interval(CHANCE, n_cases, p))[0] / n_cases / 2 for p in (0.5, 1 / N_BINS))
    figure.supxlabel(
        "right: the share inside is the stated one, and every density is 1; blue: fewer cases than stated, red: more; "
        f"{100 * CHANCE:.0f} % of chance: ± {half:.2f} at 0.5, and ± {N_BINS * whole:.2f} of a density",
        fontsize=8,
        color="0.3",
    )
    return figure
