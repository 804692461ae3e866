"""The overview: rows over all core tasks together, relative to the ceiling."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.comparison.comparisons import Comparison, RowResult, compare
from leaderboard.comparison.estimates import Errors
from leaderboard.comparison.evidence import Evidence
from leaderboard.tables import Place, Table, of_same_sizes
from leaderboard.wording import SHOWN, code_span, grid, ratio_text, seeds_text

MEANING = """\
RMSE relative to the exact posterior's, geometric mean over the core tasks and seeds: 1 leaves nothing to gain. **95 %**
is its interval. **both** is the geometric mean over the targets and gives the order."""
PLACES = """\
Intervals are over test cases and seeds. **place** is every place that no separated pair contradicts (Holm over all
pairs, 5 %), and rows that share a letter of **tie** are not separated. An interval is of one row alone, places hold for
all pairs at once: rows whose intervals lie apart may still share a letter."""
ONE_SEED = """\
**Cases only**: with one seed the intervals hold for these very fits, not for the methods, and there are no places."""


@dataclass(frozen=True)
class Overview:
    """Rows over all core tasks of one preset."""

    preset: str
    sizes: dict[str, int]
    tasks: tuple[str, ...]
    seeds: tuple[int, ...]
    comparisons: tuple[Comparison, ...]
    outside: tuple[tuple[str, str], ...]

    @property
    def results(self) -> dict[str, list[RowResult]]:
        """Ranked rows with their result of each target, by the geometric mean of the ratio over targets."""
        of_targets = [{row.row: row for row in comparison.rows} for comparison in self.comparisons]
        rows = {name: [rows[name] for rows in of_targets] for name in (of_targets[0] if of_targets else ())}
        return dict(sorted(rows.items(), key=lambda row: (both(row[1]), row[0])))

    @property
    def places(self) -> list[Place]:
        """Places of the tables that are compared."""
        return [(task, self.preset, tuple(sorted(self.sizes.items()))) for task in self.tasks]

    @property
    def rows(self) -> list[str]:
        """Names of the ranked rows."""
        return list(self.results)


def overviews(tables: Sequence[Evidence], core: Collection[str]) -> list[Overview]:
    """Compare rows over all core tasks."""
    evidence = {each.table.place: each for each in tables}
    compared = []
    for alike in of_same_sizes([each.table for each in tables]):
        tasks = {table.task: evidence[table.place] for table in alike if table.task in core}
        if core and set(tasks) == set(core) and _same_cases(list(tasks.values())):
            compared.append(_overview([tasks[name] for name in sorted(tasks)]))
    return compared


def both(rows: Sequence[RowResult]) -> float:
    """Geometric mean over targets of a row's ratio."""
    return math.prod(row.ratio for row in rows) ** (1.0 / len(rows))


def overview_text(overview: Overview) -> str:
    """Write the overview."""
    tasks = ", ".join(f"`{task}`" for task in overview.tasks)
    parts = [f"Core tasks: {tasks}. Preset {overview.preset}; {seeds_text(overview.seeds)}."]
    if overview.comparisons:
        parts += [MEANING, ONE_SEED if overview.comparisons[0].cases_only else PLACES, _ranking(overview)]
        parts += [detectable_text(overview)] * (len(overview.rows) > 1)
    else:
        parts.append("No row has every core task.")
    if overview.outside:
        rows = [[code_span(row), reason] for row, reason in overview.outside]
        parts += ["Outside the ranking:", grid(["row", "why"], rows, "l")]
    return "\n\n".join(parts)


def detectable_text(overview: Overview) -> str:
    """Say what a run could have seen."""
    ratios = [
        f"{ratio_text(comparison.detectable_ratio)} for {shown.symbol}"
        for shown, comparison in zip(SHOWN, overview.comparisons, strict=True)
    ]
    return (
        "Smallest ratio between two rows that this run would have separated 4 times in 5, median over pairs: "
        f"{', '.join(ratios)}. Rows closer than that may well differ."
    )


def _ranking(overview: Overview) -> str:
    """Table of the ranked rows."""
    ranked = not overview.comparisons[0].cases_only
    heading = ["row", "both"]
    for shown in SHOWN:
        heading += [
            f"{shown.symbol} RMSE / ceiling",
            "95 %" if ranked else "95 %, cases only",
            *["place", "tie"] * ranked,
        ]
    cells = []
    for name, rows in overview.results.items():
        cells.append([code_span(name), ratio_text(both(rows)), *(text for row in rows for text in _row_cells(row))])
    return grid(heading, cells, "lr")


def _row_cells(row: RowResult) -> list[str]:
    """Cells of one row and target."""
    cells = [ratio_text(row.ratio), f"{ratio_text(row.low)}..{ratio_text(row.high)}"]
    return cells if row.rank is None else [*cells, place_text(row.rank), row.groups]


def place_text(rank: tuple[int, int]) -> str:
    """Print a rank interval.

    Examples
    --------
    >>> place_text((1, 3)), place_text((2, 2))
    ('1-3', '2')
    """
    return str(rank[0]) if rank[0] == rank[1] else f"{rank[0]}-{rank[1]}"


def _same_cases(tasks: list[Evidence]) -> bool:
    """Whether all tasks have a ceiling, on the same cases."""
    return all(task.ceiling is not None and np.array_equal(task.truth, tasks[0].truth) for task in tasks)


def _overview(tasks: list[Evidence]) -> Overview:
    """Compare the rows that have every task, and say why the others are outside."""
    common = {row: _common_seeds(row, tasks) for row in _rows(tasks)}
    counted = Counter(seeds for seeds in common.values() if seeds)
    # The seeds that most rows share; where two sets are as common, the larger one.
    seeds = max(counted, key=lambda each: (counted[each], len(each), each)) if counted else ()
    ranked = {row: common[row] for row in common if seeds and set(seeds) <= set(common[row])}
    outside = [(row, _why(row, tasks, common[row], seeds)) for row in common if row not in ranked]
    errors = {
        row: np.stack([task.errors[row][[_seeds(task, row).index(seed) for seed in seeds]] for task in tasks], axis=1)
        for row in ranked
    }  # (seed, task, case, target)
    perfect = [row for row, values in errors.items() if not values.any(axis=2).all()]
    outside += [(row, "its error is exactly 0 on a core task: look for a leak") for row in perfect]
    names = tuple(row for row in errors if row not in perfect)
    ceiling = np.stack([task.ceiling for task in tasks if task.ceiling is not None])
    comparisons = tuple(
        compare(Errors(names, np.stack([errors[row][..., i] for row in names]), ceiling[..., i]))
        for i in range(len(SHOWN) if names else 0)
    )
    table = tasks[0].table
    tasks_named = tuple(task.table.task for task in tasks)
    return Overview(table.preset, table.sizes, tasks_named, seeds, comparisons, tuple(sorted(outside)))


def _rows(tasks: list[Evidence]) -> list[str]:
    """Labels of all lines with fresh scores, and names of the rows that have none in any task."""
    labels = {label for task in tasks for label in task.errors}
    named = {line.row for task in tasks for line in task.table.lines if line.label in labels}
    bare = {line.row for task in tasks for line in task.table.lines if line.role != "ceiling"} - named
    return sorted(labels | bare)


def _seeds(task: Evidence, label: str) -> list[int]:
    """Seeds of a line, in the order of its errors."""
    return [record.seed for line in task.table.lines if line.label == label for record in line.scored]


def _common_seeds(label: str, tasks: list[Evidence]) -> tuple[int, ...]:
    """Seeds that a line has in every task."""
    sets = [set(_seeds(task, label)) if label in task.errors else set() for task in tasks]
    return tuple(sorted(set.intersection(*sets)))


def _why(label: str, tasks: list[Evidence], own: tuple[int, ...], seeds: tuple[int, ...]) -> str:
    """Why a row is outside the ranking."""
    missing = {task.table.task: _status(task.table, label) for task in tasks if label not in task.errors}
    if len(missing) == len(tasks) and len(set(missing.values())) == 1:
        return f"no score on any core task ({next(iter(missing.values()))})"
    if missing:
        return f"no score on {', '.join(f'{task} ({status})' for task, status in missing.items())}"
    lacking = [str(seed) for seed in seeds if seed not in own]
    return f"no score with seed {', '.join(lacking)} on every core task"


def _status(table: Table, label: str) -> str:
    """Status of a row in a table where it has no fresh errors."""
    statuses = [line.status for line in table.lines if label in (line.label, line.row)]
    return "; ".join(statuses) if statuses else "not planned"
