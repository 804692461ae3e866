"""The overview: rows over all core tasks together, relative to the ceiling."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.comparison.errors import Errors
from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.standing import (
    Placed,
    Standing,
    errors_needed,
    lengthening,
    pairs_of,
    scatter_shares,
    stand,
)
from leaderboard.tables import Place, Table, of_same_sizes
from leaderboard.wording import SHOWN, code_span, grid, ratio_text, seeds_text

MEANING = """\
RMSE relative to the exact posterior's, geometric mean over the core tasks: 1 is the best possible. Of a row's fits,
one a seed, it is the middle one's. **both** is the geometric mean over the targets and gives the order."""
ONE_SEED = """\
**Cases only**: with one seed the intervals hold for these very fits, not for the methods, and there are no places."""


@dataclass(frozen=True)
class Overview:
    """Rows over all core tasks of one preset."""

    preset: str
    sizes: dict[str, int]
    tasks: tuple[str, ...]
    seeds: tuple[int, ...]
    standings: tuple[Standing, ...]
    outside: tuple[tuple[str, str], ...]

    @property
    def results(self) -> dict[str, list[Placed]]:
        """Ranked rows with their result of each target, by the geometric mean of the ratio over targets."""
        of_targets = [{row.row: row for row in standing.rows} for standing in self.standings]
        rows = {name: [rows[name] for rows in of_targets] for name in (of_targets[0] if of_targets else ())}
        return dict(sorted(rows.items(), key=lambda row: (both(row[1]), row[0])))

    @property
    def cases_only(self) -> bool:
        """Whether there is one seed: all that is said then holds for these very fits."""
        return len(self.seeds) == 1

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


def both(rows: Sequence[Placed]) -> float:
    """Geometric mean over targets of a row's ratio."""
    return math.prod(row.ratio for row in rows) ** (1.0 / len(rows))


def overview_text(overview: Overview) -> str:
    """Write the overview."""
    tasks = ", ".join(f"`{task}`" for task in overview.tasks)
    parts = [f"Core tasks: {tasks}. Preset {overview.preset}; {seeds_text(overview.seeds)}."]
    if overview.standings:
        parts += [MEANING, *how_compared(overview)[:2], _ranking(overview), *how_compared(overview)[2:]]
    else:
        parts.append("No row has every core task.")
    if overview.outside:
        rows = [[code_span(row), reason] for row, reason in overview.outside]
        parts += ["Outside the ranking:", grid(["row", "why"], rows, "l")]
    return "\n\n".join(parts)


def how_compared(overview: Overview) -> list[str]:
    """Say what intervals are, when a row stands above another, and how many pairs were told apart."""
    rule = ONE_SEED if overview.cases_only else rule_text(overview)
    found = [] if overview.cases_only or len(overview.rows) < 2 else [found_text(overview)]
    return [interval_text(len(overview.seeds)), rule, *found]


def interval_text(n_seeds: int) -> str:
    """Say what the interval of a row is.

    Examples
    --------
    >>> interval_text(5)
    '**95 %** is the range of the fits, each with its interval over test cases.'
    """
    text = "**95 %** is the range of the fits, each with its interval over test cases"
    share = lengthening(n_seeds)
    longer = f"; {n_seeds} fits may agree by chance, so it is longer by {_times(share, 'that range')} on either side"
    return text + longer * (n_seeds > 1 and share > 0) + "."


def rule_text(overview: Overview) -> str:
    """Say when a row stands above another."""
    n_seeds, n_pairs = len(overview.seeds), pairs_of(len(overview.rows))
    return (
        "**place** is the best and the worst that the rows above and below leave. A row stands above another if its "
        "worst fit beats the other's best on the same cases by more than the choice of cases can explain "
        f"({errors_needed(n_pairs):.2f} standard errors: 5 % over {n_pairs} pairs), and by more than either row's fits "
        f"scatter ({_times(scatter_shares(n_seeds), 'their range')})."
    )


def found_text(overview: Overview) -> str:
    """Say how many pairs were told apart, how many of them luck may have, and whom places are of."""
    texts = [
        f"{shown.symbol}: in {each.n_found} of {each.n_pairs} pairs one row stands above the other, at most "
        f"{each.luck:.1g} of them by luck with seeds: places are of "
        f"{'the methods' if each.of_methods else 'these fits, not of the methods'}."
        for shown, each in zip(SHOWN, overview.standings, strict=True)
    ]
    return " ".join(texts)


def _times(share: float, what: str) -> str:
    """Say how many times something.

    Examples
    --------
    >>> _times(1.0, "their range"), _times(0.5, "their range"), _times(2.0, "their range")
    ('their range', 'half their range', '2 times their range')
    """
    return {1.0: what, 0.5: f"half {what}"}.get(share, f"{share:.2g} times {what}")


def _ranking(overview: Overview) -> str:
    """Table of the ranked rows."""
    ranked = not overview.cases_only
    heading = ["row", "both"]
    for shown in SHOWN:
        interval = "95 %" if ranked else "95 %, cases only"
        heading += [f"{shown.symbol} RMSE / ceiling", interval, *["place"] * ranked]
    cells = []
    for name, rows in overview.results.items():
        cells.append([code_span(name), ratio_text(both(rows)), *(text for row in rows for text in _row_cells(row))])
    return grid(heading, cells, "lr")


def _row_cells(row: Placed) -> list[str]:
    """Cells of one row and target."""
    cells = [ratio_text(row.ratio), f"{ratio_text(row.low)}..{ratio_text(row.high)}"]
    return [*cells, place_text(row.place)] if row.place else cells


def place_text(place: tuple[int, int]) -> str:
    """Print the best and the worst place.

    Examples
    --------
    >>> place_text((1, 3)), place_text((2, 2))
    ('1-3', '2')
    """
    return str(place[0]) if place[0] == place[1] else f"{place[0]}-{place[1]}"


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
    standings = tuple(
        stand(Errors(names, np.stack([errors[row][..., i] for row in names]), ceiling[..., i]))
        for i in range(len(SHOWN) if names else 0)
    )
    table = tasks[0].table
    tasks_named = tuple(task.table.task for task in tasks)
    return Overview(table.preset, table.sizes, tasks_named, seeds, standings, tuple(sorted(outside)))


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
