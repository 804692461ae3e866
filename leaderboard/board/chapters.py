"""Chapters of the board: what is said and drawn of several tasks together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bench.task import Task
from leaderboard.board.page import Chapter
from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.overview import overview_text, overviews
from leaderboard.comparison.shifts import remedies_text, shifts_of
from leaderboard.pictures.accuracy_cost import draw_accuracy_cost
from leaderboard.pictures.looks import Look, save
from leaderboard.pictures.overview import draw_overview
from leaderboard.pictures.ratios import draw_ratio_map
from leaderboard.tables import Table


def overview_chapters(
    found: Sequence[Evidence], tasks: Mapping[str, Task], looks: Mapping[str, Look], out: Path
) -> list[Chapter]:
    """Compare rows over the core tasks, and draw it with every other task beside them."""
    core = sorted(name for name, task in tasks.items() if task.core)
    compared = overviews(found, set(core))
    endings = _endings([overview.preset for overview in compared])
    chapters = []
    for overview, ending in zip(compared, endings, strict=True):
        tables = [evidence.table for evidence in found]
        tables = [table for table in tables if (table.preset, table.sizes) == (overview.preset, overview.sizes)]
        compared_on = [table for table in tables if table.task in overview.tasks]
        drawn = {
            "Overview": ("overview", draw_overview(overview, looks)),
            "Every row on every task": ("ratios", draw_ratio_map(tables, core, overview.rows)),
            "Accuracy against cost": ("accuracy_cost", draw_accuracy_cost(overview, compared_on, looks)),
        }
        pictures = {
            shown: save(figure, out / f"{stem}{ending}.png").name for shown, (stem, figure) in drawn.items() if figure
        }
        chapters.append(Chapter("Overview" + f", {overview.preset}" * bool(ending), overview_text(overview), pictures))
    return chapters


def shift_chapters(found: Sequence[Table], tasks: Mapping[str, Task]) -> list[Chapter]:
    """Show what remedies recover of what sampling shift costs."""

    def sizes_of(table: Table) -> tuple[str, list[tuple[str, int]]]:
        return table.preset, sorted(table.sizes.items())

    groups = [list(members) for _, members in groupby(sorted(found, key=sizes_of), key=sizes_of)]
    chapters = []
    for members, ending in zip(groups, _endings([group[0].preset for group in groups]), strict=True):
        text = "\n\n".join(remedies_text(shifts_of(tasks), {table.task: table for table in members}))
        if text:
            chapters.append(Chapter("Sampling and prefix" + f", {members[0].preset}" * bool(ending), text))
    return chapters


def _endings(presets: Sequence[str]) -> list[str]:
    """End of the names of each preset's pictures: nothing for the only one."""
    if len(presets) == 1:
        return [""]
    numbers = [presets[:place].count(preset) + 1 for place, preset in enumerate(presets)]
    return [f"_{preset}" + f"_{n}" * (n > 1) for preset, n in zip(presets, numbers, strict=True)]
