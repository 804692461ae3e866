"""Pictures of one table: R2 by row, and predicted against true values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from leaderboard.frame import status_text
from leaderboard.pictures.looks import Look, legend, named, write_beside
from leaderboard.predictions import Predicted
from leaderboard.tables import Spread, Table
from leaderboard.wording import SHOWN, Shown, r2_text

LOWEST_R2 = -1.0
"""R2 below this is written as a number at the edge: one wild row must not squeeze the others together."""
BEYOND = "$\\leftarrow$"
"""Marker of what lies there."""
PER_LINE = 5
"""Panels of predicted against true values beside each other."""
MOST_LETTERS = 26
"""Letters over one of those panels."""
MOST_POINTS = 1000
"""Cases drawn in one panel; more only hide each other."""

OVER_POINTS = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.0}
"""Box of a text that stands where points are."""


def draw_r2(table: Table, looks: Mapping[str, Look]) -> Figure:
    """Draw R2 of every row, both targets side by side."""
    labels = [f"{named(line.label)}, {line.role}" if line.role else named(line.label) for line in table.lines]
    figure = Figure(figsize=(12.5, 1.6 + 0.28 * len(labels)), layout="constrained")
    axes = figure.subplots(1, len(SHOWN), sharey=True)
    for ax, shown in zip(axes, SHOWN, strict=True):
        _r2_panel(ax, table, shown, looks)
    axes[0].set_yticks(range(len(labels)), labels)
    axes[0].set_ylim(len(labels) - 0.5, -0.5)
    figure.suptitle(f"R2 on {table.title}")
    legend(figure, handles=_r2_key(table))
    return figure


def draw_predicted(
    table: Table, predicted: Mapping[str, Predicted], seeds: Mapping[str, int], looks: Mapping[str, Look]
) -> Figure:
    """Draw predicted against true values, one panel a row and target."""
    lines = [line for line in table.lines if line.label in predicted]
    per_line = min(PER_LINE, len(lines))
    n_lines = math.ceil(len(lines) / per_line)
    shape = (1, len(SHOWN)) if per_line <= 2 else (len(SHOWN), 1)
    figure = Figure(
        figsize=((2.0 * per_line + 0.5) * shape[1], (1.9 * n_lines + 0.5) * shape[0] + 0.4), layout="constrained"
    )
    for block, shown in zip(figure.subfigures(*shape, squeeze=False).flat, SHOWN, strict=True):
        panels = block.subplots(n_lines, per_line, sharex=True, sharey=True, squeeze=False)
        for ax, line in zip(panels.flat, lines, strict=False):
            cell = predicted[line.label]
            outside = draw_answers(ax, cell.truth, cell.mean, shown, looks[line.row].colour)
            ax.set_title(named(line.label, MOST_LETTERS), fontsize=8, fontweight="bold")
            reached = r2_text(line.scored[0].scores[shown.name]["r2"])  # of the seed that is drawn
            over = {"transform": ax.transAxes, "fontsize": 7, "bbox": OVER_POINTS, "zorder": 4}
            ax.text(0.04, 0.95, f"R2 {reached}", va="top", **over)
            ax.text(0.96, 0.04, outside, ha="right", **over)
        for ax in panels.flat[len(lines) :]:
            ax.set_visible(False)
        for ax in panels.flat[max(0, len(lines) - per_line) : len(lines)]:  # nothing is below these
            ax.tick_params(labelbottom=True)
        block.supxlabel(f"true {shown.formula} [{shown.formula_unit}]")
        block.supylabel(f"predicted {shown.formula} [{shown.formula_unit}]")
    n_cases = len(next(iter(predicted.values())).case)
    drawn = f"first {MOST_POINTS:,} of {n_cases:,} test cases" if n_cases > MOST_POINTS else f"{n_cases:,} test cases"
    numbers = sorted({seeds[line.label] for line in lines})
    figure.suptitle(f"Predicted against true on {table.task}: {drawn}, seed {', '.join(map(str, numbers))}")
    return figure


def draw_answers(ax: Axes, truth: NDArray[Any], mean: NDArray[Any], shown: Shown, colour: Any) -> str:
    """Draw predicted against true values (case, 2) of one target, far ones at the edge, and say how many these are."""
    column = SHOWN.index(shown)
    margin = 0.25 * (shown.high - shown.low)
    low, high = shown.low - margin, shown.high + margin
    x, y = (values[:MOST_POINTS, column] / shown.scale for values in (truth, mean))
    ax.plot([shown.low, shown.high], [shown.low, shown.high], color="0", linewidth=0.8, zorder=3)
    ax.plot(x, np.clip(y, low, high), "o", color=colour, alpha=0.35, markersize=2, markeredgewidth=0)
    ax.set_xlim(shown.low - 0.2 * margin, shown.high + 0.2 * margin)
    ax.set_ylim(low - 0.1 * margin, high + 0.1 * margin)
    ax.locator_params(nbins=4)
    outside = int(np.sum((y < low) | (y > high)))
    return f"{outside:,} at the edge" if outside else ""


def _r2_panel(ax: Axes, table: Table, shown: Shown, looks: Mapping[str, Look]) -> None:
    """R2 of one target: the mean of every row, its seeds just below, and the number beside."""
    values = [line.r2(shown.name) for line in table.lines]
    lowest = min((value.low for value in values if isinstance(value, Spread)), default=0.0)
    left = max(LOWEST_R2, min(-0.1, lowest - 0.05))
    texts = []
    for place, (line, value) in enumerate(zip(table.lines, values, strict=True)):
        if not isinstance(value, Spread):
            texts.append(value.partition(":")[0] if value else status_text(line.unscored))
            continue
        texts.append(value.text(r2_text))
        look = looks[line.row]
        if line.role == "ceiling":
            ax.axvline(value.mean, color="0", linewidth=1.0, linestyle=":", zorder=1)
        if value.n > 1:
            seeds = np.sort([float(record.scores[shown.name]["r2"]) for record in line.scored]).clip(left)
            ax.plot(seeds, [place + 0.3] * len(seeds), "-o", color=look.colour, lw=1.0, mfc="white", ms=3)
        marks = look.marks | {"ms": 10 if look.marker == "*" else 7}
        marks |= {"marker": BEYOND, "ms": 11} if value.mean < left else {}
        ax.plot(max(value.mean, left), place, **marks, zorder=4)
    span = 1.0 - left
    ax.set_xlim(left - 0.04 * span, 1.0 + 0.04 * span)
    ax.axvline(0.0, color="0.45", linewidth=1.2, zorder=1)
    ax.set(title=shown.formula, xlabel="R2 of the test cases")
    ax.grid(axis="y", visible=False)
    write_beside(ax, texts)


def _r2_key(table: Table) -> list[Line2D]:
    """What the marks mean, of those that were drawn."""
    several = any(len(line.scored) > 1 for line in table.lines)
    values = [line.r2(shown.name) for line in table.lines for shown in SHOWN]
    far = any(value.low < LOWEST_R2 for value in values if isinstance(value, Spread))
    reached = any(line.role == "ceiling" and line.scored for line in table.lines)
    keys: list[tuple[bool, dict[str, Any]]] = [
        (True, {"marker": "o", "ls": "", "label": "mean over seeds" if several else "one seed"}),
        (several, {"marker": "o", "mfc": "white", "ms": 3, "label": "each seed, and range"}),
        (True, {"label": "0: no better than a constant"}),
        (reached, {"lw": 1.0, "ls": ":", "label": "ceiling"}),
        (far, {"marker": BEYOND, "ms": 11, "ls": "", "label": "beyond the axis: see number"}),
    ]
    return [Line2D([], [], color="0.3", **style) for drawn, style in keys if drawn]
