"""A laboratory's own CSV of one trace: its delimiter, decimals and units found out, every value checked."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.cases import Traces
from bench.errors import BenchError
from bench.laboratory_names import lookup, units_of
from bench.world.quantities import KNOWN, KNOWN_NAMES, grams_urease_powder, temperature_C, volume_L
from bench.world.simulator import DOMAIN, MEASURED_PH

Array = NDArray[np.float64]

DELIMITERS = ("\t", ";", ",")
"""In the order in which they are looked for: a comma may be a decimal sign, the others never are."""
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
MISSING = ("", "na", "nan", "n/a", "-")
"""How loggers write a sample that was not measured."""
UNUSED = (grams_urease_powder, volume_L)
"""Known inputs that do not enter the reaction, so that a file may lack them."""
MOST_BYTES = 50_000_000
EXAMPLES = {"substrate_mM": "urea: 50 mM", "temperature_C": "temperature: 25 C", "initial_pH": "initial pH: 7.0"}
"""Remarks that give what a file must know."""
OTHER_UNITS = {
    "substrate_mM": "Name its unit: urea [mM], urea [M] or urea [g/L].",
    "temperature_C": "Name its unit: temperature [C] or temperature [K].",
}
"""What a value outside the domain is likely to be."""
OPTION = "option"
"""Source of a value that was given apart from the file."""


@dataclass(frozen=True, eq=False)
class LabTrace:
    """One measured trace in the suite's units.

    Parameters
    ----------
    traces : Traces
        A single case.
    sources : dict
        Known input to where its value stood, such as ``line 2``.
    notes : tuple of str
        What was left out or filled in, a sentence each.
    """

    traces: Traces
    sources: dict[str, str]
    notes: tuple[str, ...] = ()

    @property
    def time_s(self) -> Array:
        """Sample times [s], shape (sample,)."""
        return np.asarray(self.traces.time_s[0])

    @property
    def ph(self) -> Array:
        """Measured pH, shape (sample,)."""
        return np.asarray(self.traces.ph[0])

    @property
    def known(self) -> dict[str, float]:
        """Known inputs by name, in the units of ``bench.world.quantities``."""
        return dict(zip(KNOWN_NAMES, self.traces.known[0].tolist(), strict=True))


@dataclass(eq=False)
class _File:
    """What has been read of a file so far."""

    name: str
    given: dict[str, tuple[float, str]]
    columns: list[str] = field(default_factory=list)
    scales: list[tuple[float, float]] = field(default_factory=list)
    header_line: int = 0
    delimiter: str = ","
    decimal: str = ""
    samples: list[tuple[float, float]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    n_empty: int = 0

    def error(self, line: int, which: str, text: str) -> BenchError:
        """Error at a line and a column."""
        return BenchError(f"{self.name}, line {line} '{which}': {text}")


def read_trace(path: Path, given: Mapping[str, float] | None = None) -> LabTrace:
    r"""Read a laboratory's CSV of one trace.

    The first line that is no remark names the columns: the time with its unit (``time_s``, ``time [min]``) and the pH.
    Known inputs are columns, or remarks such as ``# temperature: 30 C``, or given apart. Comma, semicolon or tab
    separate; the decimal sign is a point or a comma, the same in the whole file.

    Parameters
    ----------
    path : Path
        The file.
    given : mapping, optional
        Known input to value, in the units of ``bench.world.quantities``; it goes before what the file says.

    Returns
    -------
    LabTrace
        In the suite's units. Lines without a pH are left out.

    Raises
    ------
    BenchError
        Anything that cannot be read, with its line and column.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "trace.csv"
    ...     remarks = "# urea: 3 g/L\n# temperature: 30 C\n# initial pH: 7\n"
    ...     _ = path.write_text(f"{remarks}time [min];pH\n0;7,0\n0,5;8,4\n")
    ...     trace = read_trace(path)
    >>> trace.time_s.tolist(), trace.ph.tolist(), round(trace.known["substrate_mM"], 2)
    ([0.0, 30.0], [7.0, 8.4], 49.95)
    """
    file = _File(path.name, {name: (value, OPTION) for name, value in (given or {}).items()})
    for number, line in enumerate(_text(path).splitlines(), start=1):
        text = line.strip()
        if text.startswith("#"):
            _remark(file, number, text.lstrip("# ").rstrip(",;\t "))
        elif not text.strip(",; \t"):
            continue
        elif not file.columns:
            _header(file, number, line)
        else:
            _row(file, number, line)
    if not file.columns:
        raise BenchError(f"{file.name} 'header': a line must name the columns time_s and ph, got none. Add it.")
    if len(file.samples) < 2:
        raise BenchError(
            f"{file.name} 'samples': number must be at least 2, got {len(file.samples)}. Check that the file is whole."
        )
    notes = [f"Lines without a pH, which were left out: {file.n_empty}."] * bool(file.n_empty)
    notes += [f"Columns that were passed over: {', '.join(file.ignored)}."] * bool(file.ignored)
    known, filled = _known(file)
    time_s, ph = np.array(file.samples).T
    sources = {name: file.given[name][1] for name in KNOWN_NAMES}
    return LabTrace(Traces.of(time_s, ph[None], [known]), sources, tuple(notes + filled))


def _text(path: Path) -> str:
    """Text of a file, in the encodings that spreadsheets write."""
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BenchError(
            f"trace '{path.name}': path must be a readable file, got: {error.strerror}. Check the spelling."
        ) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if len(content) > MOST_BYTES or "\0" in text:
        got = f"more than {MOST_BYTES / 1e6:g} MB" if len(content) > MOST_BYTES else "binary content"
        raise BenchError(f"trace '{path.name}': file must be the text of one trace, got {got}. Export it as CSV.")
    return text


def _remark(file: _File, number: int, text: str) -> None:
    """Take a known input from a remark such as ``temperature: 30 C``; other remarks are passed over."""
    name, sign, rest = (part.strip() for part in text.partition("=" if "=" in text else ":"))
    found = NUMBER.match(rest)
    if not sign or found is None:
        return
    named = lookup(f"{name} {rest[found.end() :]}") or lookup(name)
    if named is not None and named.name in KNOWN_NAMES:
        _give(file, number, named.name, named.scale * float(found.group().replace(",", ".")) + named.shift)
    else:
        _check_unit(file, number, name)


def _header(file: _File, number: int, text: str) -> None:
    """Take the names and units of the columns."""
    file.header_line = number
    file.delimiter = next((sign for sign in DELIMITERS if sign in text), ",")
    for cell in _cells(file, text):
        named = lookup(cell)
        if named is None:
            _check_unit(file, number, cell)
            file.ignored += [cell] * bool(cell)
        elif named.name in file.columns:
            raise file.error(number, cell, f"column must be the only {named.name}, got a second. Keep one of them.")
        file.columns.append(named.name if named else "")
        file.scales.append((named.scale, named.shift) if named else (1.0, 0.0))
    lacking = [name for name in ("time_s", "ph") if name not in file.columns]
    if lacking:
        raise file.error(
            number,
            " and ".join(lacking),
            f"columns must include time_s and ph, got {text.strip()!r}. Rename them; put # before remarks.",
        )


def _row(file: _File, number: int, text: str) -> None:
    """Take one sample."""
    cells, n_columns = _cells(file, text), len(file.columns)
    if len(cells) < n_columns or any(cells[n_columns:]):
        raise BenchError(
            f"{file.name}, line {number}: number of values must be {n_columns}, as in line {file.header_line}, got "
            f"{len(cells)}. Check the delimiter, which seems to be {file.delimiter!r}, and the decimal sign."
        )
    values: dict[str, float] = {}
    for name, cell, (scale, shift) in zip(file.columns, cells, file.scales, strict=False):
        if name and (name == "time_s" or cell.lower() not in MISSING):
            values[name] = scale * _number(file, number, name, cell) + shift
    for name in KNOWN_NAMES:
        if name in values:
            _give(file, number, name, values[name])
    if "ph" not in values:
        file.n_empty += 1
        return
    time_s, ph = values["time_s"], values["ph"]
    low, high = MEASURED_PH
    if not low <= ph <= high:
        raise file.error(number, "ph", f"value must be between {low:g} and {high:g}, got {ph:g}. Mend the line.")
    before = file.samples[-1][0] if file.samples else 0.0
    if time_s < before or (file.samples and time_s == before):
        step = "Give one trace a file, in order of time." if file.samples else "Drop what is before mixing."
        limit = f"above {before:g}, that of the sample before," if file.samples else "at least 0, which is mixing,"
        raise file.error(number, "time_s", f"value must be {limit} got {time_s:g}. {step}")
    file.samples.append((time_s, ph))


def _cells(file: _File, text: str) -> list[str]:
    """Cells of one line."""
    return [cell.strip() for cell in next(csv.reader([text], delimiter=file.delimiter, skipinitialspace=True))]


def _number(file: _File, number: int, name: str, cell: str) -> float:
    """Number in a cell; the file's decimal sign is settled by the first cell that has one."""
    if not NUMBER.fullmatch(cell):
        step = "Give the time since mixing as one number." if ":" in cell else "Mend or drop the line."
        raise file.error(number, name, f"value must be a number, got {cell!r}. {step}")
    sign = next((sign for sign in ".," if sign in cell), "")
    if sign and file.decimal and sign != file.decimal:
        raise file.error(
            number, name, f"decimal sign must be {file.decimal!r} as above, got {cell!r}. Use one in the whole file."
        )
    file.decimal = file.decimal or sign
    return float(cell.replace(",", "."))


def _give(file: _File, number: int, name: str, value: float) -> None:
    """Take the value of a known input, which must be the same wherever the file has it."""
    before, source = file.given.setdefault(name, (value, f"line {number}"))
    if before != value and source != OPTION:
        raise file.error(number, name, f"value must be {before:g}, as in {source}, got {value:g}. Keep one of them.")


def _check_unit(file: _File, number: int, name: str) -> None:
    """Raise for a name that lacks its unit."""
    units = units_of(name)
    if units:
        raise file.error(
            number, name, f"unit must be one of {', '.join(units)}, got none. Write '{name} [{units[0]}]'."
        )


def _known(file: _File) -> tuple[list[float], list[str]]:
    """Known inputs in their order, and what was filled in."""
    filled = []
    for quantity in UNUSED:
        if quantity.name not in file.given:
            middle = 0.5 * (quantity.low + quantity.high)
            file.given[quantity.name] = (middle, "filled in")
            filled.append(f"{quantity.name} is not given: {middle:g} stands in; the reaction does not depend on it.")
    lacking = [quantity.name for quantity in KNOWN if quantity.name not in file.given]
    if lacking:
        raise BenchError(
            f"{file.name} '{lacking[0]}': known inputs must include {', '.join(lacking)}, got none. "
            f"Add the line '# {EXAMPLES[lacking[0]]}' with your value, or give it as an option."
        )
    for column, quantity in enumerate(KNOWN):
        low, high = DOMAIN.get(column, (0.0, np.inf))
        value, source = file.given[quantity.name]
        if not low <= value <= high or (value == 0 and quantity is not temperature_C):
            limits = f"between {low:g} and {high:g}" if np.isfinite(high) else f"above {low:g}"
            raise BenchError(
                f"{file.name}, {source} '{quantity.name}': value must be {limits} {quantity.unit}, got {value:g}. "
                f"{OTHER_UNITS.get(quantity.name, 'Mend it.')}"
            )
    return [file.given[name][0] for name in KNOWN_NAMES], filled
