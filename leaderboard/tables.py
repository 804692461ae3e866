"""Tables: the records of one task and one preset, a line for every row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from bench.run.plan import NOT_FOUND
from bench.run.record import Record
from leaderboard.lines import Line
from leaderboard.wording import gist

Cell = tuple[str, str, int, str]
Stale = Mapping[Cell, tuple[str, ...]]
"""``Record.cell`` to what has changed since, such as ``source``, ``task`` or ``metric``."""


@dataclass(frozen=True)
class Table:
    """The lines of one task and one preset: the floor, models from best to worst, the ceiling."""

    task: str
    preset: str
    sizes: dict[str, int]
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """Task, preset and numbers of cases."""
        names = {"train": "training", "valid": "validation", "test": "test"}
        cases = ", ".join(f"{self.sizes[key]:,} {name}" for key, name in names.items() if key in self.sizes)
        return f"{self.task}: {self.preset}" + (f", {cases} cases" if cases else "")

    @property
    def ceiling(self) -> Record | None:
        """Record of the exact posterior, fresh and with scores, if there is one."""
        lines = [line for line in self.lines if line.role == "ceiling" and line.scored and not line.stale]
        return lines[0].scored[0] if lines else None

    @property
    def not_found(self) -> list[str]:
        """Rows that are stale because their plugin is in no folder that was searched."""
        return sorted({line.row for line in self.lines if NOT_FOUND in line.stale})

    @property
    def unscored(self) -> list[tuple[str, str, str, str]]:
        """Row, seeds, status and gist of the message of every cell without a score; equal ones joined."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for record in (record for line in self.lines for record in line.unscored):
            found.setdefault((record.row, record.status, gist(record.message)), []).append(record.seed)
        return [
            (row, ", ".join(map(str, sorted(set(seeds)))), status, message)
            for (row, status, message), seeds in found.items()
        ]


def tables(records: Iterable[Record], stale: Stale | None = None) -> list[Table]:
    """Sort records into tables.

    Lines are ordered by RMSE, geometric mean over targets. It exists where R2 does not, one wild target cannot decide
    alone, and the order is the same whether it is divided by the ceiling's or by the prior's standard deviation.
    """

    def table_of(record: Record) -> tuple[str, str, list[tuple[str, int]]]:
        return record.task, record.preset, sorted(record.sizes.items())

    found = []
    for (task, preset, sizes), members in groupby(sorted(records, key=table_of), key=table_of):
        rows: dict[str, list[Record]] = {}
        for record in members:
            rows.setdefault(record.row, []).append(record)
        lines = [line for row in sorted(rows) for line in _lines(row, rows[row], stale or {})]
        found.append(Table(task, preset, dict(sizes), tuple(sorted(lines, key=_place))))
    return found


def _lines(row: str, records: list[Record], stale: Stale) -> list[Line]:
    """Lines of one row: one, or several where its scored cells differ in more than the seed."""

    def kind_of(record: Record) -> tuple[str, ...]:
        return (
            "|".join(stale.get(record.cell, ())),
            json.dumps(record.settings, sort_keys=True),
            record.source_digest,
            record.task_digest,
            str(record.metric_version),
        )

    ordered = sorted(records, key=lambda record: (kind_of(record), record.seed))
    unscored = tuple(record for record in ordered if record.status != "ok")
    kinds = [tuple(group) for _, group in groupby((r for r in ordered if r.status == "ok"), key=kind_of)]
    if not kinds:
        return [Line(row, (), unscored)]
    # Cells without a score are told once, beside the first line: a fresh one where there is any.
    return [
        Line(
            row,
            scored,
            () if number else unscored,
            stale=stale.get(scored[0].cell, ()),
            note=f"{number + 1} of {len(kinds)}, source {scored[0].source_digest[:6]}" if len(kinds) > 1 else "",
        )
        for number, scored in enumerate(kinds)
    ]


def _place(line: Line) -> tuple[int, bool, bool, float, str]:
    """Sort key: floor, models, ceiling; fresh before stale before without scores; then by error."""
    error = line.error
    return (
        {"floor": 0, "": 1, "ceiling": 2}[line.role],
        error is None,
        bool(line.stale),
        error.mean if error else 0.0,
        line.label,
    )
