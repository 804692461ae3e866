"""The table in a laboratory's file: which line names the columns, which are time and pH, and which runs there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bench.errors import BenchError
from bench.laboratory.names import DATE, PH, RUN, TIME, UNIT, Meaning, is_elapsed, meaning_of
from bench.laboratory.text import cells_of, delimiter_of

MOST_SHOWN = 60
"""Characters of a line that an error quotes."""
COUNTED = "0"
"""Column of time that counts the samples."""
_LABELLED = re.compile(r"(?P<name>[^\d:=]+?)\s*[:=]\s*(?P<value>.+)")
BEGINS = re.compile(r"[*#!]?\s*[+−-]?\s*[.,]?\d")
"""How a measured value or a moment begins."""
_BLANK = ',;| \t"'
MOST_OF_A_LINE = 10_000
CLOCK = re.compile(r"\d\D?\d\d\D\d\d\b|\d:\d\d")


@dataclass(frozen=True)
class Reading:
    """How a file is to be read, where it does not say so itself.

    Parameters
    ----------
    known : dict
        Known input to value, in the units of ``bench.world.quantities``; it goes before what the file says.
    mixed_at : str, optional
        Moment of mixing as the column of time writes it; without it the file counts from there.
    time, ph : str, optional
        Name or number, from 1, of the column; the time ``0`` counts the samples.
    time_unit : str, optional
        Unit of the time, such as ``ms``, ``0.5s`` or ``mm:ss``.
    skip_rows : int
        Lines on top that mean nothing.
    decimal : str, optional
        Decimal sign.
    run : str, optional
        Name or number, from 1, of one run among several.
    """

    known: dict[str, float] = field(default_factory=dict)
    mixed_at: str | None = None
    time: str | None = None
    ph: str | None = None
    time_unit: str | None = None
    skip_rows: int = 0
    decimal: str | None = None
    run: str | None = None

    def __post_init__(self) -> None:
        if self.decimal not in (None, ".", ","):
            raise BenchError(f"option '--decimal': sign must be '.' or ',', got '{self.decimal}'. Write one of them.")


@dataclass(frozen=True)
class Run:
    """One run: the names of its columns, which of them are time, date and pH, and its lines, all from 0."""

    label: str
    header: int
    names: list[str]
    time: int | None
    date: int | None
    ph: int
    rows: list[int]


@dataclass(frozen=True)
class Table:
    """Cells of a file."""

    file: str
    lines: list[str]
    cells: list[list[str]]
    delimiter: str
    reading: Reading

    def error(self, row: int, which: str, text: str) -> BenchError:
        """Error at a line, from 0, and a column."""
        return BenchError(f"{self.file}, line {row + 1} '{which}': {text}")


def table_of(file: str, lines: list[str], reading: Reading) -> Table:
    """Split a file into cells; values that each have their name beside them, as in ``pH: 7.01``, under those names."""
    lines = [""] * reading.skip_rows + lines[reading.skip_rows :]
    labels = [_labels(line) for line in lines]
    first = next((each for each in labels if "ph" in map(str.casefold, each)), None)
    same = [each for each in labels if first and each.keys() == first.keys()]
    if first and 2 * len(same) > len([line for line in lines if line.strip()]):
        samples = ["\t".join(each.values()) if each.keys() == first.keys() else "" for each in labels]
        lines = ["\t".join(first), *samples]
    delimiter = delimiter_of(lines)
    return Table(file, lines, cells_of(lines, delimiter), delimiter, reading)


def _labels(line: str) -> dict[str, str]:
    """Values of a line by the name beside each, and a clock in front of them; empty where one has no name."""
    first, *rest = [cell.strip() for cell in re.split(r"[\t;,]", line)]
    clock = {"Time": first} if CLOCK.search(first) and not _LABELLED.fullmatch(first) else {}
    parts = [_LABELLED.fullmatch(cell) for cell in (rest if clock else [first, *rest])]
    return clock | {part["name"]: part["value"] for part in parts if part} if all(parts) else {}


def runs_of(table: Table) -> list[Run]:
    """Find the runs of a table: blocks under lines of names, columns side by side, and lines with a name each."""
    headers = _headers(table)
    ends = [*[row for row, _ in headers[1:]], len(table.cells)]
    runs: list[Run] = []
    for (row, names), end in zip(headers, ends, strict=True):
        first = next((each for each in range(row + 1, end) if _is_measured(table, each)), end)
        rows = [each for each in range(first, end) if table.lines[each].strip(_BLANK) and not _is_comment(table, each)]
        names = names[: len(names) - next((number for number, name in enumerate(names[::-1]) if name), 0)]
        if rows:
            _check_width(table, row, names, rows)
            runs += _runs_under(table, row, _with_units(table, names, range(row + 1, first), rows), rows)
    if not runs:
        raise BenchError(f"{table.file} 'samples': number must be at least 2, got 0. Check that the file is whole.")
    return runs


def _is_comment(table: Table, row: int) -> bool:
    """Whether a line is marked as no sample."""
    return table.lines[row].lstrip().startswith(("#", "//", "%"))


def _is_measured(table: Table, row: int) -> bool:
    """Whether a line may be a sample: two of its cells begin as values do."""
    return not _is_comment(table, row) and sum(BEGINS.match(cell) is not None for cell in table.cells[row]) > 1


def _headers(table: Table) -> list[tuple[int, list[str]]]:
    """Lines that name a time and a pH, each the first before its samples."""
    time, ph = _number(table.reading.time), _number(table.reading.ph)
    if time is not None and ph is not None:
        told = [column for column in (time, ph) if column >= 0]
        rows = [
            row
            for row, cells in enumerate(table.cells)
            if max(told) < len(cells) and all(BEGINS.match(cells[column]) for column in told)
        ]
        above = rows[0] - 1 if rows else -1
        return [(above, table.cells[above] if above >= 0 and not _is_measured(table, above) else [])]
    found: list[tuple[int, list[str]]] = []
    for row in range(len(table.cells)):
        names = next((each for each in _splits(table, row) if {TIME, PH} <= _kinds(each, table.reading)), None)
        if names and (not found or any(_is_measured(table, each) for each in range(found[-1][0] + 1, row))):
            found.append((row, names))
    if not found:
        raise _without_names(table)
    return found


def _number(column: str | None) -> int | None:
    """Number of a column from 0, where it was told by number."""
    return int(column) - 1 if column is not None and column.isdecimal() else None


def _splits(table: Table, row: int) -> list[list[str]]:
    """Cells of a line by the delimiter of the samples, or where that is not in it by another."""
    line, (first, *rest) = table.lines[row].lstrip("#% "), table.cells[row]
    if table.delimiter == r"\s+" and len(line) < MOST_OF_A_LINE:  # a blank may stand in a name
        below = next((cells for cells in table.cells[row + 1 :] if sum(map(bool, map(BEGINS.match, cells))) > 1), [])
        ways = [re.split(blank, line.strip()) for blank in (r"\s+", r"\s{2,}", r"\s+(?![(\[])")]
        return [names for names in ways if len(names) == sum(map(bool, below))]
    if any(rest) or len(line) > MOST_OF_A_LINE:
        return [rest if first in ("#", "%") else [first.lstrip("#% "), *rest]]
    return [[cell.strip(' "') for cell in re.split(sign, line)] for sign in ("\t", ";", r"\|", ",", r"\s{2,}", r"\s+")]


def _kinds(names: Sequence[str], reading: Reading) -> set[str]:
    """What the columns are; one that was told by number may be without a name."""
    kinds = {named.quantity for named in map(meaning_of, names) if named}
    kinds |= {TIME} if DATE in kinds else set()
    for quantity, told in ((TIME, reading.time), (PH, reading.ph)):
        if told is not None:
            kinds -= {quantity}
            kinds |= {quantity} if _position(told, names) is not None else set()
    return kinds


def _position(told: str, names: Sequence[str]) -> int | None:
    """Column with a name."""
    same = [column for column, name in enumerate(names) if name.strip().casefold() == told.strip().casefold()]
    return same[0] if same else _number(told)


def _check_width(table: Table, header: int, names: list[str], rows: list[int]) -> None:
    """Refuse more values than names, unless they are words of a remark, or the columns were told by number."""
    if _number(table.reading.time) is not None and _number(table.reading.ph) is not None:
        return
    for row in rows:
        if any(BEGINS.match(cell) for cell in table.cells[row][len(names) :]):
            n_values = len(table.cells[row]) - next(i for i, cell in enumerate(table.cells[row][::-1]) if cell)
            step = "Drop the line if it is no sample, or say which columns hold time and pH, such as --time 1 --ph 2."
            if table.delimiter == "," and not any("." in cell for cell in table.cells[row]):
                step = "If the comma is a decimal sign too, export with semicolons or points."
            raise BenchError(
                f"{table.file}, line {row + 1}: number of values must be {len(names)}, as in line {header + 1}, got "
                f"{n_values}. {step}"
            )


def _with_units(table: Table, names: list[str], between: range, rows: list[int]) -> list[str]:
    """Names with the units that stand in a line under them, or in a column beside theirs."""
    names = [*names, *[""] * (len(table.cells[0]) - len(names))]
    for column, name in enumerate(names):
        named = meaning_of(name)
        beside = {table.cells[row][column + 1] for row in rows} if column + 1 < len(names) else set()
        kind = meaning_of(names[column + 1]) if beside else None
        units = [table.cells[row][column] for row in between]
        units += beside if kind and kind.quantity == UNIT and len(beside) == 1 else []
        for unit in units:
            told = meaning_of(f"{name} [{unit.strip('()[]')}]")
            if told is not None and (named is None or (named.lacks_unit and told.unit)):
                names[column] = f"{name} [{unit.strip('()[]')}]"
    return names


def _runs_under(table: Table, header: int, names: list[str], rows: list[int]) -> list[Run]:
    """Runs side by side under one line of names, or in lines that carry a name each."""
    named = [meaning_of(name) for name in names]
    filled = [any(BEGINS.match(table.cells[row][column]) for row in rows) for column in range(len(names))]
    columns = [column for column, each in enumerate(named) if each and each.quantity == PH and filled[column]]
    if table.reading.ph is not None:
        columns = [_chosen(table, header, "--ph", table.reading.ph, names)]
    runs = []
    for before, column in zip([-1, *columns], columns, strict=False):
        label = (named[column] or Meaning(PH)).run or names[column]
        time = _time_of(table, header, names, rows, range(before + 1, column), label)
        date = next((each for each, kind in enumerate(named) if kind and kind.quantity == DATE and each != time), None)
        runs.append(Run(label, header, names, time, date, column, rows))
    by = [column for column, each in enumerate(named) if each and each.quantity == RUN]
    if len(runs) == 1 and by:
        marks: dict[str, list[int]] = {}
        for row in rows:  # a blank cell repeats the one above
            label = table.cells[row][by[0]] or next(reversed(marks), "")
            marks.setdefault(label, []).append(row)
        if 1 < len(marks) <= len(rows) / 2:
            runs = [replace(runs[0], label=label, rows=each) for label, each in marks.items()]
    return runs


def _chosen(table: Table, header: int, option: str, told: str, names: list[str]) -> int:
    """Column that was told."""
    column = _position(told, names)
    if column is None or not 0 <= column < len(names):
        shown = ", ".join(f"'{name}'" for name in names if name)
        raise table.error(
            header, option, f"column must be one of {shown}, or 1 to {len(names)}, got '{told}'. Name one of them."
        )
    return column


def _time_of(table: Table, header: int, names: list[str], rows: list[int], near: range, label: str) -> int | None:
    """Column of the time that belongs to a pH; None where the samples are counted."""
    told = table.reading.time
    if told is not None:
        return None if told == COUNTED else _chosen(table, header, "--time", told, names)
    ranks: dict[int, tuple[bool, int]] = {}
    several = sum(named is not None and named.quantity == PH for named in map(meaning_of, names)) > 1
    for column, name in enumerate(names):
        named, cells = meaning_of(name), [table.cells[row][column] for row in rows]
        if named is None or named.quantity not in (TIME, DATE) or not any(map(BEGINS.match, cells)):
            continue
        clock = any(map(CLOCK.search, cells))
        rank = 0 if named.unit else 1 if clock and is_elapsed(name) else 2 if clock else 3
        if named.quantity == TIME or clock:
            ranks[column] = (several and column not in near and named.run != label, rank + 4 * (named.quantity == DATE))
    best = [column for column, rank in ranks.items() if rank == min(ranks.values())]
    if len(best) == 1:
        return best[0]
    got = " and ".join(f"'{names[column]}'" for column in best) or "none with values"
    step = f"Add --time '{names[best[0]]}', or another of them." if best else "Add --time 0 to count the samples."
    raise table.error(header, "time_s", f"column must be the only time, got {got}. {step}")


def _without_names(table: Table) -> BenchError:
    """Error for a file in which no line names a time and a pH, with the columns that look like them."""
    rows = [row for row in range(len(table.cells)) if _is_measured(table, row)]
    named = [row for row in range(len(table.cells)) if {TIME, PH} & _kinds(table.cells[row], table.reading)]
    if not rows:
        return BenchError(
            f"{table.file} 'samples': a line must hold a time and a pH, got none in {len(table.lines)} lines. "
            "Export the samples as CSV, a line each."
        )
    row = named[-1] if named and not _is_comment(table, named[-1]) else max(rows[0] - 1, 0)
    row = row if len([cell for cell in table.cells[row] if cell]) > 1 and not _is_comment(table, row) else rows[0]
    got = table.lines[row].strip()
    got = got if len(got) <= MOST_SHOWN else f"{got[:MOST_SHOWN]}..."
    likely = _likely(table, rows)
    step = "Say which they are, by name or number, such as --time {} --ph {}.".format(*(likely or (1, 2)))
    if "mv" in got.lower() and likely is None:
        step = "Export the pH: millivolts mean nothing without the calibration of the electrode."
    if {TIME, PH} <= _kinds([cells[0] for cells in table.cells], table.reading):
        step = "Transpose the table: one sample a line."
    kinds = _kinds(table.cells[row], table.reading)
    lacking = " and ".join(name for name in (TIME, PH) if name not in kinds)
    return table.error(row, lacking or "time_s and ph", f"columns must include time_s and ph, got '{got}'. {step}")


def _likely(table: Table, rows: list[int]) -> tuple[int, int] | None:
    """Numbers, from 1, of a column that is likely to be the time and of one that is likely to be its pH."""
    times, ph, found = [0], 1, False
    for column in range(len(table.cells[0])):
        cells = [cell for row in rows if (cell := table.cells[row][column].replace(",", "."))]
        values = [float(cell) for cell in cells if re.fullmatch(r"[+-]?\d+\.?\d*", cell)]
        rises = len(values) == len(rows) and all(low < high for low, high in pairwise(values))
        if column > 0 and values and 1 <= min(values) < max(values) <= 14 and any("." in cell for cell in cells):
            ph, found = (ph if found else column), True
        elif not found and (rises or any(map(CLOCK.search, cells))):
            times.append(column)
    return (times[-1] + 1, ph + 1) if found else None
