"""Picture of the result: error against the sampling interval, relative to the smallest one possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from leaderboard.families import FAMILIES, Declared
from leaderboard.frame import FLOOR
from leaderboard.pictures.looks import spread
from leaderboard.site.sentences import SMALL_UNITS
from leaderboard.wording import SHOWN, ratio_text

TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
LABEL_GAP = 0.062
"""Least distance of two labels, as a share of a panel's height."""
MEANING = {"E0": "E0, how much enzyme", "k_d": "k_d, how fast it dies"}


@dataclass(frozen=True)
class Result:
    """What the picture shows: a length, its intervals, the attainable errors in units, and rows with their ratios."""

    prefix_s: float
    trained_s: float
    intervals_s: Sequence[float]
    attainable: Sequence[Sequence[str]]
    """Of each target, the text at each interval."""
    rows: Mapping[str, Sequence[Sequence[float]]]
    """Of each row, the ratio of each target at each interval."""


def draw_result(result: Result, declared: Mapping[str, Declared], dark: bool = False) -> Figure:
    """Draw the result, on white or on black."""
    paper, ink, soft, line = (
        ("#0d1117", "#e8eaed", "#a9b3bd", "#30363d") if dark else ("w", "#16191d", "#55606b", "0.9")
    )
    figure = Figure(figsize=(10.2, 4.5), facecolor=paper)
    axes = [figure.add_axes((left, 0.16, 0.243, 0.6)) for left in (0.05, 0.537)]
    title = f"Error, in multiples of the smallest one possible, from the first {result.prefix_s:g} s of pH"
    figure.text(0.012, 0.94, title, color=ink, fontsize=13, fontweight="bold")
    told = f"Line at 1: the exact posterior. Trained every {result.trained_s:g} s. Hollow: that interval only. "
    figure.text(0.012, 0.885, f"{told}Filled: no training, or many intervals.", color=soft, fontsize=10)
    top = 1.3 * max(ratio for ratios in result.rows.values() for of_target in ratios for ratio in of_target)
    for target, (ax, shown) in enumerate(zip(axes, SHOWN, strict=True)):
        ax.set_facecolor(paper)
        ax.set_title(MEANING[shown.symbol], color=ink, fontsize=12, fontweight="bold", pad=14)
        ax.set(yscale="log", ylim=(0.85, top), xlim=(-0.15, len(result.intervals_s) - 0.85))
        ax.set_yticks([tick for tick in TICKS if tick < top])
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.tick_params(length=0, labelsize=10.5, labelcolor=soft)
        ax.grid(axis="x", visible=False)
        ax.grid(axis="y", color=line)
        ax.spines[:].set_visible(False)
        ax.axhline(1.0, color=ink, linewidth=1.2, zorder=1)
        _rows(ax, {row: ratios[target] for row, ratios in result.rows.items()}, declared, dark, ink)
        _below(ax, result, target, ink, soft)
    return figure


def _rows(
    ax: Axes, rows: Mapping[str, Sequence[float]], declared: Mapping[str, Declared], dark: bool, ink: str
) -> None:
    """One line a row, named at its end."""
    heights = []
    for row, ratios in rows.items():
        own = declared.get(row, Declared())
        family = FAMILIES[own.family]
        colour = family.dark if dark else family.light
        style = ":" if row == FLOOR else "--" if own.hollow else "-"
        inside = ax.get_facecolor() if own.hollow else colour
        (drawn,) = ax.plot(range(len(ratios)), ratios, style, color=colour, linewidth=2.0, clip_on=False, zorder=3)
        drawn.set(marker=family.marker, markersize=8, markeredgewidth=1.8, markerfacecolor=inside)
        heights.append(float((ax.transData + ax.transAxes.inverted()).transform((0.0, ratios[-1]))[1]))
    for (row, ratios), height in zip(rows.items(), spread(heights, LABEL_GAP, 0.0, 1.0), strict=True):
        at = (len(ratios) - 1, ratios[-1])
        lead = {"arrowstyle": "-", "color": "0.55", "lw": 0.8, "shrinkA": 2, "shrinkB": 8}
        ax.annotate("", at, (1.08, height), textcoords="axes fraction", arrowprops=lead)
        label = {"va": "center", "color": ink, "fontsize": 10.5, "transform": ax.transAxes}
        ax.text(1.25, height, ratio_text(ratios[-1]), label, ha="right", fontweight="bold")
        ax.text(1.28, height, row, label)


def _below(ax: Axes, result: Result, target: int, ink: str, soft: str) -> None:
    """Intervals, and below each the attainable error in units."""
    names = [f"{interval:g}" for interval in result.intervals_s]
    ax.set_xticks(range(len(names)), names, color=ink)
    below = ax.get_xaxis_transform()
    for place, text in enumerate(result.attainable[target]):
        ax.text(place, -0.19, text, ha="center", color=soft, fontsize=10, transform=below)
    for height, text in ((-0.08, "s between samples"), (-0.19, f"best possible, {SMALL_UNITS[target]}")):
        ax.text(1.13, height, text, color=soft, fontsize=10, transform=ax.transAxes)
