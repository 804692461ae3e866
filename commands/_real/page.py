"""The blocks and the picture of the page about real traces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from bench.ceiling.untold.prior import Prior
from bench.infer.told import PURE
from bench.laboratory.trace import read_trace
from bench.seeding import Stream
from bench.world.laboratory import Laboratory
from commands._real.simulated import TRUTHS, measure_anywhere
from commands._real.traces import PREFIXES_S, SHOWN_WORLDS, Forecasted, forecast_rest, forecasts_of
from commands._shared.options import ROOT
from leaderboard.pictures.looks import BAND, BLUE, ORANGE, drawing, save
from leaderboard.wording import SHOWN, quantity_text

CURVES = {name: ROOT / "docs" / f"urease_40C_{name}.csv" for name in "AB"}
PICTURE = "real_traces.png"
PICTURED_S = 300.0
"""Prefix that the picture is of."""
LIKE_THE_REAL = Prior("real", (0.02, 0.1), (1e-4, 1e-3), log=True)
"""Targets of simulated curves that are like the two."""
KNOWN = np.array([[20.0, 0.087, 40.0, 7.35, 0.2]])
WHOLE = Laboratory(2180.0, 10.0)
N_SIMULATED = 10
"""Simulated curves a world behind the declared error."""


def curves_block(pictures: Path) -> str:
    """Forecasts of both curves as a table, and what they say of E0 and k_d; draws the picture."""
    found = {name: list(forecasts_of(read_trace(path).traces)) for name, path in CURVES.items()}
    lines = ["| prefix | world | A | A, deviations | B | B, deviations |", "| --- | --- | --- | --- | --- | --- |"]
    for number in range(0, len(found["A"]), 2):
        first = found["A"][number]
        cells = [_scored(found[name][number + more]) for name in CURVES for more in (0, 1)]
        lines.append(f"| {first.prefix_s:g} s | {first.world} | {' | '.join(cells)} |")
    lines += [
        "",
        "| curve | world | E0 [g/L], 90 % | k_d [1e-3/s], 90 % | log evidence |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, each in found.items():
        lines += [_said(name, one) for one in each if one.prefix_s == PREFIXES_S[-1] and one.deviations]
    _draw(found, pictures / PICTURE)
    return "\n".join(lines)


def _scored(forecast: Forecasted) -> str:
    return f"{forecast.rmse:.3f} / {forecast.inside:.2f}"


def _said(name: str, forecast: Forecasted) -> str:
    low, high = np.quantile(forecast.targets, (0.05, 0.95), axis=0)
    ranges = [
        f"{quantity_text(low[k] / shown.scale)} to {quantity_text(high[k] / shown.scale)}"
        for k, shown in enumerate(SHOWN)
    ]
    return f"| {name} | {forecast.world} | {' | '.join(ranges)} | {forecast.log_evidence:.1f} |"


def _draw(found: dict[str, list[Forecasted]], path: Path) -> None:
    """Both curves with the forecasts from one prefix."""
    with drawing():
        figure = Figure(figsize=(10.0, 6.0), layout="constrained")
        panels = figure.subplots(2, len(SHOWN_WORLDS), sharex=True, sharey="row")
        for row, (name, path_of) in enumerate(CURVES.items()):
            traces = read_trace(path_of).traces
            for column, world in enumerate(SHOWN_WORLDS):
                ax = panels[row, column]
                for each, colour in zip(
                    [one for one in found[name] if one.prefix_s == PICTURED_S and one.world == world],
                    (BLUE, ORANGE),
                    strict=True,
                ):
                    label = "with deviations" if each.deviations else "as it is"
                    ax.fill_between(each.time_s, *each.band, color=colour, alpha=0.3, linewidth=0, label=label)
                ax.plot(traces.time_s[0], traces.ph[0], color="0.2", linewidth=1.0, label="measured")
                ax.axvspan(0.0, PICTURED_S, color=BAND, zorder=0)
                ax.set_title(f"{name}, {world}")
                ax.set_xscale("symlog", linthresh=PICTURED_S)
        panels[0, 0].legend(loc="lower right")
        for ax in panels[:, 0]:
            ax.set_ylabel("pH")
        for ax in panels[1]:
            ax.set_xlabel("time [s]")
        save(figure, path)


def error_block(_: Path) -> str:
    """Forecasts of simulated curves by the world of pure water, without and with deviations."""
    lines = ["| really | as it is | with deviations |", "| --- | --- | --- |"]
    for truth, world in TRUTHS.items():
        scores = np.empty((N_SIMULATED, 2, 2))
        for number in range(N_SIMULATED):
            targets = LIKE_THE_REAL.draw(Stream("like the real").generator(number).random((1, 2)))
            curve = measure_anywhere(WHOLE, KNOWN, targets, world, number)
            for column, deviations in enumerate((False, True)):
                found = forecast_rest(curve, PICTURED_S, PURE, deviations)
                scores[number, column] = found.rmse, found.inside
        cells = [f"{rmse:.3f} / {inside:.2f}" for rmse, inside in scores.mean(axis=0)]
        lines.append(f"| {truth} | {' | '.join(cells)} |")
    return "\n".join(lines)


BLOCKS: dict[str, Callable[[Path], str]] = {
    "real curves": curves_block,
    "declared error": error_block,
}
"""Blocks of docs/real_traces.md by name; each takes the folder of pictures."""
