"""How pictures look: one style, and one colour and marker a row in all pictures of a board."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import seaborn as sns
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from leaderboard.lines import CEILING, FLOOR

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

    Parameters
    ----------
    rows : iterable of str
        Names of all rows of a board, in any order.

    Returns
    -------
    dict
        Row to look; the pairs repeat after 56 rows. The floor is grey and the ceiling black.

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


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the board's style, and leave matplotlib's settings as they were.

    Yields
    ------
    None
        Nothing.
    """
    ours: dict[str, Any] = {
        "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every machine
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.labelsize": 9,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 8,
        "figure.titlesize": 11,
        "axes.edgecolor": "0.6",
        "grid.color": "0.9",
    }
    with style.context(["default", {**sns.axes_style("whitegrid"), **ours}]):
        yield


def save(figure: Figure, path: Path) -> Path:
    """Write a picture, the same bytes for the same drawing.

    Parameters
    ----------
    figure : Figure
        Drawn within ``drawing``.
    path : Path
        A ``.png`` file; its folder is made if missing.

    Returns
    -------
    Path
        The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path
