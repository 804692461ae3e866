"""Pictures of one table: R2 by row, and predicted against true values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory
from numpy.typing import NDArray

from leaderboard.frame import score_of, status_text
from leaderboard.pictures.looks import Look, frame, text_width
from leaderboard.predictions import Predicted
from leaderboard.tables import Line, Spread, Table
from leaderboard.wording import SHOWN, Shown, r2_text

LOWEST_R2 = -1.0
"""R2 below this is written as a number at the edge: one wild row must not squeeze the others together."""
PER_LINE = 5
"""Panels of predicted against true values beside each other."""
MOST_POINTS = 1000
"""Cases drawn in one panel; more only hide each other."""


def draw_r2(table: Table, looks: Mapping[str, Look]) -> Figure:
    """Draw R2 of every row, both targets side by side."""
    labels = [f"{line.label}, {line.role}" if line.role else line.label for line in table.lines]
    left = 0.3 + max(map(text_width, labels))
    numbers = [line.r2_text(shown.name).partition(":")[0] for line in table.lines for shown in SHOWN]
    numbers += [status_text(line.unscored) for line in table.lines if not line.scored]
    right = 0.2 + max(map(text_width, numbers))
    width, height = left + 2 * (3.9 + right), 1.7 + 0.3 * len(table.lines)
    figure = Figure(figsize=(width, height))
    axes = figure.subplots(1, len(SHOWN), sharey=True)
    for ax, shown in zip(axes, SHOWN, strict=True):
        _r2_panel(ax, table, shown, looks)
    axes[0].set_yticks(range(len(labels)), labels)
    axes[0].set_ylim(len(labels) - 0.5, -0.5)
    figure.suptitle(f"R2 on {table.title}")
    figure.legend(handles=_r2_key(table), loc="lower center", ncols=5, frameon=False)
    frame(figure, left=left, right=right, bottom=0.85, top=0.65, wspace=right / 3.9)
    return figure


def draw_predicted(
    table: Table, predicted: Mapping[str, Predicted], seeds: Mapping[str, int], looks: Mapping[str, Look]
) -> Figure:
    """Draw predicted against true values, one panel a row and target."""
    lines = [line for line in table.lines if line.label in predicted]
    per_line = min(PER_LINE, len(lines))
    n_lines = math.ceil(len(lines) / per_line)
    beside = per_line <= 2
    blocks = (1, len(SHOWN)) if beside else (len(SHOWN), 1)
    width, height = 2.0 * per_line + 0.75, 2.05 * n_lines + 0.7
    figure = Figure(figsize=(width * blocks[1], height * blocks[0] + 0.4))
    for number, shown in enumerate(SHOWN):
        corner = (width * number, 0.0) if beside else (0.0, height * (len(SHOWN) - 1 - number))
        panels = _block(figure, corner, (width, height), (n_lines, per_line), shown)
        _predicted_panels(panels, lines, predicted, shown, looks)
    n_cases = len(next(iter(predicted.values())).case)
    drawn = f"first {MOST_POINTS:,} of {n_cases:,} test cases" if n_cases > MOST_POINTS else f"{n_cases:,} test cases"
    numbers = sorted({seeds[line.label] for line in lines})
    title = f"Predicted against true on {table.task}: {drawn}, seed {', '.join(map(str, numbers))}"
    figure.suptitle(title, y=1 - 0.1 / figure.get_figheight())
    return figure


def _r2_panel(ax: Axes, table: Table, shown: Shown, looks: Mapping[str, Look]) -> None:
    """R2 of one target."""
    values = [line.r2(shown.name) for line in table.lines]
    lowest = min((value.low for value in values if isinstance(value, Spread)), default=0.0)
    left = max(LOWEST_R2, min(-0.1, lowest - 0.05))
    span = 1.0 - left
    ax.set_xlim(left - 0.04 * span, 1.0 + 0.04 * span)
    ax.axvline(0.0, color="0.45", linewidth=1.2, zorder=1)
    at_right = blended_transform_factory(ax.transAxes, ax.transData)
    for place, (line, value) in enumerate(zip(table.lines, values, strict=True)):
        if isinstance(value, Spread):
            seeds = [float(score_of(record, shown.name, "r2")) for record in line.scored]
            _r2_marks(ax, place, value, seeds, left, looks[line.row])
            ax.text(1.02, place, value.text(r2_text), transform=at_right, va="center", fontsize=8)
            if line.role == "ceiling":
                ax.axvline(value.mean, color="0", linewidth=1.0, linestyle=":", zorder=1)
        else:
            text = value.partition(":")[0] if value else status_text(line.unscored)
            ax.text(1.02, place, text, transform=at_right, va="center", fontsize=8, style="italic", color="0.3")
    ax.set_title(f"{shown.formula}")
    ax.set_xlabel("R2 of the test cases")
    ax.grid(axis="y", visible=False)


def _r2_marks(ax: Axes, place: int, value: Spread, seeds: list[float], left: float, look: Look) -> None:
    """Mean, seeds and range of one row; what lies beyond the axis becomes an arrow at its edge."""
    if value.n > 1:  # just below the mean, which would hide them
        below = place + 0.3
        ax.plot([max(value.low, left), max(value.high, left)], [below] * 2, color=look.colour, linewidth=1.0, zorder=2)
        inside = [seed for seed in seeds if seed >= left]
        ax.plot(inside, [below] * len(inside), "o", color="white", markeredgecolor=look.colour, markersize=3, zorder=3)
    beyond = value.mean < left
    marker, size = ("$\\leftarrow$", 11) if beyond else (look.marker, 10 if look.marker == "*" else 7)
    ax.plot([max(value.mean, left)], [place], marker=marker, color=look.colour, markersize=size, zorder=4, alpha=0.85)


def _r2_key(table: Table) -> list[Line2D]:
    """What the marks mean, of those that were drawn."""
    several = any(len(line.scored) > 1 for line in table.lines)
    values = [line.r2(shown.name) for line in table.lines for shown in SHOWN]
    far = any(value.low < LOWEST_R2 for value in values if isinstance(value, Spread))
    mean = Line2D([], [], marker="o", color="0.3", linestyle="", label="mean over seeds" if several else "one seed")
    seed = Line2D([], [], marker="o", color="0.3", markerfacecolor="white", markersize=3, label="each seed, and range")
    floor = Line2D([], [], color="0.45", label="0: no better than a constant")
    beyond = Line2D(
        [], [], marker="$\\leftarrow$", markersize=11, color="0.3", linestyle="", label="beyond the axis: see number"
    )
    ceiling = Line2D([], [], color="0", linewidth=1.0, linestyle=":", label="ceiling")
    reached = any(line.role == "ceiling" and line.scored for line in table.lines)
    return [mean, *[seed] * several, floor, *[ceiling] * reached, *[beyond] * far]


def _block(
    figure: Figure, corner: tuple[float, float], size: tuple[float, float], shape: tuple[int, int], shown: Shown
) -> NDArray[Any]:
    """Panels of one target, in a part of the figure given in inches, with their common labels."""
    unit, (x, y) = figure.get_size_inches(), corner
    (left, right), (bottom, top) = (
        np.array([[x + 0.65, x + size[0] - 0.1], [y + 0.5, y + size[1] - 0.25]]) / unit[:, None]
    ).tolist()
    panels = figure.add_gridspec(*shape, left=left, right=right, bottom=bottom, top=top, wspace=0.1, hspace=0.2)
    text = f"{shown.formula} [{shown.formula_unit}]"
    figure.text((left + right) / 2, (y + 0.08) / unit[1], f"true {text}", ha="center", fontsize=9)
    figure.text((x + 0.1) / unit[0], (bottom + top) / 2, f"predicted {text}", rotation=90, va="center", fontsize=9)
    return np.asarray(panels.subplots(sharex=True, sharey=True, squeeze=False))


def _predicted_panels(
    panels: NDArray[Any],
    lines: list[Line],
    predicted: Mapping[str, Predicted],
    shown: Shown,
    looks: Mapping[str, Look],
) -> None:
    """All rows on one target."""
    margin = 0.25 * (shown.high - shown.low)
    low, high = shown.low - margin, shown.high + margin
    column = [target.name for target in SHOWN].index(shown.name)
    for ax, line in zip(panels.flat, lines, strict=False):
        cell = predicted[line.label]
        truth, mean = cell.truth[:MOST_POINTS, column] / shown.scale, cell.mean[:MOST_POINTS, column] / shown.scale
        outside = int(np.sum((mean < low) | (mean > high)))
        ax.plot([shown.low, shown.high], [shown.low, shown.high], color="0", linewidth=0.8, zorder=3)
        colour = looks[line.row].colour
        ax.plot(truth, np.clip(mean, low, high), "o", color=colour, alpha=0.35, markersize=2, markeredgewidth=0)
        ax.set_title(line.label, fontsize=8, fontweight="bold", loc="left", pad=2)
        ax.text(0.04, 0.95, f"R2 {_seed_r2(line, shown)}", transform=ax.transAxes, va="top", fontsize=7)
        if outside:
            ax.text(0.96, 0.04, f"{outside:,} at the edge", transform=ax.transAxes, ha="right", fontsize=7)
        ax.set_xlim(shown.low - 0.2 * margin, shown.high + 0.2 * margin)
        ax.set_ylim(low - 0.1 * margin, high + 0.1 * margin)
    panels[0, 0].locator_params(nbins=4)
    for ax in panels.flat[len(lines) :]:
        ax.set_visible(False)
    for ax in panels.flat[max(0, len(lines) - panels.shape[1]) : len(lines)]:  # nothing is below these
        ax.tick_params(labelbottom=True)


def _seed_r2(line: Line, shown: Shown) -> str:
    """R2 of the seed that is drawn, which is the first."""
    return r2_text(score_of(line.scored[0], shown.name, "r2"))
