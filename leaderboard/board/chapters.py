"""Chapters of the board: what is said and drawn of several tasks together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

from matplotlib.figure import Figure

from bench.task import Task
from leaderboard.board.page import Chapter
from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.overview import Overview, overview_text, overviews
from leaderboard.comparison.shifts import remedies_text, shift_grid, shifts_of
from leaderboard.pictures.accuracy_cost import draw_accuracy_cost
from leaderboard.pictures.curves import draw_interval_curves, draw_prefix_curves
from leaderboard.pictures.looks import Look, save
from leaderboard.pictures.overview import draw_overview
from leaderboard.tables import Table

Draw = Callable[[], Figure | None]


def overview_chapters(
    found: Sequence[Evidence], tasks: Mapping[str, Task], looks: Mapping[str, Look], out: Path
) -> list[Chapter]:
    """Compare rows over the core tasks, and draw it."""
    compared = overviews(found, {name for name, task in tasks.items() if task.core})
    endings = _endings([overview.preset for overview in compared])
    return [
        Chapter(
            "Overview" + f", {overview.preset}" * bool(ending),
            overview_text(overview),
            _pictures(
                {
                    "Overview": ("overview", partial(draw_overview, overview, looks)),
                    "Accuracy against cost": (
                        "accuracy_cost",
                        partial(draw_accuracy_cost, overview, _tables_of(overview, found), looks),
                    ),
                },
                ending,
                out,
            ),
        )
        for overview, ending in zip(compared, endings, strict=True)
    ]


def shift_chapters(
    found: Sequence[Table], tasks: Mapping[str, Task], looks: Mapping[str, Look], out: Path
) -> list[Chapter]:
    """Show what sampling shift costs, and what remedies recover."""

    def sizes_of(table: Table) -> tuple[str, list[tuple[str, int]]]:
        return table.preset, sorted(table.sizes.items())

    groups = [list(members) for _, members in groupby(sorted(found, key=sizes_of), key=sizes_of)]
    chapters = []
    for members, ending in zip(groups, _endings([group[0].preset for group in groups]), strict=True):
        tables = {table.task: table for table in members}
        places = {at: name for at, name in shift_grid(tasks).items() if name in tables}
        grid = {at: tables[name] for at, name in places.items()}
        trained_s = min((tasks[name].train[0].interval_s for name in places.values()), default=0.0)
        draws: dict[str, tuple[str, Draw]] = {
            "Scores against the test interval": (
                "curves_interval",
                partial(draw_interval_curves, grid, trained_s, looks),
            ),
            "Scores against the prefix": ("curves_prefix", partial(draw_prefix_curves, grid, trained_s, looks)),
        }
        pictures = _pictures(draws, ending, out)
        text = "\n\n".join(remedies_text(shifts_of(tasks), tables))
        if pictures or text:
            chapters.append(Chapter("Sampling and prefix" + f", {members[0].preset}" * bool(ending), text, pictures))
    return chapters


def _tables_of(overview: Overview, found: Sequence[Evidence]) -> list[Table]:
    """Tables of the tasks that an overview compares."""
    tables = [evidence.table for evidence in found if evidence.table.task in overview.tasks]
    return [table for table in tables if (table.preset, table.sizes) == (overview.preset, overview.sizes)]


def _endings(presets: Sequence[str]) -> list[str]:
    """End of the names of each preset's pictures: nothing for the only one."""
    if len(presets) == 1:
        return [""]
    numbers = [presets[:place].count(preset) + 1 for place, preset in enumerate(presets)]
    return [f"_{preset}" + f"_{n}" * (n > 1) for preset, n in zip(presets, numbers, strict=True)]


def _pictures(draws: Mapping[str, tuple[str, Draw]], ending: str, out: Path) -> dict[str, str]:
    """Draw and save what there is to draw."""
    drawn = {shown: (stem, draw()) for shown, (stem, draw) in draws.items()}
    return {shown: save(figure, out / f"{stem}{ending}.png").name for shown, (stem, figure) in drawn.items() if figure}
