"""Picture of the overview: every row's ratio to the ceiling over the core tasks, with interval and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from leaderboard.comparison.overview import Overview, place_text
from leaderboard.comparison.standing import Placed
from leaderboard.pictures.looks import Look, family_key, legend, look_of, named, ratio_axis, write_beside
from leaderboard.wording import SHOWN, Shown, ratio_text

MONOSPACED = "DejaVu Sans Mono"
"""Letters of numbers that stand in columns."""


def draw_overview(overview: Overview, looks: Mapping[str, Look]) -> Figure | None:
    """Draw the overview."""
    rows = overview.rows
    if not rows:
        return None
    outside = [row for row, _ in overview.outside]
    n_rows = len(rows) + len(outside)
    figure = Figure(figsize=(13.0, 1.8 + 0.28 * n_rows), layout="constrained")
    axes = figure.subplots(1, len(SHOWN), sharey=True)
    for ax, shown, results in zip(axes, SHOWN, zip(*overview.results.values(), strict=True), strict=True):
        _panel(ax, results, outside, shown, looks)
    axes[0].set_yticks(range(n_rows), [named(row) for row in (*rows, *outside)])
    axes[0].set_ylim(n_rows - 0.5, -0.5)
    figure.suptitle(f"RMSE / ceiling over {len(overview.tasks)} core tasks: {overview.preset}, {_what(overview)}")
    legend(figure, 7, family_key(look_of(row, looks) for row in rows), _note(overview))
    return figure


def _panel(ax: Axes, results: Sequence[Placed], outside: list[str], shown: Shown, looks: Mapping[str, Look]) -> None:
    """Ratios of one target, and beside each its number and place."""
    for place, result in enumerate(results):
        look, beyond = look_of(result.row, looks), [[result.ratio - result.low], [result.high - result.ratio]]
        ax.errorbar(result.ratio, place, xerr=beyond, fmt="", **look.marks, ms=7, elinewidth=2.0)
    ax.axvline(1.0, color="0", linewidth=1.0, linestyle=":")
    low, high = min(1.0, *(row.low for row in results)), max(1.5, *(row.high for row in results))
    ax.set_xlim(low / (high / low) ** 0.05, high * (high / low) ** 0.05)
    ratio_axis(ax.xaxis)
    cells = [(ratio_text(row.ratio), place_text(row.place) if row.place else "") for row in results]
    heading = ("ratio", "place" if results[0].place else "")
    first, *texts = (f"{ratio:>5}  {place:>5}".rstrip() for ratio, place in [heading, *cells])
    write_beside(ax, [*texts, *["outside"] * len(outside)], MONOSPACED)
    ax.annotate(
        first, (1, 1), (4, 4), xycoords="axes fraction", textcoords="offset points", family=MONOSPACED, color="0.3"
    )
    ax.set_title(shown.formula)
    ax.set_xlabel("RMSE / ceiling, 1 is the best possible")
    ax.grid(axis="y", visible=False)


def _what(overview: Overview) -> str:
    """Seeds of an overview."""
    return f"{len(overview.seeds)} seeds" if len(overview.seeds) > 1 else "1 seed"


def _note(overview: Overview) -> str:
    """What the bars are."""
    if overview.cases_only:
        return "bars: 95 % intervals, cases only (one seed says nothing about another training)"
    return "marks: the middle fit; bars: the range of the fits, with 95 % intervals over cases"
