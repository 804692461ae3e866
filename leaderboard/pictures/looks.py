"""How pictures look: one style, and one colour and marker a row in all pictures of a board."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import seaborn as sns
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from bench.errors import BenchError
from leaderboard.frame import CEILING, FLOOR

Colour = tuple[float, float, float]

MARKERS = "o^DvPX<>"
HARD_TO_SEE = (6, 7, 8)
"""Places in seaborn's palette of a pink and a yellow that are lost on white, and of a grey, which is the floor's."""
BLUE, ORANGE = sns.color_palette("colorblind")[:2]
"""Colours where there are no rows to tell apart."""
BAND = "0.9"
"""Grey of what lies behind the curves."""
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
        "font.size": 8,
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "axes.labelsize": 9,
        "axes.edgecolor": "0.6",
        "figure.titlesize": 11,
        "figure.labelsize": 9,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "grid.color": "0.9",
        "legend.frameon": False,
        "lines.markersize": 5,
    }
    with style.context(["default", {**sns.axes_style("whitegrid"), **ours}]):
        yield


def legend(figure: Figure, columns: int = 5, handles: Sequence[Artist] = ()) -> None:
    """Put below a figure what all its panels name, each once, or what is given."""
    for ax in () if handles else figure.axes:
        handles = [*handles, *ax.get_legend_handles_labels()[0]]
    named = {handle.get_label(): handle for handle in reversed(handles)}
    shown = [*reversed(named.values())]
    figure.legend(handles=shown, loc="outside lower center", ncols=min(columns, len(shown)))


def write_beside(ax: Axes, texts: Sequence[str], family: str = "DejaVu Sans") -> None:
    """Write a text right of every line of a panel whose lines lie at 0, 1, 2 and so on."""
    right = ax.secondary_yaxis("right")
    right.set_yticks(range(len(texts)), texts, family=family)
    right.tick_params(length=0)


def ratio_axis(axis: Axis) -> None:
    """Make the axis of an error relative to the ceiling: logarithmic, with round numbers that do not collide."""
    axis.axes.set(**{"xscale" if axis is axis.axes.xaxis else "yscale": "log"})
    low, high = axis.get_view_interval()
    span = math.log10(high / low)
    fine = (1, 1.1, 1.2, 1.5, 2, 3, 5) if span < 0.45 else (1, 1.5, 2, 3, 5)
    steps = fine if span < 0.9 else (1, 2, 5) if span < 2.2 else (1,)
    axis.set_major_locator(LogLocator(subs=steps, numticks=99))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def save(figure: Figure, path: Path) -> Path:
    """Write a picture, the same bytes for the same drawing."""
    FigureCanvasAgg(figure)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The usual level 6 takes twice as long for a tenth of the size.
        figure.savefig(path, dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    except OSError as error:
        raise BenchError(
            f"picture '{path}': path must be a file that can be written, got: {error.strerror}. Name another folder."
        ) from error
    return path
