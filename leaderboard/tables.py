"""Tables: the lines of one task and one preset, seeds averaged, as groups of the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from bench.arrays import Array
from bench.run.plan import NOT_FOUND, Stale
from bench.run.record import Record
from leaderboard.frame import ROLES, frame_of, status_text
from leaderboard.wording import UNCHECKED, gist, r2_text

Place = tuple[str, str, tuple[tuple[str, int], ...]]
"""Task, preset and numbers of cases: what one table shares."""

TABLE = ["task", "preset", "sizes"]
SAME = ["stale", "unchecked", "settings", "source_digest", "task_digest", "metric_version"]
"""What seeds must agree in to be averaged."""


@dataclass(frozen=True)
class Spread:
    """A number over seeds: its mean, its least and its largest value, and the number of seeds that know it."""

    mean: float
    low: float
    high: float
    n: int

    def text(self, number: Callable[[float], str]) -> str:
        """Print the mean and, where seeds differ in print, the range.

        Examples
        --------
        >>> Spread(0.731, 0.725, 0.738, 3).text(str)
        '0.731 (0.725..0.738)'
        """
        mean, low, high = number(self.mean), number(self.low), number(self.high)
        return mean if low == high else f"{mean} ({low}..{high})"


@dataclass(frozen=True)
class Line:
    """One row of a table: seeds that agree in everything else, and the cells of the row that gave no score."""

    row: str
    scored: tuple[Record, ...]
    unscored: tuple[Record, ...]
    stale: tuple[str, ...] = ()
    note: str = ""
    unchecked: tuple[str, ...] = ()
    """Libraries that are not installed here, so that nobody can tell whether the scores are fresh: they are kept."""
    numbers: Mapping[str, Array] = field(default_factory=dict, compare=False, repr=False)
    """Column to mean, least, largest and count over the seeds of every line of the frame, shape (4, line)."""
    number: int = field(default=0, compare=False, repr=False)

    @property
    def label(self) -> str:
        """Name of the row, with the note and the mark that it carries."""
        marks = [self.note] * bool(self.note) + ["stale"] * bool(self.stale)
        return f"{self.row} ({', '.join(marks)})" if marks else self.row

    @property
    def role(self) -> str:
        """``floor``, ``ceiling``, or nothing for a model."""
        return ROLES.get(self.row, "")

    @property
    def status(self) -> str:
        """Number of cells in each status, and what is stale or cannot be checked here."""
        text = status_text([*self.scored, *self.unscored])
        text += f"; stale: {', '.join(self.stale)}" if self.stale else ""
        return text + (f"; {UNCHECKED}: no {', '.join(self.unchecked)}" if self.unchecked else "")

    @property
    def error(self) -> Spread | None:
        """RMSE relative to the prior's standard deviation, geometric mean over targets."""
        return self.spread("relative_rmse")

    @property
    def overall(self) -> Spread | None:
        """RMSE relative to the ceiling's, geometric mean over targets; None without a ceiling."""
        return self._of_all("overall")

    def ratio(self, which: str) -> Spread | None:
        """RMSE relative to the ceiling's over seeds."""
        return self._of_all(f"{which}_rmse_ratio")

    def r2(self, target: str) -> Spread | str | None:
        """R2 of a target over seeds, or why it has none."""
        values = [record.scores[target]["r2"] for record in self.scored]
        return next((value for value in values if isinstance(value, str)), None) or self.spread(f"{target}_r2")

    def r2_text(self, target: str) -> str:
        """R2 of a target as printed; of the ceiling with its range, not its Monte-Carlo error."""
        value = self.r2(target)
        return value.text(r2_text) if isinstance(value, Spread) else r2_text(value)

    def spread(self, column: str) -> Spread | None:
        """A number over the seeds that know it."""
        if not self.scored:
            return None
        mean, low, high, n = self.numbers[column][:, self.number]
        return Spread(float(mean), float(low), float(high), int(n)) if n else None

    def mean(self, column: str, unit: float = 1.0) -> float | None:
        """Mean of a number over the seeds that know it."""
        spread = self.spread(column)
        return spread.mean / unit if spread else None

    def _of_all(self, column: str) -> Spread | None:
        """A number over seeds, if every seed knows it."""
        spread = self.spread(column)
        return spread if spread and spread.n == len(self.scored) else None


@dataclass(frozen=True)
class Table:
    """The lines of one task and one preset: the floor, models from best to worst, the ceiling."""

    task: str
    preset: str
    sizes: dict[str, int]
    lines: tuple[Line, ...]

    @property
    def place(self) -> Place:
        """What no other table shares."""
        return self.task, self.preset, tuple(sorted(self.sizes.items()))

    def shortened(self, most: int) -> Table:
        """Table of no more lines than can be read: the floor, the best rows, the ceiling."""
        last = [line for line in self.lines if line.role == "ceiling"]
        return self if len(self.lines) <= most else replace(self, lines=(*self.lines[: most - len(last)], *last))

    @property
    def title(self) -> str:
        """Task, preset and numbers of cases."""
        names = {"train": "training", "valid": "validation", "test": "test"}
        cases = ", ".join(f"{self.sizes[key]:,} {name}" for key, name in names.items() if key in self.sizes)
        return f"{self.task}: {self.preset}" + (f", {cases} cases" if cases else "")

    @property
    def seeds(self) -> list[int]:
        """Seeds of all cells."""
        return sorted({record.seed for line in self.lines for record in (*line.scored, *line.unscored)})

    @property
    def ceiling(self) -> Line | None:
        """The exact posterior, fresh and with scores, if there is one."""
        return next((line for line in self.lines if line.role == "ceiling" and line.scored and not line.stale), None)

    @property
    def not_found(self) -> list[str]:
        """Rows that are stale because their plugin is in no folder that was searched."""
        return sorted({line.row for line in self.lines if NOT_FOUND in line.stale})

    @property
    def unscored(self) -> list[tuple[str, str, str, str]]:
        """Row, seeds, status and gist of the message of every cell without a score; equal ones joined."""
        seeds: dict[tuple[str, str, str], set[int]] = {}
        for record in (record for line in self.lines for record in line.unscored):
            seeds.setdefault((record.row, record.status, gist(record.message)), set()).add(record.seed)
        return [
            (row, ", ".join(map(str, sorted(each))), status, message) for (row, status, message), each in seeds.items()
        ]


def tables(records: Iterable[Record], stale: Stale | None = None) -> list[Table]:
    """Sort records into tables."""
    return tables_of(frame_of(records, stale))


def tables_of(cells: pd.DataFrame) -> list[Table]:
    """Group a frame into tables.

    Lines are ordered by RMSE, geometric mean over targets. It exists where R2 does not, one wild target cannot decide
    alone, and the order is the same whether it is divided by the ceiling's or by the prior's standard deviation.
    """
    if cells.empty:
        return []
    cells = cells.sort_values(SAME, kind="stable", ignore_index=True)
    ok = cells["status"] == "ok"
    kind = cells.groupby(SAME).ngroup().where(ok)
    row = [cells[name] for name in (*TABLE, "row")]
    # Cells without a score are told once, beside the first line: a fresh one where there is any.
    nth = kind.groupby(row).rank("dense").fillna(1).astype(int)
    n_kinds = nth.groupby(row).transform("max")
    line = cells.groupby([*row, nth]).ngroup()
    over_seeds = cells[ok].groupby(line)[list(cells.select_dtypes("float"))].agg(["mean", "min", "max", "count"])
    over_seeds = over_seeds.reindex(range(line.max() + 1))
    numbers = {str(name): over_seeds[name].to_numpy().T for name in over_seeds.columns.unique(level=0)}
    members: dict[int, list[tuple[Any, ...]]] = {}
    told = (cells[name] for name in ("record", "sizes", "stale", "unchecked"))
    for number, *cell in zip(line, *told, nth, n_kinds, strict=True):
        members.setdefault(number, []).append(tuple(cell))
    lines: dict[Place, list[Line]] = {}
    for number, of_line in members.items():
        scored = tuple(record for record, *_ in of_line if record.status == "ok")
        unscored = tuple(record for record, *_ in of_line if record.status != "ok")
        record, sizes, why, lacking, place, n = next((cell for cell in of_line if cell[0].status == "ok"), of_line[0])
        note = f"{place} of {n}, source {record.source_digest[:6]}" if n > 1 else ""
        why, lacking = (why, lacking) if scored else ((), ())
        shown = Line(record.row, scored, unscored, why, note, lacking, numbers, number)
        lines.setdefault((record.task, record.preset, sizes), []).append(shown)
    return [Table(*at[:2], dict(at[2]), tuple(sorted(lines[at], key=_rank))) for at in sorted(lines)]


def of_same_sizes(tables: Sequence[Table]) -> list[list[Table]]:
    """Group tables by preset and numbers of cases."""
    alike: dict[tuple[Any, ...], list[Table]] = {}
    for table in tables:
        alike.setdefault(table.place[1:], []).append(table)
    return [alike[sizes] for sizes in sorted(alike)]


def _rank(line: Line) -> tuple[int, bool, bool, float, str]:
    """Sort key: floor, models, ceiling; fresh before stale before without scores; then by error."""
    error = line.error
    return (
        ["floor", "", "ceiling"].index(line.role),
        error is None,
        bool(line.stale),
        error.mean if error else 0.0,
        line.label,
    )
