"""Picture of an answer: the trace, what is left over, the forecast of every world, and the support of k_d."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.ceiling.forecast import REFERENCE_TIME_S
from bench.infer.answer import IDENTIFIED, Answer
from leaderboard.pictures.looks import BAND, BLUE, drawing, save

N_DRAWS = 100
SHOWN_SUPPORT = (1e-3, 1e4)
COLOURS = sns.color_palette("colorblind")[:5]


def draw_answer(answer: Answer, title: str, path: Path) -> Path:
    """Draw an answer into a file."""
    with drawing():
        figure = Figure(figsize=(10.0, 6.0), layout="constrained")
        panels = figure.subplots(2, 2, height_ratios=[1.7, 1.0], width_ratios=[1.0, 1.15])
        _trace(panels[0, 0], panels[1, 0], answer)
        _forecast(panels[0, 1], answer)
        _support(panels[1, 1], answer)
        figure.suptitle(title)
        return save(figure, path)


def _trace(above: Axes, below: Axes, answer: Answer) -> None:
    """Samples and what the likeliest world shows of them, and the difference."""
    time_s, ph = answer.traces.time_s[0], answer.traces.ph[0]
    shown, again, _ = answer.worlds[answer.near[0]].predicted(N_DRAWS)
    middle = shown.mean(axis=0)
    low, high = np.quantile(again - middle, (0.05, 0.95), axis=0)
    above.plot(time_s, ph, "o", color="0.3", markersize=3.0 if len(ph) > 40 else 5.0, label="measured")
    above.plot(time_s, middle, color=BLUE, linewidth=1.6, label=answer.near[0])
    above.set_ylabel("pH")
    above.set_title("The trace")
    above.legend(loc="lower right")
    below.fill_between(time_s, low, high, color=BAND, linewidth=0, label="90 % if measured again")
    below.axhline(0.0, color="0.6", linewidth=0.8)
    below.plot(time_s, ph - middle, "o", color="0.3", markersize=2.5 if len(ph) > 40 else 4.0)
    below.set_xlabel("time [s]")
    below.set_ylabel("measured $-$ fit")
    below.legend(loc="upper right", borderaxespad=0.0)


def _forecast(ax: Axes, answer: Answer) -> None:
    """The pH of the beaker to the end, in every world that explains the trace."""
    prefix_s = float(answer.traces.time_s[0, -1])
    later = REFERENCE_TIME_S[prefix_s < REFERENCE_TIME_S]
    time_s = np.append(np.linspace(0.0, prefix_s, 100), later)
    for name, colour in zip(answer.near, COLOURS, strict=False):
        low, middle, high = np.quantile(answer.worlds[name].forecast(time_s, N_DRAWS), (0.05, 0.5, 0.95), axis=0)
        ax.fill_between(time_s, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(time_s, middle, color=colour, linewidth=1.6, label=f"{name}, 90 %")
    ax.axvspan(0.0, prefix_s, color=BAND, zorder=0)
    ax.set_xscale("symlog", linthresh=prefix_s, linscale=1.0)
    ax.set_xlabel("time [s], logarithmic beyond the trace")
    ax.set_title(f"Forecast to {time_s[-1]:g} s")
    ax.legend(loc="lower right")


def _support(ax: Axes, answer: Answer) -> None:
    """How much better the trace is explained with a k_d than with none."""
    ax.plot(answer.k_d_grid, np.clip(answer.support, *SHOWN_SUPPORT), color=BLUE, linewidth=1.6)
    for level in (1.0 / IDENTIFIED, IDENTIFIED):
        ax.axhline(level, color="0.4", linestyle=":", linewidth=1.2)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(*SHOWN_SUPPORT)
    ax.set_xlabel("$k_d$ [s$^{-1}$]")
    ax.set_title("Support of $k_d$ against none; above the upper line it is known")
