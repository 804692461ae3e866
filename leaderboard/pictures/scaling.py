"""Pictures of scaling: cost or score against size, both logarithmic, with the slope of every curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from bench.errors import BenchError
from leaderboard.pictures.looks import ratio_axis
from leaderboard.wording import grid

MARKERS = "o^DvPX<>"
FEW_DECADES = 30.0
"""Span of an axis below which its ticks are round numbers instead of powers of ten."""


@dataclass(frozen=True)
class Curve:
    """One measured quantity against size.

    Examples
    --------
    >>> round(Curve("simulate", (100.0, 1000.0), (0.001, 0.01)).slope, 3)
    1.0
    """

    label: str
    sizes: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.values) or len(self.sizes) < 2:
            raise BenchError(
                f"curve '{self.label}': sizes and values must be as many, at least 2, got {len(self.sizes)} and "
                f"{len(self.values)}. Measure more sizes."
            )
        if min(self.sizes) <= 0 or min(self.values) <= 0 or list(self.sizes) != sorted(set(self.sizes)):
            raise BenchError(
                f"curve '{self.label}': numbers must be above 0 with sizes rising, got {self.sizes} and {self.values}. "
                "Leave out what has no logarithm."
            )

    @property
    def slope(self) -> float:
        """Power of the size with which the value grows: least squares in both logarithms."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.values), 1)[0])

    @property
    def last_slope(self) -> float:
        """The same power between the two largest sizes."""
        (x_0, x_1), (y_0, y_1) = self.sizes[-2:], self.values[-2:]
        return float(np.log(y_1 / y_0) / np.log(x_1 / x_0))


@dataclass(frozen=True)
class Panel:
    """Curves that share their axes."""

    title: str
    size: str
    value: str
    curves: tuple[Curve, ...]


def draw_scaling(title: str, panels: Sequence[Panel]) -> Figure:
    """Draw panels side by side."""
    n_keys = max(len(panel.curves) for panel in panels)
    figure = Figure(figsize=(0.6 + 3.7 * len(panels), 3.7 + 0.2 * n_keys), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    labels = sorted({curve.label for panel in panels for curve in panel.curves})
    palette = sns.color_palette("dark", len(labels))  # none of it below 3:1 on white
    looks = {label: (palette[i], MARKERS[i % len(MARKERS)]) for i, label in enumerate(labels)}
    for ax, panel in zip(axes, panels, strict=True):
        for curve in panel.curves:
            label = f"{curve.label}: slope {curve.slope:z.2f}"
            colour, marker = looks[curve.label]
            ax.plot(curve.sizes, curve.values, color=colour, marker=marker, label=label)
        sizes = sorted({size for curve in panel.curves for size in curve.sizes})
        ax.set(title=panel.title, xlabel=panel.size, ylabel=panel.value, xscale="log", yscale="log")
        ax.set_xticks(sizes, [f"{size:,.0f}" for size in sizes], rotation=30 if len(sizes) > 5 else 0)
        ax.set_xticks([], minor=True)
        low, high = ax.get_ylim()
        if high < FEW_DECADES * low:  # too few powers of ten to read a value from
            ratio_axis(ax.yaxis)
        if panel.curves:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2))
    figure.suptitle(title)
    return figure


def slopes_table(panels: Sequence[Panel]) -> str:
    """Markdown table of slopes and measured values.

    Examples
    --------
    >>> panel = Panel("cost", "cases", "s", (Curve("simulate", (1.0, 10.0), (0.1, 1.0)),))
    >>> print(slopes_table([panel]).splitlines()[2])
    | cost | simulate | 1.00 | 1.00 | 1: 0.1, 10: 1 |
    """
    rows = [
        [
            panel.title,
            curve.label,
            f"{curve.slope:z.2f}",
            f"{curve.last_slope:z.2f}",
            ", ".join(f"{x:,.0f}: {y:.3g}" for x, y in zip(curve.sizes, curve.values, strict=True)),
        ]
        for panel in panels
        for curve in panel.curves
    ]
    return grid(["curve", "of", "slope", "between the last two", "measured"], rows, "llrrl") + "\n"
