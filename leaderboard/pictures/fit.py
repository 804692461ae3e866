"""Pictures of one fitted row on one task: what it saw, how it was trained, what it answered."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.cases import Traces
from bench.run.record import Record
from leaderboard.pictures.looks import BLUE, ORANGE, named
from leaderboard.pictures.scores import draw_answers
from leaderboard.predictions import ExampleTraces, Predicted
from leaderboard.wording import SHOWN, r2_text

MOST_TRACES = 8
LOSSES = {"train_loss": ("training", BLUE), "valid_loss": ("validation", ORANGE)}
GRADIENTS, RATES = "#009e73", "0.45"


def draw_fit(record: Record, examples: ExampleTraces, predicted: Predicted, trained: Traces) -> Figure:
    """Draw what the seed audit asks to be looked at: test traces beside training traces, losses, gradients, answers."""
    figure = Figure(figsize=(11.6, 6.4), layout="constrained")
    panels = figure.subplots(2, 3)
    _samples(panels[0, 0], panels[1, 0], examples, trained)
    epochs = pd.DataFrame(record.history, index=range(1, len(record.history) + 1))
    epochs = epochs.reindex(columns=[*LOSSES, "gradient_norm", "learning_rate"]).astype(float)
    draw_losses(panels[0, 1], epochs)
    _gradients(panels[1, 1], epochs)
    for ax, shown in zip(panels[:, 2], SHOWN, strict=True):
        outside = draw_answers(ax, predicted.truth, predicted.mean, shown, BLUE)
        reached = f"R2 {r2_text(record.scores[shown.name]['r2'])}"
        ax.set_title(f"{shown.formula}: {reached}" + f", {outside}" * bool(outside))
        ax.set(xlabel=f"true [{shown.formula_unit}]", ylabel=f"predicted [{shown.formula_unit}]")
    figure.suptitle(f"{named(record.row)} on {record.task}: {record.preset}, seed {record.seed}")
    return figure


def _samples(traces: Axes, intervals: Axes, examples: ExampleTraces, trained: Traces) -> None:
    """Measured pH of training and example cases, and the time since the sample before."""
    seen = ((trained, "training", BLUE), (examples, "test", ORANGE))
    for cases, name, colour in seen:
        for number in range(min(MOST_TRACES, len(cases.ph))):
            valid = cases.valid[number]
            time_s, line = cases.time_s[number][valid], {"color": colour, "linewidth": 0.6, "markersize": 3}
            label = None if number else name
            traces.plot(time_s, cases.ph[number][valid], ".-", **line, label=label)
            intervals.plot(time_s[1:], np.diff(time_s), ".-", **line, label=label)
    traces.set(title="traces", xlabel="time [s]", ylabel="measured pH")
    intervals.set(title="intervals between samples", xlabel="time [s]", ylabel="dt [s]", yscale="log")
    traces.legend()
    intervals.legend()


def draw_losses(ax: Axes, epochs: pd.DataFrame) -> None:
    """Loss on training and validation cases over the epochs, with the epoch whose weights are kept."""
    ax.set_title("loss")
    losses = epochs[[name for name in LOSSES if name in epochs and np.isfinite(epochs[name]).any()]]
    if losses.empty:
        _say(ax, epochs, " or ".join(LOSSES))
        return
    for name, (label, colour) in LOSSES.items():
        if name in losses:
            ax.plot(losses[name], color=colour, linewidth=1.2, label=label)
    if "valid_loss" in losses:
        kept = losses[losses["valid_loss"] == losses["valid_loss"].min()][:1]
        ax.plot(kept["valid_loss"], "o", color=ORANGE, label="kept weights")
    if (losses.min() > 0).all():  # a likelihood may well be negative
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.legend()


def _gradients(ax: Axes, epochs: pd.DataFrame) -> None:
    """Gradient norm before clipping, and learning rate, over the epochs."""
    ax.set_title("gradient norm before clipping")
    if not np.isfinite(epochs["gradient_norm"]).any():
        _say(ax, epochs, "gradient_norm")
        return
    ax.plot(epochs["gradient_norm"], color=GRADIENTS, linewidth=1.2)
    ax.set(yscale="log", xlabel="epoch")
    ax.set_ylabel("mean over steps", color=GRADIENTS)
    if np.isfinite(epochs["learning_rate"]).any():
        rates = ax.twinx()
        rates.plot(1e3 * epochs["learning_rate"], color=RATES, linewidth=1.0, linestyle=":")
        rates.set_ylabel("learning rate [1e-3], dotted", color=RATES)
        rates.set_ylim(bottom=0.0)
        rates.grid(visible=False)


def _say(ax: Axes, epochs: pd.DataFrame, lacking: str) -> None:
    """Say why there is nothing to draw of some quantities."""
    text = "no history was given" if epochs.empty else f"no {lacking}\nin the history"
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", style="italic", color="0.3")
    ax.set(xticks=[], yticks=[])
