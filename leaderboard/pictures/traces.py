"""Picture of example traces: what a model saw of a case, and what some rows made of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE
from leaderboard.pictures.looks import Look, legend, numbered
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
    marks = numbered(line.label for line in lines)
    rows = {line.label: (predicted[line.label], looks[line.row], *marks[line.label]) for line in lines}
    n_cases = min(MOST_CASES, len(examples.case))
    per_line = min(2, n_cases)
    n_lines = -(-n_cases // per_line)
    figure = Figure(figsize=(6.4 * per_line, 2.6 * n_lines + 0.8), layout="constrained")
    panels = figure.subplots(n_lines, 2 * per_line, squeeze=False, width_ratios=[1.7, 1.0] * per_line)
    for number, (trace, plane) in enumerate(panels.reshape(-1, 2)):
        if number < n_cases:
            draw_samples(trace, examples, number)
            known = examples.known[number]
            trace.set_title(
                f"{case_title(examples, number)}, pH {known[INITIAL_PH]:.2f} at t = 0, "
                f"{examples.valid[number].sum()} samples",
                fontsize=8,
            )
            trace.set(xlabel="time [s]", ylabel="measured pH")
            _plane(plane, examples, number, rows)
        else:
            trace.set_visible(False)
            plane.set_visible(False)
    numbers = ", ".join(map(str, sorted({seeds[line.label] for line in lines})))
    figure.suptitle(f"What a model sees on {table.task}" + (f", and what it makes of it: seed {numbers}" * bool(lines)))
    legend(figure, 4 * per_line)
    return figure


def draw_samples(ax: Axes, examples: ExampleTraces, number: int) -> None:
    """Draw the samples of one case."""
    valid = examples.valid[number]
    size = 5.0 if valid.sum() <= 35 else 2.0
    time_s, ph = examples.time_s[number][valid], examples.ph[number][valid]
    ax.plot(time_s, ph, "-o", color="0.15", linewidth=0.5, markersize=size, label="sample")
    ax.locator_params(axis="y", nbins=5)


def case_title(examples: ExampleTraces, number: int) -> str:
    """True targets and known inputs of one case."""
    truths = ", ".join(
        f"{shown.symbol} = {quantity_text(value / shown.scale)}{TIMES[shown.scale != 1]}{shown.formula_unit}"
        for shown, value in zip(SHOWN, examples.truth[number], strict=True)
    )
    known = examples.known[number]
    return f"case {examples.case[number]}: {truths}\nurea {known[SUBSTRATE]:.0f} mM, {known[TEMPERATURE]:.1f} °C"


def _plane(
    ax: Axes, examples: ExampleTraces, number: int, rows: Mapping[str, tuple[Predicted, Look, str, str]]
) -> None:
    """True and predicted parameters of one case, over the range of the prior."""
    first, second = SHOWN
    scales, lows, highs = np.array([(shown.scale, shown.low, shown.high) for shown in SHOWN]).T
    truth = examples.truth[number] / scales
    named = "true (frame: the prior's range)"
    ax.plot(*truth[:, None], "+", color="0", ms=14, mew=1.2, clip_on=False, zorder=4, label=named)
    for cell, look, mark, label in rows.values():
        x, y = np.clip(cell.mean[cell.case == examples.case[number]] / scales, lows, highs).T
        ax.plot(x, y, ls="", marker=mark, color=look.colour, ms=6, clip_on=False, zorder=3, label=label)
    ax.set(xlim=(first.low, first.high), ylim=(second.low, second.high))
    ax.locator_params(nbins=5)
    ax.set_xlabel(f"{first.formula} [{first.formula_unit}]")
    ax.set_ylabel(f"{second.formula} [{second.formula_unit}]")
