"""A laboratory's own CSV of one trace: its columns, units and known inputs found out, every value checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.errors import BenchError
from bench.laboratory.known import OPTION, UNUSED, Stated
from bench.laboratory.names import is_elapsed, meaning_of
from bench.laboratory.samples import Samples, samples_of
from bench.laboratory.table import Reading, Run, Table, runs_of, table_of
from bench.laboratory.text import lines_of
from bench.world.quantities import KNOWN, KNOWN_NAMES, temperature_C
from bench.world.simulator import DOMAIN

FILLED = "filled in"
"""Source of a value that nobody gave."""
MOST_DRIFT_C = 1.0
"""Range of a measured temperature that still counts as constant: one degree moves the rate by about 4 %."""
EXAMPLES = {
    "substrate_mM": ("'# urea: 50 mM'", "--substrate"),
    "temperature_C": ("'# temperature: 25 C'", "--temperature"),
    "initial_pH": ("'# initial pH: 7.0'", "--initial-ph"),
}
"""Lines that give what a file must know, and the options that do."""
OTHER_UNITS = {
    "substrate_mM": "Check its unit: urea [mM], urea [M] or urea [g/L].",
    "temperature_C": "Check its unit: temperature [C] or temperature [K].",
}
"""What a value outside the domain is likely to be."""


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


def read_trace(path: Path, reading: Reading | None = None) -> LabTrace:
    r"""Read a laboratory's file of one trace.

    The first line that names a time and a pH is that of the columns: the time with its unit (``time_s``,
    ``time [min]``) or as a clock writes it. Known inputs are columns, or lines such as ``temperature: 30 C``, or given
    apart. What the file does not say, the reading does.

    Parameters
    ----------
    path : Path
        The file: text, or an .xlsx workbook.
    reading : Reading, optional
        What is told apart from the file.

    Returns
    -------
    LabTrace
        In the suite's units. Lines without a pH and samples before mixing are left out.

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
    reading = reading or Reading()
    table = table_of(path.name, lines_of(path), reading)
    runs = runs_of(table)
    run = runs[_chosen(table, [run.label for run in runs], [(run.rows[0], run.rows[-1]) for run in runs])]
    parts, decimal, notes = samples_of(table, run)
    if len(runs) == len(parts) == 1 and reading.run not in (None, "1", run.label):
        raise BenchError(f"option '--run': run must be 1, the only one, got '{reading.run}'. Leave it out.")
    if len(parts) > 1 and len(runs) > 1:
        row = parts[1].rows[0]
        raise table.error(row, "time_s", f"run '{run.label}' must be one, got a second start. Drop the rest of it.")
    samples = parts[_chosen(table, [""] * len(parts), [(part.rows[0], part.rows[-1]) for part in parts])]
    stated = Stated(path.name, {name: (value, OPTION) for name, value in reading.known.items()})
    inside = {row for row in run.rows if row <= max(samples.rows)}
    for row in sorted({*range(len(table.lines))} - inside):
        stated.remark(row, table.lines[row], decimal)
    celsius, ignored = _columns(table, run, samples, stated, decimal)
    notes = [f"Columns that were passed over: {', '.join(ignored)}."] * bool(ignored) + notes
    time_s, ph = _since_mixing(table, run, samples, notes)
    known = _known(stated, [value for value in celsius[-len(ph) :] if value is not None], notes)
    sources = {name: stated.given[name][1] for name in KNOWN_NAMES}
    return LabTrace(Traces.of(time_s, ph[None], [known]), sources, tuple(notes))


def _chosen(table: Table, labels: list[str], lines: list[tuple[int, int]]) -> int:
    """Number, from 0, of the run that was told, or of the only one."""
    if len(labels) == 1:
        return 0
    told = table.reading.run
    if told is not None:
        same = [number for number, label in enumerate(labels) if told.casefold() == label.casefold()]
        if same or (told.isdecimal() and 1 <= int(told) <= len(labels)):
            return same[0] if same else int(told) - 1
    shown = [
        f"{number} ({label + ', ' if label else ''}lines {first + 1} to {last + 1})"
        for number, (label, (first, last)) in enumerate(zip(labels, lines, strict=True), 1)
    ]
    raise BenchError(
        f"{table.file} 'run': trace must be one, got {', '.join(shown)}. Say which with --run 1 or another number."
    )


def _columns(
    table: Table, run: Run, samples: Samples, stated: Stated, decimal: str
) -> tuple[list[float | None], list[str]]:
    """Take known inputs from the columns of a run; temperatures that were measured, and columns that mean nothing."""
    celsius: list[float | None] = [None] * len(samples.rows)
    ignored = []
    for column, name in enumerate(run.names):
        named = meaning_of(name)
        kind = named.quantity if named else ""
        taken = named.run in ("", run.label) if named else False
        if kind == temperature_C.name and taken and not (named and named.lacks_unit and kind in stated.given):
            celsius = [stated.value(row, name, table.cells[row][column], decimal) for row in samples.rows]
        elif kind in KNOWN_NAMES and kind != temperature_C.name and taken:
            for row in samples.rows:
                stated.state(row, name, table.cells[row][column], decimal)
        elif name and column not in (run.time, run.ph) and (not named or kind == temperature_C.name):
            ignored.append(name)
    return celsius, ignored


def _since_mixing(table: Table, run: Run, samples: Samples, notes: list[str]) -> tuple[Array, Array]:
    """Times since mixing and pH of the samples that count, with a note on the others."""
    mixed_at = table.reading.mixed_at
    start_s = samples.moment_s(mixed_at) if mixed_at is not None and samples.rows else 0.0
    n_before = int((samples.time_s < start_s).sum())
    if n_before:
        notes.append(f"Samples before mixing, which were left out: {n_before}.")
    kept = samples.part(slice(n_before, None))
    if len(kept.rows) < 2:
        before = ", and the moment of mixing" * bool(n_before)
        raise BenchError(
            f"{table.file} 'samples': number must be at least 2, got {len(kept.rows)}. "
            f"Check that the file is whole{before}."
        )
    time_s = np.round(kept.time_s - start_s, 9) if start_s else kept.time_s  # without the last digits of a time of day
    length_s = time_s[-1] - time_s[0]
    clock = samples.scale is None and run.time is not None and not is_elapsed(run.names[run.time])
    if mixed_at is None and (time_s[0] > length_s or (clock and time_s[0] > 0)):
        first = kept.moments[0]
        raise BenchError(
            f"{table.file} 'time_s': time must count from mixing, got a first sample at {first}. "
            f"Add --mixed-at '{first}' with your moment of mixing, or --mixed-at 0 if the times are right."
        )
    if mixed_at is not None and time_s[0] > length_s:
        notes.append(f"The first sample is {time_s[0]:g} s after mixing, later than the trace is long.")
    return time_s, kept.ph


def _known(stated: Stated, celsius: list[float], notes: list[str]) -> list[float]:
    """Known inputs in their order, with a note on what was filled in."""
    _measured_temperature(stated, celsius)
    given = stated.given
    filled = []
    for quantity in KNOWN:
        if quantity.name in UNUSED and quantity.name not in given:
            middle = 0.5 * (quantity.low + quantity.high)
            given[quantity.name] = (middle, FILLED)
            filled.append(f"{quantity.name} {middle:g}")
    if filled:
        notes.append(f"Filled in, as the reaction does not depend on it: {', '.join(filled)}.")
    lacking = [quantity.name for quantity in KNOWN if quantity.name not in given]
    if lacking:
        lines, options = (", ".join(EXAMPLES[name][which] for name in lacking) for which in (0, 1))
        raise BenchError(
            f"{stated.file} '{lacking[0]}': known inputs must include {', '.join(lacking)}, got none. "
            f"Add on top, with your values: {lines}; or give {options}."
        )
    for column, quantity in enumerate(KNOWN):
        low, high = DOMAIN.get(column, (0.0, np.inf))
        value, source = given[quantity.name]
        if not low <= value <= high or (value == 0 and quantity is not temperature_C):
            limits = f"between {low:g} and {high:g}" if np.isfinite(high) else f"above {low:g}"
            raise BenchError(
                f"{stated.file}, {source} '{quantity.name}': value must be {limits} {quantity.unit}, got {value:g}. "
                f"{OTHER_UNITS.get(quantity.name, 'Mend it.')}"
            )
    return [given[name][0] for name in KNOWN_NAMES]


def _measured_temperature(stated: Stated, measured: list[float]) -> None:
    """Take the mean of a column of temperatures, which must be constant as far as the reaction can tell."""
    name = temperature_C.name
    before, source = stated.given.get(name, (None, ""))
    if not measured or source == OPTION:
        return
    low, high = min(measured), max(measured)
    if high - low > MOST_DRIFT_C:
        raise BenchError(
            f"{stated.file} '{name}': column must stay within {MOST_DRIFT_C:g} degree C, got {low:g} to {high:g}. "
            "Cut the trace where it drifts, or insist on one value with --temperature."
        )
    mean = float(np.mean(measured))
    if before is None:
        source = "its column" if low == high else f"mean of its column, {low:g} to {high:g}"
        stated.given[name] = (low if low == high else mean, source)
    elif abs(mean - before) > MOST_DRIFT_C:
        raise BenchError(
            f"{stated.file} '{name}': column must agree with {source} to {MOST_DRIFT_C:g} degree C, got {mean:.4g} "
            f"beside {before:g}. Drop one of them, or insist on one value with --temperature."
        )
