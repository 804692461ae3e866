"""Pictures of one fitted row on one task: what it saw, how it was trained, what it answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.run.record import Record
from leaderboard.pictures.looks import frame
from leaderboard.predictions import ExampleTraces, Predicted
from leaderboard.wording import SHOWN, Shown, r2_text

MOST_TRACES = 8
MOST_POINTS = 1_000
COLOURS = {"train_loss": "#0072b2", "valid_loss": "#d55e00", "gradient_norm": "#009e73", "learning_rate": "0.45"}
NAMES = {"train_loss": "training", "valid_loss": "validation"}


def draw_fit(record: Record, examples: ExampleTraces, predicted: Predicted) -> Figure:
    """Draw what the seed audit asks to be looked at."""
    figure = Figure(figsize=(11.6, 6.4))
    panels = figure.subplots(2, 3)
    frame(figure, left=0.65, right=0.75, bottom=0.55, top=0.75, wspace=0.5, hspace=0.42)
    _traces(panels[0, 0], examples)
    _intervals(panels[1, 0], examples)
    _losses(panels[0, 1], record.history)
    _gradients(panels[1, 1], record.history)
    for column, shown in enumerate(SHOWN):
        _answers(panels[column, 2], record, predicted, column, shown)
    figure.suptitle(f"{record.row} on {record.task}: {record.preset}, seed {record.seed}")
    return figure


def epochs_of(
    history: Sequence[dict[str, float | str]], name: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """One quantity of every epoch.

    Examples
    --------
    >>> epochs_of([{"train_loss": 0.5}, {"train_loss": "inf"}, {}], "train_loss").tolist()
    [0.5, inf, nan]
    """
    return np.array([float(epoch.get(name, "nan")) for epoch in history])


def _traces(ax: Axes, examples: ExampleTraces) -> None:
    """Measured pH of the example cases."""
    for number in range(min(MOST_TRACES, len(examples.case))):
        valid = examples.valid[number]
        ax.plot(examples.time_s[number][valid], examples.ph[number][valid], ".-", linewidth=0.6, markersize=3)
    ax.set_title("traces")
    ax.set_xlabel("time [s]")
    ax.set_ylabel("measured pH")


def _intervals(ax: Axes, examples: ExampleTraces) -> None:
    """Time since the sample before, of the example cases."""
    for number in range(min(MOST_TRACES, len(examples.case))):
        times = examples.time_s[number][examples.valid[number]]
        ax.plot(times[1:], np.diff(times), ".-", linewidth=0.6, markersize=3)
    ax.set_ylim(bottom=0.0)
    ax.set_title("intervals between samples")
    ax.set_xlabel("time [s]")
    ax.set_ylabel("dt [s]")


def _losses(ax: Axes, history: Sequence[dict[str, float | str]]) -> None:
    """Loss on training and validation cases over the epochs, with the epoch whose weights are kept."""
    ax.set_title("loss")
    known = [name for name in NAMES if _known(history, name)]
    if not known:
        _say(ax, _lacking(history, *NAMES))
        return
    epochs = np.arange(1, len(history) + 1)
    lowest = np.inf
    for name in known:
        values = epochs_of(history, name)
        ax.plot(epochs, values, color=COLOURS[name], linewidth=1.2, label=NAMES[name])
        lowest = min(lowest, np.nanmin(values))
    valid = epochs_of(history, "valid_loss")
    if np.isfinite(valid).any():
        best = int(np.nanargmin(np.where(np.isfinite(valid), valid, np.nan)))
        ax.plot([epochs[best]], [valid[best]], "o", color=COLOURS["valid_loss"], markersize=5, label="kept weights")
    if lowest > 0:  # a likelihood may well be negative
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.legend(frameon=False)


def _gradients(ax: Axes, history: Sequence[dict[str, float | str]]) -> None:
    """Gradient norm before clipping, and learning rate, over the epochs."""
    ax.set_title("gradient norm before clipping")
    if not _known(history, "gradient_norm"):
        _say(ax, _lacking(history, "gradient_norm"))
        return
    epochs = np.arange(1, len(history) + 1)
    ax.plot(epochs, epochs_of(history, "gradient_norm"), color=COLOURS["gradient_norm"], linewidth=1.2)
    ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.set_ylabel("mean over steps", color=COLOURS["gradient_norm"])
    if not _known(history, "learning_rate"):
        return
    rates = ax.twinx()
    rates.plot(
        epochs, 1e3 * epochs_of(history, "learning_rate"), color=COLOURS["learning_rate"], linewidth=1.0, linestyle=":"
    )
    rates.set_ylabel("learning rate [1e-3], dotted", color=COLOURS["learning_rate"])
    rates.set_ylim(bottom=0.0)
    rates.grid(visible=False)


def _known(history: Sequence[dict[str, float | str]], name: str) -> bool:
    """Whether a quantity is a number in any epoch."""
    return bool(np.isfinite(epochs_of(history, name)).any())


def _lacking(history: Sequence[dict[str, float | str]], *names: str) -> str:
    """Why there is nothing to draw of some quantities."""
    return f"no {' or '.join(names)}\nin the history" if history else "no history was given"


def _answers(ax: Axes, record: Record, predicted: Predicted, column: int, shown: Shown) -> None:
    """Predicted against true values of one target; far ones at the edge."""
    truth = predicted.truth[:MOST_POINTS, column] / shown.scale
    mean = predicted.mean[:MOST_POINTS, column] / shown.scale
    margin = 0.25 * (shown.high - shown.low)
    low, high = shown.low - margin, shown.high + margin
    outside = int(np.sum((mean < low) | (mean > high)))
    ax.plot([shown.low, shown.high], [shown.low, shown.high], color="0", linewidth=0.8, zorder=3)
    ax.plot(
        truth, np.clip(mean, low, high), "o", color=COLOURS["train_loss"], alpha=0.3, markersize=2, markeredgewidth=0
    )
    ax.set_ylim(low - 0.1 * margin, high + 0.1 * margin)
    text = f"R2 {r2_text(record.scores[shown.name]['r2'])}" + (f", {outside:,} at the edge" if outside else "")
    ax.set_title(f"{shown.formula}: {text}")
    ax.set_xlabel(f"true [{shown.formula_unit}]")
    ax.set_ylabel(f"predicted [{shown.formula_unit}]")


def _say(ax: Axes, text: str) -> None:
    """Put a sentence where there is nothing to draw."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", style="italic", color="0.3")
    ax.set_xticks([])
    ax.set_yticks([])
