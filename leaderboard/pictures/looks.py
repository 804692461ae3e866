"""How pictures look: one style, and one colour and marker a row in all pictures of a board."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import seaborn as sns
from matplotlib import style
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from leaderboard.frame import CEILING, FLOOR

Colour = tuple[float, float, float]

MARKERS = "o^DvPX<>"
HARD_TO_SEE = (6, 7, 8)
"""Places in seaborn's palette of a pink and a yellow that are lost on white, and of a grey, which is the floor's."""
DPI = 120


@dataclass(frozen=True)
class Look:
    """Colour and marker of a row."""

    colour: Colour
    marker: str


def looks_of(rows: Iterable[str]) -> dict[str, Look]:
    """Give every row its colour and marker.

    Examples
    --------
    >>> looks = looks_of(["gru", "ridge", "mean"])
    >>> looks["gru"].marker, looks["ridge"].marker, looks["mean"].marker
    ('o', '^', 's')
    """
    palette = [colour for place, colour in enumerate(sns.color_palette("colorblind")) if place not in HARD_TO_SEE]
    looks = {
        row: Look(palette[number % len(palette)], MARKERS[number % len(MARKERS)])
        for number, row in enumerate(sorted(set(rows) - {FLOOR, CEILING}))
    }
    return looks | {FLOOR: Look((0.45, 0.45, 0.45), "s"), CEILING: Look((0.0, 0.0, 0.0), "*")}


def look_of(label: str, looks: Mapping[str, Look]) -> Look:
    """Look of a line, whatever mark its label carries behind the name of its row.

    Examples
    --------
    >>> looks = looks_of(["gru", "tcn"])
    >>> look_of("tcn (1 of 2, source 0123ab)", looks) == looks["tcn"]
    True
    """
    return looks[label] if label in looks else looks[label.rpartition(" (")[0]]  # a setting may hold " (" as well


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the board's style, and leave matplotlib's settings as they were."""
    ours: dict[str, Any] = {
        "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every machine
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.labelsize": 9,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 8,
        "figure.titlesize": 11,
        "axes.titley": 1.0,  # matplotlib would measure every tick label to place a title above it
        "axes.edgecolor": "0.6",
        "grid.color": "0.9",
    }
    with style.context(["default", {**sns.axes_style("whitegrid"), **ours}]):
        yield


def frame(
    figure: Figure,
    left: float,
    right: float,
    bottom: float,
    top: float,
    wspace: float = 0.2,
    hspace: float = 0.2,
) -> None:
    """Set the margins of a figure, which costs nothing beside letting matplotlib search for them."""
    width, height = figure.get_size_inches()
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height, wspace, hspace)
    figure.suptitle(figure.get_suptitle(), y=1 - 0.1 / height)


def ratio_axis(axis: Axis, low: float, high: float) -> None:
    """Make the axis of an error relative to the ceiling: logarithmic, with round numbers that do not collide."""
    span = math.log10(high / low)
    fine = (1, 1.1, 1.2, 1.5, 2, 3, 5) if span < 0.45 else (1, 1.5, 2, 3, 5)
    steps = fine if span < 0.9 else (1, 2, 5) if span < 2.2 else (1,)
    ticks = [step * 10.0**power for power in range(-3, 9) for step in steps if low <= step * 10.0**power <= high]
    if axis is axis.axes.xaxis:
        axis.axes.set_xscale("log")
    else:
        axis.axes.set_yscale("log")
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)


def text_width(text: str, size: float = 8.0) -> float:
    """Room that a text takes, a little more than it needs.

    Examples
    --------
    >>> round(text_width("inception_time"), 2)
    1.01
    """
    return 0.65 * size / 72.0 * len(text)  # the mean letter of DejaVu Sans is 0.6 of its size wide


def save(figure: Figure, path: Path) -> Path:
    """Write a picture, the same bytes for the same drawing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    # The usual level 6 takes twice as long for a tenth of the size.
    figure.savefig(path, dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    return path
