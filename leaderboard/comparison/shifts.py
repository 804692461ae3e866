"""Shifts: which tasks form a grid of prefixes and intervals, and what the remedies of a sampling shift recover."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.tables import Line, Table
from leaderboard.wording import SHOWN, code_span, grid, ratio_text

NOTHING_LOST = 1.2
"""A shift that raises the ratio to the ceiling by less than this loses nothing worth recovering."""
REMEDIES_MEANING = f"""\
RMSE relative to the exact posterior's under the same test acquisition; in brackets the share of what the shift lost
that a remedy recovers, on a log scale: 0 % is no better than the shift itself, 100 % is as close to the ceiling as
without a shift, more is closer, and less than none is `worse`. No share is given where the shift multiplies the ratio
by less than {NOTHING_LOST}."""


@dataclass(frozen=True)
class Shift:
    """A task that moves the sampling interval only, the task that it moves from, and its remedies."""

    task: str
    base: str
    remedies: tuple[str, ...]


def shift_grid(tasks: Mapping[str, Task]) -> dict[tuple[float, float], str]:
    """Find the tasks that train at the finest interval and test at the same prefix, nothing else moved."""
    places: dict[tuple[float, float], str] = {}
    moved = {name: task for name, task in tasks.items() if _moves_interval_only(task)}
    finest = min((task.train[0].interval_s for task in moved.values()), default=0.0)
    for name in sorted(moved):
        train, test = moved[name].train[0], moved[name].test
        if train.interval_s == finest:
            places.setdefault((test.prefix_s, test.interval_s), name)
    return dict(sorted(places.items()))


def shifts_of(tasks: Mapping[str, Task]) -> list[Shift]:
    """Find every shift that has a remedy."""
    places = shift_grid(tasks)
    shifts = []
    for (prefix_s, _), name in places.items():
        shifted = tasks[name]
        base = places.get((prefix_s, shifted.train[0].interval_s))
        if base is None or base == name:
            continue
        remedies = [other for other, task in tasks.items() if other != name and _is_remedy(task, shifted)]
        if remedies:
            shifts.append(Shift(name, base, tuple(sorted(remedies, key=lambda other: _kind(tasks[other], shifted)))))
    return shifts


def remedies_text(shifts: list[Shift], tables: Mapping[str, Table]) -> list[str]:
    """Write what remedies recover."""
    parts: list[str] = []
    for shift in shifts:
        remedies = [name for name in shift.remedies if name in tables]
        if shift.task in tables and shift.base in tables and remedies:
            parts += [text for shown in SHOWN if (text := _remedies(shift, remedies, tables, shown.name, shown.symbol))]
    return [REMEDIES_MEANING, *parts] if parts else []


def line_of(table: Table, row: str) -> Line | None:
    """Find the fresh line of a row."""
    lines = [line for line in table.lines if line.row == row and line.scored and not line.stale]
    return lines[0] if len(lines) == 1 else None


def _moves_interval_only(task: Task) -> bool:
    """Whether training and test differ in nothing but the interval, and neither has any disturbance."""
    train = task.train[0]
    plain = train == Acquisition(train.prefix_s, train.interval_s)
    return (
        len(task.train) == 1
        and plain
        and task.train_world == task.test_world
        and _alike(task.test, train, "interval_s")
    )


def _alike(one: Acquisition, other: Acquisition, but: str) -> bool:
    """Whether two acquisitions are the same in everything but one value."""
    return type(one) is type(other) and {**vars(one), but: None} == {**vars(other), but: None}


def _is_remedy(task: Task, shifted: Task) -> bool:
    """Whether a task measures the same test traces as a shift, in the same worlds."""
    same = _alike(task.test, shifted.test, "resample_interval_s") and shifted.test.resample_interval_s == 0.0
    return same and (task.train_world, task.test_world) == (shifted.train_world, shifted.test_world)


def _kind(task: Task, shifted: Task) -> tuple[int, str]:
    """Order of remedies: trained like the test, trained on several, test traces resampled."""
    if task.test != shifted.test:
        return 2, task.name
    return int(len(task.train) > 1), task.name


def _remedies(shift: Shift, remedies: list[str], tables: Mapping[str, Table], target: str, symbol: str) -> str:
    """Table of one shift and target; empty where no row has base and shift."""
    cells = []
    for row in dict.fromkeys(line.row for line in tables[shift.task].lines if line.role != "ceiling"):
        base, shifted = (_ratio(tables[name], row, target) for name in (shift.base, shift.task))
        if base is None or shifted is None:
            continue
        recovered = [_recovered(_ratio(tables[name], row, target), base, shifted) for name in remedies]
        cells.append([code_span(row), ratio_text(base), ratio_text(shifted), *recovered])
    if not cells:
        return ""
    return grid([f"{symbol}, row", *(code_span(name) for name in (shift.base, shift.task, *remedies))], cells, "lr")


def _ratio(table: Table, row: str, target: str) -> float | None:
    """Ratio to the ceiling of a row, mean over seeds."""
    line = line_of(table, row)
    ratio = line.ratio(target) if line else None
    return ratio.mean if ratio else None


def _recovered(ratio: float | None, base: float, shifted: float) -> str:
    """Ratio with a remedy, and the share of the loss that it recovers."""
    if ratio is None or shifted < NOTHING_LOST * base:
        return ratio_text(ratio)
    share = math.log(shifted / ratio) / math.log(shifted / base)
    return f"{ratio_text(ratio)} ({f'{100 * abs(share):.0f} %' if share > -0.005 else 'worse'})"
