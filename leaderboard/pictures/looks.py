"""How pictures look: one style, and one colour and mark a row in all pictures of every board."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import seaborn as sns
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from bench.errors import BenchError
from leaderboard.families import FAMILIES, Declared
from leaderboard.frame import CEILING

BLUE, ORANGE = sns.color_palette("colorblind")[:2]
"""Colours where there are no rows to tell apart."""
BAND = "0.9"
"""Grey of what lies behind the curves."""
DPI = 120
SMOOTH_LINSCALE = (1.0 - 1.0 / 10.0) / math.log(10.0)
"""Length of the linear part of matplotlib's symlog axis at which a curve has no kink where the logarithmic begins."""


@dataclass(frozen=True)
class Look:
    """Colour and mark of a row: those of its family, hollow where it saw one interval in training."""

    colour: str
    marker: str
    hollow: bool = False

    @property
    def marks(self) -> dict[str, Any]:
        """What matplotlib calls them."""
        return {"color": self.colour, "marker": self.marker, "mfc": "white" if self.hollow else self.colour}


CEILINGS_LOOK = Look("#000000", "*")


def looks_of(rows: Iterable[str], declared: Mapping[str, Declared] = MappingProxyType({})) -> dict[str, Look]:
    """Give every row the look that belongs to it, whatever rows stand beside it.

    Examples
    --------
    >>> looks = looks_of(["gru", "laplace"], {"gru": Declared("", "learned", "one")})
    >>> looks["gru"].marker, looks["gru"].hollow, looks["laplace"].marker
    ('^', True, 'v')
    """
    looks = {}
    for row in {*rows, CEILING}:
        own = declared.get(row, Declared())
        family = FAMILIES[own.family]
        looks[row] = Look(family.light, family.marker, own.hollow or not own.family)
    return looks | {CEILING: CEILINGS_LOOK}


def look_of(label: str, looks: Mapping[str, Look]) -> Look:
    """Look of a line, whatever mark its label carries behind the name of its row.

    Examples
    --------
    >>> looks = looks_of(["gru", "tcn"])
    >>> look_of("tcn (1 of 2, source 0123ab)", looks) == looks["tcn"]
    True
    """
    return looks[label] if label in looks else looks[label.rpartition(" (")[0]]  # a setting may hold " (" as well


def named(row: str, most: int = 48) -> str:
    """Name of a row as a picture has room for it: one with many settings is left its beginning and its end.

    Examples
    --------
    >>> named("gru"), named("net(width=16,layers=2,epochs=40)", 17)
    ('gru', 'net(width=…hs=40)')
    """
    if len(row) <= most:
        return row
    end = most * 2 // 5
    return f"{row[: most - end - 1]}…{row[-end:]}"


def numbered(labels: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Number rows that one picture overlays, as a mark and a label: a look is shared by a family.

    Examples
    --------
    >>> numbered(["tcn", "gru"])["gru"]
    ('$2$', '2 gru')
    """
    return {label: (f"${number}$", f"{number} {named(label)}") for number, label in enumerate(labels, start=1)}


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart and keep their order.

    Examples
    --------
    >>> spread([5.0, 5.0, 50.0], 10.0, 0.0, 100.0)
    [0.0, 10.0, 50.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [places[i] for i in order]
    for _ in range(60):
        for k in range(1, len(moved)):
            lacks = gap - (moved[k] - moved[k - 1])
            if lacks > 0:
                moved[k - 1], moved[k] = moved[k - 1] - lacks / 2, moved[k] + lacks / 2
    for k in range(len(moved) - 1, -1, -1):
        moved[k] = min(moved[k], high if k == len(moved) - 1 else moved[k + 1] - gap)
    for k in range(len(moved)):
        moved[k] = max(moved[k], low if k == 0 else moved[k - 1] + gap)
    back = dict(zip(order, moved, strict=True))
    return [back[i] for i in range(len(places))]


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


def family_key(looks: Iterable[Look]) -> list[Line2D]:
    """What the looks of rows mean, of those that were drawn."""
    drawn = set(looks)
    markers = {look.marker for look in drawn}
    key = [
        Line2D([], [], ls="", color=family.light, marker=family.marker, label=family.name)
        for family in FAMILIES.values()
        if family.marker in markers
    ]
    hollow = Line2D([], [], ls="", marker="o", color="0.3", mfc="white", label="hollow: trained at one interval")
    return [*key, *[hollow] * any(look.hollow for look in drawn)]


def legend(figure: Figure, columns: int = 5, handles: Sequence[Artist] = (), note: str = "") -> None:
    """Put below a figure what all its panels name, each once, or what is given, under a note."""
    for ax in () if handles else figure.axes:
        handles = [*handles, *ax.get_legend_handles_labels()[0]]
    named = {handle.get_label(): handle for handle in reversed(handles)}
    shown = [*reversed(named.values())]
    below = figure.legend(handles=shown, loc="outside lower center", ncols=min(columns, len(shown)), title=note)
    below.get_title().set_color("0.3")


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


def check_picture(path: Path) -> None:
    """Refuse a picture that is no .png."""
    if path.suffix.lower() != ".png":
        raise BenchError(f"picture '{path}': name must end in .png, got '{path.name}'. Write {path.stem}.png.")


def save(figure: Figure, path: Path) -> Path:
    """Write a picture, the same bytes for the same drawing."""
    check_picture(path)
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
