"""Picture of forecasts: what follows a trace, what rows and the exact posterior expect, and by how much they err."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bench.world.quantities import SUBSTRATE, TEMPERATURE
from leaderboard.pictures.looks import Look, frame
from leaderboard.predictions import ExampleForecasts, ExampleTraces, Predicted
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, TIMES, quantity_text

MOST_CASES = 4
MOST_ROWS = 4
"""More curves in one small panel hide each other."""
BAND_SD = 1.645
"""Half of a Gaussian's 90 % interval, in standard deviations."""
TICKS_S = (0, 10, 30, 100, 300, 1000)


def draw_forecasts(
    table: Table, examples: ExampleTraces, predicted: Mapping[str, Predicted], looks: Mapping[str, Look]
) -> Figure | None:
    """Draw forecasts of example cases, and below each their errors."""
    forecasts = examples.forecasts
    lines = [
        line
        for line in table.lines
        if not line.role and line.label in predicted and predicted[line.label].forecast is not None
    ][:MOST_ROWS]
    if forecasts is None or not len(examples.case):
        return None
    n_cases = min(MOST_CASES, len(examples.case))
    figure = Figure(figsize=(max(7.0, 0.9 + 3.3 * n_cases), 5.6))
    panels = figure.subplots(2, n_cases, squeeze=False, sharex="col", height_ratios=[1.5, 1.0])
    prefix_s = float(max(examples.time_s[number][examples.valid[number]].max() for number in range(n_cases)))
    # The reference grid is too coarse for the steep start of a trace, which its samples show.
    later = forecasts.time_s >= prefix_s
    beyond = ExampleForecasts(
        forecasts.time_s[later], forecasts.true[:, later], forecasts.mean[:, later], forecasts.sd[:, later]
    )
    curves = [(predicted[line.label], looks[line.row]) for line in lines]
    for number, (above, below) in enumerate(panels.T):
        rows = [
            (cell.forecast[at[0], later], look)
            for cell, look in curves
            if cell.forecast is not None
            and (at := np.flatnonzero(cell.case[: len(cell.forecast)] == examples.case[number])).size
        ]
        _forecast(above, examples, beyond, number, rows)
        _error(below, beyond, number, rows)
        for ax in (above, below):
            ax.axvspan(0.0, prefix_s, color="0.94", zorder=0)
        # Linear as far as the trace goes, logarithmic after it.
        below.set_xscale("symlog", linthresh=prefix_s, linscale=1.2)
        below.set_xticks(TICKS_S, map(str, TICKS_S))
        below.set_xlim(-0.02 * prefix_s, forecasts.time_s[-1])
        below.minorticks_off()
        above.locator_params(axis="y", nbins=5)
        below.locator_params(axis="y", nbins=4)
        below.set_xlabel("time [s], logarithmic beyond the trace")
    panels[0, 0].set_ylabel("pH")
    panels[1, 0].set_ylabel("forecast $-$ true pH")
    figure.align_ylabels(panels[:, 0])
    figure.suptitle(f"What follows the trace on {table.task}, and what it was expected to be")
    figure.legend(handles=_key(curves, [line.label for line in lines]), loc="lower center", ncols=8, frameon=False)
    frame(figure, left=0.75, right=0.15, bottom=0.9, top=0.85, wspace=0.22, hspace=0.08)
    return figure


def _forecast(
    ax: Axes,
    examples: ExampleTraces,
    forecasts: ExampleForecasts,
    number: int,
    rows: list[tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], Look]],
) -> None:
    """Samples, truth and forecasts of one case."""
    time_s = forecasts.time_s
    half = BAND_SD * forecasts.sd[number]
    ax.fill_between(time_s, forecasts.mean[number] - half, forecasts.mean[number] + half, color="0.75", linewidth=0)
    ax.plot(time_s, forecasts.true[number], color="0", linewidth=1.6)
    for forecast, look in rows:
        ax.plot(time_s, forecast, color=look.colour, linewidth=1.0)
    valid = examples.valid[number]
    ax.plot(
        examples.time_s[number][valid],
        examples.ph[number][valid],
        "o",
        color="0.15",
        markersize=4.0 if valid.sum() <= 35 else 1.5,
    )
    known = examples.known[number]
    truths = ", ".join(
        f"{shown.symbol} = {quantity_text(value / shown.scale)}{TIMES[shown.scale != 1]}{shown.formula_unit}"
        for shown, value in zip(SHOWN, examples.truth[number], strict=True)
    )
    ax.set_title(
        f"case {examples.case[number]}: {truths}\nurea {known[SUBSTRATE]:.0f} mM, {known[TEMPERATURE]:.1f} °C",
        loc="left",
        fontsize=8,
    )


def _error(
    ax: Axes,
    forecasts: ExampleForecasts,
    number: int,
    rows: list[tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], Look]],
) -> None:
    """Errors of the forecasts of one case."""
    true, time_s = forecasts.true[number], forecasts.time_s
    centre, half = forecasts.mean[number] - true, BAND_SD * forecasts.sd[number]
    ax.fill_between(time_s, centre - half, centre + half, zorder=1, color="0.75", linewidth=0)
    ax.plot(time_s, 0.0 * time_s, color="0", linewidth=1.6)
    for forecast, look in rows:
        ax.plot(time_s, forecast - true, color=look.colour, linewidth=1.0)
    errors = [np.abs(forecast - true).max() for forecast, _ in rows]
    band = float((np.abs(centre) + half).max())
    # A wild row leaves the frame, so that the band stays visible.
    limit = 1.1 * max(band, min(max(errors, default=0.0), 6 * band), 1e-3)
    ax.set_ylim(-limit, limit)


def _key(curves: list[tuple[Predicted, Look]], labels: list[str]) -> list[Line2D | Patch]:
    """What the curves mean."""
    keys: list[Line2D | Patch] = [
        Line2D([], [], marker="o", linestyle="", color="0.15", markersize=4, label="sample"),
        Line2D([], [], color="0", linewidth=1.6, label="true"),
        Patch(color="0.75", label="exact posterior, 90 %"),
    ]
    rows = [
        Line2D([], [], color=look.colour, linewidth=1.4, label=label)
        for (_, look), label in zip(curves, labels, strict=True)
    ]
    return [*keys, *rows, Patch(color="0.94", label="what the rows saw")]
