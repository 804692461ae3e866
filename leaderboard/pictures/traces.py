"""Picture of example traces: what a model saw of a case, and what some rows made of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE
from leaderboard.pictures.looks import Look, frame
from leaderboard.predictions import ExampleTraces, Predicted
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, TIMES, quantity_text

MOST_CASES = 4
MOST_ROWS = 6
"""More marks in one small panel hide each other."""


def draw_examples(
    table: Table,
    examples: ExampleTraces,
    predicted: Mapping[str, Predicted],
    seeds: Mapping[str, int],
    looks: Mapping[str, Look],
) -> Figure:
    """Draw example traces with their samples, and beside each the true and the predicted parameters."""
    shown = [line for line in table.lines if line.label in predicted]
    ceiling = [line for line in shown if line.role == "ceiling"]
    lines = [line for line in shown if not line.role][: MOST_ROWS - len(ceiling)] + ceiling
    n_cases = min(MOST_CASES, len(examples.case))
    per_line = min(2, n_cases)
    n_lines = -(-n_cases // per_line)
    figure = Figure(figsize=(6.4 * per_line, 2.7 * n_lines + 0.9))
    panels = figure.subplots(n_lines, 2 * per_line, squeeze=False, width_ratios=[1.7, 1.0] * per_line)
    frame(figure, left=0.65, right=0.15, bottom=0.9, top=0.85, wspace=0.32, hspace=0.42)
    for number, (trace, plane) in enumerate(panels.reshape(-1, 2)):
        if number >= n_cases:
            trace.set_visible(False)
            plane.set_visible(False)
            continue
        _trace(trace, examples, number)
        _plane(plane, examples, number, {line.label: (predicted[line.label], looks[line.row]) for line in lines})
    for ax in panels[-1, ::2]:
        ax.set_xlabel("time [s]")
    numbers = ", ".join(map(str, sorted({seeds[line.label] for line in lines})))
    figure.suptitle(f"What a model sees on {table.task}" + (f", and what it makes of it: seed {numbers}" * bool(lines)))
    handles = [Line2D([], [], marker="o", color="0.15", linewidth=0.5, markersize=3, label="sample"), _truth_key()]
    handles += [
        Line2D([], [], marker=looks[line.row].marker, color=looks[line.row].colour, linestyle="", label=line.label)
        for line in lines
    ]
    figure.legend(handles=handles, loc="lower center", ncols=min(len(handles), 4 * per_line), frameon=False)
    return figure


def _trace(ax: Axes, examples: ExampleTraces, number: int) -> None:
    """Samples of one case."""
    valid = examples.valid[number]
    size = 5.0 if valid.sum() <= 35 else 2.0
    ax.plot(
        examples.time_s[number][valid], examples.ph[number][valid], "-o", color="0.15", linewidth=0.5, markersize=size
    )
    known = examples.known[number]
    truths = ", ".join(
        f"{shown.symbol} = {quantity_text(value / shown.scale)}{TIMES[shown.scale != 1]}{shown.formula_unit}"
        for shown, value in zip(SHOWN, examples.truth[number], strict=True)
    )
    ax.set_title(
        f"case {examples.case[number]}: {truths}\n"
        f"urea {known[SUBSTRATE]:.0f} mM, {known[TEMPERATURE]:.1f} °C, pH {known[INITIAL_PH]:.2f} at t = 0, "
        f"{valid.sum()} samples",
        loc="left",
        fontsize=8,
    )
    ax.locator_params(nbins=5)
    ax.set_ylabel("measured pH")


def _plane(ax: Axes, examples: ExampleTraces, number: int, rows: Mapping[str, tuple[Predicted, Look]]) -> None:
    """True and predicted parameters of one case, over the range of the prior."""
    first, second = SHOWN
    scales = np.array([first.scale, second.scale])
    lows, highs = np.array([first.low, second.low]), np.array([first.high, second.high])
    for cell, look in rows.values():
        at = np.flatnonzero(cell.case == examples.case[number])
        if at.size:
            x, y = np.clip(cell.mean[at[0]] / scales, lows, highs)
            ax.plot([x], [y], marker=look.marker, color=look.colour, markersize=6, alpha=0.85, clip_on=False, zorder=3)
    truth = examples.truth[number] / scales
    ax.plot(*truth[:, None], "+", color="0", markersize=14, markeredgewidth=1.2, clip_on=False, zorder=4)
    ax.set_xlim(first.low, first.high)
    ax.set_ylim(second.low, second.high)
    ax.locator_params(nbins=5)
    ax.set_xlabel(f"{first.formula} [{first.formula_unit}]", labelpad=1)
    ax.set_ylabel(f"{second.formula} [{second.formula_unit}]", labelpad=4)


def _truth_key() -> Line2D:
    """Key of the true values."""
    return Line2D([], [], marker="+", color="0", markersize=11, linestyle="", label="true (frame: the prior's range)")
