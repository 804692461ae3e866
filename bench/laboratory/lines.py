"""Lines of a laboratory's file: what stands above the samples, the names of the columns, and the samples themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bench.errors import BenchError
from bench.laboratory.names import lacking_unit, lookup
from bench.laboratory.text import MISSING, NUMBER, cells_of, clock_s, delimiter_of
from bench.world.quantities import KNOWN_NAMES, temperature_C
from bench.world.simulator import MEASURED_PH

OPTION = "option"
"""Source of a value that was given apart from the file."""
MOST_SHOWN = 60
"""Characters of a line that an error quotes."""


@dataclass(frozen=True)
class _Column:
    """What one column means; a time without a unit, as of a clock, has a scale that is not a number."""

    name: str = ""
    scale: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True)
class Sample:
    """One line that has a pH.

    Parameters
    ----------
    time_s : float
        Time [s] as the file counts it.
    ph : float
        Measured pH.
    moment : str
        Time as the file writes it.
    celsius : float or None
        Measured temperature [degree C], where the file has one.
    """

    time_s: float
    ph: float
    moment: str
    celsius: float | None


@dataclass(eq=False)
class LabFile:
    """What has been read of a file so far.

    Parameters
    ----------
    name : str
        The file.
    given : dict
        Known input to its value and where that stood.
    """

    name: str
    given: dict[str, tuple[float, str]]
    columns: list[_Column] = field(default_factory=list)
    header: tuple[int, str] = (0, "")
    delimiter: str = ","
    decimal: str = ""
    above: list[tuple[int, str]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    n_empty: int = 0

    def take(self, number: int, line: str) -> None:
        """Take the next line.

        Parameters
        ----------
        number : int
            Of the line, from 1.
        line : str
            Its text.

        Raises
        ------
        BenchError
            What cannot be read.
        """
        text = line.strip()
        if text.startswith("#"):
            _remark(self, number, text.lstrip("# "))
        elif not text.strip(",; \t"):
            return
        elif self.columns:
            _row(self, number, line)
        elif _names_columns(line):
            _header(self, number, line)
        else:
            self.above.append((number, text))
            _remark(self, number, text)

    def error(self, line: int, which: str, text: str) -> BenchError:
        """Build the error at a line and a column.

        Parameters
        ----------
        line : int
            Its number.
        which : str
            The column.
        text : str
            What is wrong, and the next step.

        Returns
        -------
        BenchError
            For the caller to raise.
        """
        return BenchError(f"{self.name}, line {line} '{which}': {text}")

    def without_columns(self) -> BenchError:
        """Build the error for a file in which no line names a time and a pH.

        Returns
        -------
        BenchError
            For the caller to raise.
        """
        return _no_header(self)

    def moment_s(self, moment: str) -> float:
        """Read a moment as the column of time writes it.

        Parameters
        ----------
        moment : str
            Such as ``12.5`` or ``14:03:07``; ``0`` in every file.

        Returns
        -------
        float
            Time [s] as the file counts it.

        Raises
        ------
        BenchError
            What is written in another way than that column.
        """
        if moment == "0":  # mixing is where the file counts from, however it writes that
            return 0.0
        column = next(each for each in self.columns if each.name == "time_s")
        clock, first = clock_s(moment), self.samples[0].moment
        if (clock is None) != (clock_s(first) is None) or (clock is None and not NUMBER.fullmatch(moment)):
            raise BenchError(
                f"option '--mixed-at': moment must be written as in the column of time, such as {first!r}, got "
                f"{moment!r}. Copy the time of the first sample after mixing."
            )
        return clock if clock is not None else column.scale * float(moment.replace(",", "."))


def _remark(file: LabFile, number: int, text: str) -> None:
    """Take a known input from a line such as ``temperature: 30 C`` or ``temperature;30;C``; others are passed over."""
    name, *rest = cells_of(text, delimiter_of(text)) or [""]
    if ":" in name or "=" in name or not any(rest):
        name, _, value = text.rstrip(",;\t ").partition("=" if "=" in text else ":")
    else:
        value = " ".join(rest)
    name, value = name.strip(), value.strip()
    found = NUMBER.match(value)
    if found is None:
        return
    named = lookup(f"{name} {value[found.end() :]}") or lookup(name)
    if named is not None and named.name in KNOWN_NAMES:
        _give(file, number, named.name, named.scale * float(found.group().replace(",", ".")) + named.shift)
        return
    lacking = lacking_unit(name)
    if lacking is not None and lacking[0] in KNOWN_NAMES and lacking[0] not in file.given:
        raise _without_unit(file, number, name)


def _kind(cell: str) -> str:
    """What a column is, whether its unit is named or not; empty for what means nothing here."""
    named, lacking = lookup(cell), lacking_unit(cell)
    return named.name if named else lacking[0] if lacking else ""


def _names_columns(line: str) -> bool:
    """Whether a line names a time and a pH."""
    return {"time_s", "ph"} <= {_kind(cell) for cell in cells_of(line, delimiter_of(line))}


def _header(file: LabFile, number: int, line: str) -> None:
    """Take the names and units of the columns; a clock beside a time with its unit is passed over."""
    file.header, file.delimiter = (number, line), delimiter_of(line)
    cells = cells_of(line, file.delimiter)
    timed = any(named is not None and named.name == "time_s" for named in map(lookup, cells))
    ignored = []
    for cell in cells:
        named = lookup(cell)
        column = _Column(named.name, named.scale, named.shift) if named else _Column()
        if named is None and _kind(cell) == "time_s":
            taken = timed or any(each.name == "time_s" for each in file.columns)
            column = _Column() if taken else _Column("time_s", math.nan)
        elif named is None and _kind(cell) not in ("", *file.given):
            raise _without_unit(file, number, cell)
        if column.name and any(each.name == column.name for each in file.columns):
            raise file.error(number, cell, f"column must be the only {column.name}, got a second. Keep one of them.")
        ignored += [cell] * bool(cell and not column.name)
        file.columns.append(column)
    if ignored:
        file.notes.append(f"Columns that were passed over: {', '.join(ignored)}.")


def _no_header(file: LabFile) -> BenchError:
    """Error for a file in which no line names a time and a pH."""
    if not file.above:
        return BenchError(f"{file.name} 'header': a line must name the columns time_s and ph, got none. Add it.")
    split = [(number, text, cells_of(text, delimiter_of(text))) for number, text in file.above]
    near = (each for each in split if len(each[2]) > 1 and {"time_s", "ph"} & set(map(_kind, each[2])))
    number, text, cells = next(near, split[0])
    lacking = [name for name in ("time_s", "ph") if name not in map(_kind, cells)]
    if all(NUMBER.fullmatch(cell) or clock_s(cell) is not None for cell in cells):
        step = "Add a line above it that names them, such as 'time_s,ph'."
    elif lacking == ["ph"] and "mv" in text.lower():
        step = "Export the pH: millivolts mean nothing without the calibration of the electrode."
    else:
        step = "Rename them, with a comma, semicolon or tab between them."
    got = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
    return file.error(number, " and ".join(lacking), f"columns must include time_s and ph, got {got!r}. {step}")


def _row(file: LabFile, number: int, line: str) -> None:
    """Take one sample."""
    cells, n_columns = cells_of(line, file.delimiter), len(file.columns)
    if len(cells) < n_columns or any(cells[n_columns:]):
        raise BenchError(
            f"{file.name}, line {number}: number of values must be {n_columns}, as in line {file.header[0]}, got "
            f"{len(cells)}. Drop the line if it is no sample, or check the decimal sign and the delimiter, which seems "
            f"to be {file.delimiter!r}."
        )
    values: dict[str, float] = {}
    moment = ""
    for column, cell in zip(file.columns, cells, strict=False):
        if column.name == "time_s":
            moment, values["time_s"] = cell, _time_s(file, number, column, cell)
        elif column.name and cell.lower() not in MISSING:
            values[column.name] = column.scale * _number(file, number, column.name, cell) + column.shift
    for name in KNOWN_NAMES:
        if name in values and name != temperature_C.name:
            _give(file, number, name, values[name])
    if "ph" not in values:
        file.n_empty += 1
        return
    time_s, ph = values["time_s"], values["ph"]
    low, high = MEASURED_PH
    if not low <= ph <= high:
        raise file.error(number, "ph", f"value must be between {low:g} and {high:g}, got {ph:g}. Mend the line.")
    before = file.samples[-1] if file.samples else None
    if before is not None and time_s <= before.time_s:
        step = "Sort the lines by time, and give one trace a file."
        if time_s == before.time_s:
            step = "Drop the repeated sample, or export more digits of the time."
        raise file.error(
            number, "time_s", f"value must be after {before.moment}, the sample before, got {moment}. {step}"
        )
    file.samples.append(Sample(time_s, ph, moment, values.get(temperature_C.name)))


def _time_s(file: LabFile, number: int, column: _Column, cell: str) -> float:
    """Time of a cell, by its unit or by the clock."""
    clock = clock_s(cell)
    if clock is not None:
        return clock
    if math.isnan(column.scale):
        name = next(each for each in cells_of(file.header[1], file.delimiter) if _kind(each) == "time_s")
        raise _without_unit(file, file.header[0], name)
    return column.scale * _number(file, number, "time_s", cell)


def _number(file: LabFile, number: int, name: str, cell: str) -> float:
    """Number in a cell; the file's decimal sign is settled by the first cell that has one."""
    if not NUMBER.fullmatch(cell):
        step = "Write times as hours:minutes:seconds." if ":" in cell else "Mend or drop the line."
        raise file.error(number, name, f"value must be a number, got {cell!r}. {step}")
    sign = next((sign for sign in ".," if sign in cell), "")
    if sign and file.decimal and sign != file.decimal:
        raise file.error(
            number, name, f"decimal sign must be {file.decimal!r} as above, got {cell!r}. Use one in the whole file."
        )
    file.decimal = file.decimal or sign
    return float(cell.replace(",", "."))


def _give(file: LabFile, number: int, name: str, value: float) -> None:
    """Take the value of a known input, which must be the same wherever the file has it."""
    before, source = file.given.setdefault(name, (value, f"line {number}"))
    if before != value and source != OPTION:
        raise file.error(number, name, f"value must be {before:g}, as in {source}, got {value:g}. Keep one of them.")


def _without_unit(file: LabFile, number: int, name: str) -> BenchError:
    """Error for a name that lacks its unit."""
    _, units = lacking_unit(name) or ("", ("",))
    return file.error(number, name, f"unit must be one of {', '.join(units)}, got none. Write '{name} [{units[0]}]'.")
