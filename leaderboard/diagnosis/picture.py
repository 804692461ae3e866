"""Picture of a diagnosis: six panels that show a model beside the exact posterior."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.arrays import Array
from bench.diagnosis.diagnose import Diagnosis
from bench.diagnosis.evidence import UNITS, Evidence
from bench.diagnosis.measures import View, split
from bench.world.quantities import KNOWN
from leaderboard.pictures.fit import draw_losses
from leaderboard.pictures.looks import BLUE, ORANGE, legend
from leaderboard.pictures.scores import draw_answers
from leaderboard.wording import SHOWN, r2_text, ratio_text

COLOURS = (BLUE, ORANGE)
EXACT = "0.0"
MOST_RATIO = 4.0
"""Height of the highest bars; their number stands above."""
LOWEST_R2 = -0.4
"""Where scores below are drawn, with their number."""
MOST_IN_TITLE = 3
MOVES = {
    f"known {quantity.name}": label
    for quantity, label in zip(KNOWN, ("urea", "powder", "temperature", "initial pH", "volume"), strict=True)
} | {"times": "all times x 1.1", "start": "start + 1 s", "level": "pH + 0.02", "baseline": "pH, initial pH"}


def draw_diagnosis(title: str, evidence: Evidence, diagnosis: Diagnosis) -> Figure:
    """Draw the six panels."""
    figure = Figure(figsize=(14.4, 7.8), layout="constrained")
    panels = figure.subplots(2, 3)
    _intervals(panels[0, 0], evidence)
    _split(panels[0, 1], evidence)
    _looks(panels[0, 2], evidence)
    _moves(panels[1, 0], evidence)
    _answers(panels[1, 1], evidence)
    _course(panels[1, 2], evidence)
    legend(figure, handles=panels[0, 0].get_legend_handles_labels()[0])
    names = list(dict.fromkeys(finding.name for finding in diagnosis.findings))
    found = ", ".join(names[:MOST_IN_TITLE]) + f" and {len(names) - MOST_IN_TITLE} more" * (len(names) > MOST_IN_TITLE)
    figure.suptitle(f"{title}: {found or 'nothing found'}")
    return figure


def _views(evidence: Evidence) -> list[View]:
    """Both targets."""
    return [View(evidence, column) for column in range(len(SHOWN))]


def _intervals(ax: Axes, evidence: Evidence) -> None:
    """R2 against the sampling interval, beside the ceiling."""
    train = evidence.asked.asked["base"].acquisition
    names = {train.interval_s: "base"} | {
        float(name.split()[1]): name for name in evidence.answers if name.startswith("interval ")
    }
    intervals = sorted(names)
    for view, shown, colour in zip(_views(evidence), SHOWN, COLOURS, strict=True):
        own = np.array([view.r2(names[each]) for each in intervals])
        exact = [view.r2(names[each], exact=True) for each in intervals]
        ax.plot(intervals, exact, "--", color=colour, linewidth=1.0)
        ax.plot(intervals, np.maximum(own, LOWEST_R2), "o-", color=colour, label=shown.formula)
        for each, value in zip(intervals, own, strict=True):
            if value < LOWEST_R2:
                place = (0, 5 if view.column == 0 else -12)
                ax.annotate(
                    r2_text(value),
                    (each, LOWEST_R2),
                    place,
                    textcoords="offset points",
                    ha="center",
                    fontsize=7,
                    color=colour,
                )
    ax.axvspan(train.interval_s / 1.15, train.interval_s * 1.15, color="0.9", zorder=0)
    ax.set(xscale="log", xlabel="interval between samples [s] (grey: training)", ylabel="R2", ylim=(-0.6, 1.08))
    ax.set_xticks(intervals, [f"{each:g}" for each in intervals])
    ax.minorticks_off()
    ax.set_title("Does it hold at other intervals? (dashed: ceiling)")


def _split(ax: Axes, evidence: Evidence) -> None:
    """Error as what stays without noise and what noise adds, in multiples of the exact posterior's."""
    labels, place = [], 0.0
    for name in dict.fromkeys(("base", evidence.tested)):
        for view, shown, colour in zip(_views(evidence), SHOWN, COLOURS, strict=True):
            best = float(np.sqrt(view.squared(name, exact=True).mean()))
            for exact, face in ((False, colour), (True, "0.6")):
                systematic, noise = (max(float(each.mean()), 0.0) for each in split(view.error(name, exact=exact)))
                ratio = float(np.sqrt(systematic + noise)) / best
                height, share = min(ratio, MOST_RATIO), systematic / (systematic + noise)
                ax.bar(place, height * share, 0.8, color=face)
                ax.bar(place, height * (1 - share), 0.8, bottom=height * share, color=face, alpha=0.35, hatch="//")
                if not exact:
                    text = f"x {ratio_text(ratio)}"
                    ax.annotate(text, (place, height), (0, 2), textcoords="offset points", ha="center")
                place += 1.0
            labels.append((place - 1.5, f"{shown.formula}\n{view.label(name)}"))
            place += 0.6
    ax.set_xticks([each[0] for each in labels], [each[1] for each in labels])
    ax.set(ylabel="rms error [that of the exact posterior]", ylim=(0, MOST_RATIO * 1.1))
    ax.set_title("What is its error made of? (full: stays without noise;\nhatched: noise; grey: exact posterior)")


def _looks(ax: Axes, evidence: Evidence) -> None:
    """Influence of single samples, beside that on the exact posterior."""
    times = evidence.asked.asked["touched"].measured.time_s[0][evidence.asked.positions]
    tops = []
    for column, (shown, colour) in enumerate(zip(SHOWN, COLOURS, strict=True)):
        curves = [_mean_move(evidence, column, exact=exact) for exact in (False, True)]
        scale = float(np.abs(curves[1]).max()) or 1.0
        offset = -2.6 * column
        ax.axhline(offset, color="0.7", linewidth=0.6)
        ax.plot(times, np.clip(curves[1] / scale, -1.2, 1.2) + offset, "--", color=EXACT, linewidth=1.0)
        ax.plot(times, np.clip(curves[0] / scale, -1.2, 1.2) + offset, ".-", color=colour, label=shown.formula)
        tops.append(offset)
    ax.set_yticks(tops, [shown.formula for shown in SHOWN])
    ax.set(xlabel="time of the sample that moves by 0.02 pH [s]", ylim=(-4.0, 1.4))
    ax.set_title(
        "Where does it look? (move of the answer; dashed:\nexact posterior, whose largest is 1; clipped at 1.2)"
    )


def _mean_move(evidence: Evidence, column: int, *, exact: bool) -> Array:
    """Mean over cases of the move of an answer by one sample, shape (position,)."""
    return np.asarray(evidence.touched(exact=exact)[..., column].mean(axis=0))


def _moves(ax: Axes, evidence: Evidence) -> None:
    """Response to known inputs, times, start and level, beside the exact posterior's."""
    heights = np.arange(len(MOVES))[::-1].astype(float)
    for column, (shown, colour) in enumerate(zip(SHOWN, COLOURS, strict=True)):
        lines = heights + 0.18 - 0.36 * column
        own, exact = (
            np.array([np.sqrt(np.mean(evidence.moved(name, exact=each)[:, column] ** 2)) for name in MOVES])
            for each in (False, True)
        )
        ax.hlines(lines, np.maximum(np.minimum(own, exact), 1e-4), np.maximum(own, exact).clip(1e-4), color="0.8")
        ax.plot(exact.clip(1e-4, 20), lines, "|", color=EXACT, markersize=9, markeredgewidth=1.6)
        ax.plot(own.clip(1e-4, 20), lines, "o", color=colour, label=shown.formula)
    ax.set_yticks(heights, MOVES.values())
    ax.set(xscale="log", xlabel="rms move of the answer [prior sd] (left edge: none)", xlim=(0.8e-4, 20))
    ax.set_title("What does it listen to? (inputs moved by 3 % of their range;\nblack bars: exact posterior)")


def _answers(ax: Axes, evidence: Evidence) -> None:
    """Truth against answer for the target that is worse beside the ceiling, in its own unit."""
    worse = max(_views(evidence), key=lambda view: float(view.excess("base").mean()))
    shown, unit = SHOWN[worse.column], UNITS
    truth, answer, exact = (
        (values * unit).reshape(-1, len(SHOWN))
        for values in (evidence.truth("base"), evidence.answer("base"), evidence.answer("base", exact=True))
    )
    ax.plot(truth[:, worse.column] / shown.scale, exact[:, worse.column] / shown.scale, ".", color="0.75", markersize=2)
    outside = draw_answers(ax, truth, answer, shown, COLOURS[worse.column])
    ax.set(xlabel=f"true {shown.formula} [{shown.formula_unit}]", ylabel=f"answer [{shown.formula_unit}]")
    ax.set_title(
        f"What does it answer? (grey: exact posterior)\n{shown.formula} at {worse.label('base')}: "
        f"R2 {r2_text(worse.r2('base'))}" + f", {outside}" * bool(outside)
    )


def _course(ax: Axes, evidence: Evidence) -> None:
    """Losses over the epochs, and what the training cases themselves score."""
    history: Sequence[dict[str, float]] = evidence.notes.get("history") or ()
    draw_losses(ax, pd.DataFrame(history, index=range(1, len(history) + 1)))
    seen = [f"{shown.formula} {r2_text(view.r2('train'))}" for view, shown in zip(_views(evidence), SHOWN, strict=True)]
    fresh = [r2_text(view.r2("base")) for view in _views(evidence)]
    ax.set_title(f"How was it trained? R2 on its training cases {', '.join(seen)};\non fresh ones {', '.join(fresh)}")
