"""Picture of the overview: every row's ratio to the ceiling over the core tasks, with interval and tie group."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from leaderboard.comparison.comparisons import Comparison
from leaderboard.comparison.overview import Overview, place_text
from leaderboard.pictures.looks import Look, frame, look_of, ratio_axis, text_width
from leaderboard.wording import SHOWN, Shown, ratio_text

PANEL = 3.5
"""Width of a panel [inch]."""
COLUMNS = (0.07, 0.53, 0.95)
"""Where numbers begin beside a panel [inch]."""


def draw_overview(overview: Overview, looks: Mapping[str, Look]) -> Figure | None:
    """Draw the overview."""
    rows = overview.rows
    if not rows:
        return None
    left = 0.3 + max(text_width(row) for row in [*rows, *(row for row, _ in overview.outside)])
    n_rows = len(rows) + len(overview.outside)
    height = 1.55 + 0.3 * n_rows
    ties = [row.groups for comparison in overview.comparisons for row in comparison.rows]
    beside = COLUMNS[-1] + max(map(text_width, [*ties, "tie"])) + 0.15
    figure = Figure(figsize=(left + len(SHOWN) * (PANEL + beside), height))
    axes = figure.subplots(1, len(SHOWN), sharey=True)
    for ax, comparison, shown in zip(axes, overview.comparisons, SHOWN, strict=True):
        _panel(ax, comparison, rows, [row for row, _ in overview.outside], shown, looks)
    axes[0].set_yticks(range(n_rows), [*rows, *(row for row, _ in overview.outside)])
    axes[0].set_ylim(n_rows - 0.5, -0.5)
    figure.suptitle(f"RMSE / ceiling over {len(overview.tasks)} core tasks: {overview.preset}, {_what(overview)}")
    figure.text(0.5, 0.1 / height, _note(overview), ha="center", fontsize=8, color="0.3")
    frame(figure, left=left, right=beside, bottom=0.75, top=0.65, wspace=beside / PANEL)
    return figure


def _panel(
    ax: Axes, comparison: Comparison, rows: list[str], outside: list[str], shown: Shown, looks: Mapping[str, Look]
) -> None:
    """Ratios of one target."""
    found = {row.row: row for row in comparison.rows}
    at_right = blended_transform_factory(ax.transAxes, ax.transData)
    for place, name in enumerate(rows):
        row = found[name]
        look = look_of(name, looks)
        ax.plot([row.low, row.high], [place, place], color=look.colour, linewidth=2.0, solid_capstyle="butt")
        ax.plot([row.ratio], [place], marker=look.marker, color=look.colour, markersize=7)
        texts = (ratio_text(row.ratio), place_text(row.rank) if row.rank else "", row.groups)
        for column, text in zip(COLUMNS, texts, strict=True):
            ax.text(1 + column / PANEL, place, text, transform=at_right, va="center", fontsize=8)
    for place, _ in enumerate(outside, start=len(rows)):
        ax.text(
            1 + COLUMNS[0] / PANEL,
            place,
            "outside",
            transform=at_right,
            va="center",
            fontsize=8,
            style="italic",
            color="0.3",
        )
    ax.axvline(1.0, color="0", linewidth=1.0, linestyle=":")
    low = min(1.0, *(row.low for row in comparison.rows))
    high = max(1.5, *(row.high for row in comparison.rows))
    low, high = low / (high / low) ** 0.05, high * (high / low) ** 0.05
    ratio_axis(ax.xaxis, low, high)
    ax.set_xlim(low, high)
    for column, heading in zip(COLUMNS, ("ratio", "place", "tie"), strict=True):
        if heading == "ratio" or not comparison.cases_only:
            ax.text(1 + column / PANEL, 1.02, heading, transform=ax.transAxes, fontsize=7, color="0.3")
    ax.set_title(shown.formula)
    ax.set_xlabel("RMSE / ceiling, 1 = nothing left to gain")
    ax.grid(axis="y", visible=False)


def _what(overview: Overview) -> str:
    """Seeds of an overview."""
    return f"{len(overview.seeds)} seeds" if len(overview.seeds) > 1 else "1 seed"


def _note(overview: Overview) -> str:
    """What the bars are."""
    if overview.comparisons[0].cases_only:
        return "bars: 95 % intervals, cases only (one seed says nothing about another training)"
    return "bars: 95 % intervals over cases and seeds; rows that share a letter are not separated"
