"""Findings: everything that is found out from records and the predictions beside them, each file opened once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, zip_longest
from pathlib import Path

import pandas as pd

from bench.run.plan import Stale
from bench.run.record import Record
from bench.task import Task
from leaderboard.comparison.evidence import Evidence, leaks, read_evidence
from leaderboard.comparison.overview import Overview, overviews
from leaderboard.comparison.sparse_leaks import sparse_leaks
from leaderboard.families import Declared
from leaderboard.frame import ROLES, frame_of
from leaderboard.predictions import Predictions
from leaderboard.tables import Place, Table, tables_of
from leaderboard.wording import rows_text


@dataclass(frozen=True, eq=False)
class Findings:
    """What records and predictions say, found out when it is first asked for."""

    records: tuple[Record, ...]
    predictions: Predictions
    tasks: Mapping[str, Task]
    stale: Stale
    unchecked: Stale = field(default_factory=dict)
    rows: Mapping[str, Declared] = field(default_factory=dict)
    """What plugins say of themselves, by name."""
    whole: Findings | None = None
    """All that was found out, where this is of fewer rows."""

    @classmethod
    def of(
        cls,
        records: Sequence[Record],
        folder: Path,
        tasks: Mapping[str, Task] | None = None,
        stale: Stale | None = None,
        unchecked: Stale | None = None,
        rows: Mapping[str, Declared] | None = None,
    ) -> Findings:
        """Take records, and the folder in which their predictions lie."""
        predictions = Predictions(folder)
        return cls(
            tuple(predictions.proven(records)), predictions, tasks or {}, stale or {}, unchecked or {}, rows or {}
        )

    @cached_property
    def declared(self) -> dict[str, Declared]:
        """What is declared of every row, which has the name of its plugin or is one of it with other settings."""
        own = self.rows
        return {each.row: own.get(each.row) or own.get(each.model) or Declared() for each in self.records}

    @property
    def restated(self) -> Findings:
        """The same with every stated uncertainty scored as it is today, which takes a tenth of a second a cell."""
        return replace(self, records=tuple(map(self.predictions.restated, self.records)))

    def shortened(self, most: int) -> Findings:
        """Findings of no more rows than can be shown: floor, ceiling, and the first of every table in turns."""
        lines = chain.from_iterable(zip_longest(*(table.lines for table in self.tables)))
        rows = list(dict.fromkeys(line.row for line in lines if line))
        if len(rows) <= most:
            return self
        bounds = ROLES.keys() & set(rows)
        kept = bounds | set([row for row in rows if row not in bounds][: most - len(bounds)])
        return replace(self, records=tuple(each for each in self.records if each.row in kept), whole=self)

    @property
    def left_out(self) -> str:
        """Say that rows are left out; nothing where none is."""
        n_rows = [len({record.row for record in findings.records}) for findings in (self, self.whole or self)]
        return rows_text(*n_rows)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The records as a frame."""
        return frame_of(self.records, self.stale, self.unchecked)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Tables of the frame."""
        return tuple(tables_of(self.cells))

    @cached_property
    def evidence(self) -> dict[Place, Evidence]:
        """Squared errors of the tables that have predictions."""
        return {table.place: read for table in self.tables if (read := read_evidence(self.predictions, table))}

    @cached_property
    def alarms(self) -> dict[Place, tuple[str, ...]]:
        """What looks like a leak, table by table; also where the row is left out."""
        if self.whole:
            return self.whole.alarms
        said = dict(zip(self.evidence, leaks(list(self.evidence.values())), strict=True))
        sparse = sparse_leaks(self.evidence, self.tasks)
        places = [table.place for table in self.tables]
        return {place: said.get(place, ()) + sparse.get(place, ()) for place in places}

    @cached_property
    def overviews(self) -> tuple[Overview, ...]:
        """Comparisons over all core tasks, one for each preset that has them."""
        return tuple(overviews(list(self.evidence.values()), {name for name, task in self.tasks.items() if task.core}))
