"""Picture of forecasts: what follows a trace, what rows and the exact posterior expect, and by how much they err."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from leaderboard.pictures.looks import BAND, SMOOTH_LINSCALE, Look, legend, numbered
from leaderboard.pictures.traces import case_title, draw_samples
from leaderboard.predictions import ExampleTraces, Predicted
from leaderboard.tables import Table

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
    answers = [
        (line, predicted[line.label].case, forecast)
        for line in table.lines
        if not line.role and line.label in predicted and (forecast := predicted[line.label].forecast) is not None
    ][:MOST_ROWS]
    if forecasts is None or not len(examples.case):
        return None
    marks = numbered(line.label for line, *_ in answers)
    n_cases = min(MOST_CASES, len(examples.case))
    figure = Figure(figsize=(max(7.0, 0.9 + 3.3 * n_cases), 5.4), layout="constrained")
    panels = figure.subplots(2, n_cases, squeeze=False, sharex="col", height_ratios=[1.5, 1.0])
    prefix_s = float(examples.time_s[:n_cases][examples.valid[:n_cases]].max())
    # The reference grid is too coarse for the steep start of a trace, which its samples show.
    later = forecasts.time_s >= prefix_s
    time_s = forecasts.time_s[later]
    for number, (above, below) in enumerate(panels.T):
        true, mean = forecasts.true[number, later], forecasts.mean[number, later]
        half = BAND_SD * forecasts.sd[number, later]
        rows = {
            line.label: (forecast[at[0], later], looks[line.row])
            for line, case, forecast in answers
            if (at := np.flatnonzero(case[: len(forecast)] == examples.case[number])).size
        }
        draw_samples(above, examples, number)
        for ax, origin in ((above, np.zeros_like(true)), (below, true)):
            low, high = mean - half - origin, mean + half - origin
            ax.fill_between(time_s, low, high, color="0.75", linewidth=0, zorder=1, label="exact posterior, 90 %")
            ax.plot(time_s, true - origin, color="0", linewidth=1.6, label="true")
            for line, (forecast, look) in rows.items():
                mark, label = marks[line]
                drawn = {"marker": mark, "color": look.colour, "ms": 5, "markevery": 0.12}
                ax.plot(time_s, forecast - origin, **drawn, linewidth=1.0, label=label)
            ax.axvspan(0.0, prefix_s, color=BAND, zorder=0, label="what the rows saw")
            ax.locator_params(axis="y", nbins=5)
        above.set_title(case_title(examples, number), fontsize=8)
        # A wild row leaves the frame, so that the band stays visible.
        band = float((np.abs(mean - true) + half).max())
        worst = max((float(np.abs(forecast - true).max()) for forecast, _ in rows.values()), default=0.0)
        limit = 1.1 * max(band, min(worst, 6 * band), 1e-3)
        below.set_ylim(-limit, limit)
        # Linear as far as the trace goes, logarithmic after it.
        below.set_xscale("symlog", linthresh=prefix_s, linscale=SMOOTH_LINSCALE)
        below.set_xticks(TICKS_S, map(str, TICKS_S))
        below.set_xlim(-0.02 * prefix_s, time_s[-1])
        below.minorticks_off()
        below.set_xlabel("time [s], logarithmic beyond the trace")
    panels[0, 0].set_ylabel("pH")
    panels[1, 0].set_ylabel("forecast $-$ true pH")
    figure.suptitle(f"What follows the trace on {table.task}, and what it was expected to be")
    legend(figure, 8)
    return figure
