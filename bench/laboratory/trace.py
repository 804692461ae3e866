"""A laboratory's own CSV of one trace: its columns, units and known inputs found out, every value checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.errors import BenchError
from bench.laboratory.lines import OPTION, LabFile
from bench.laboratory.text import text_of
from bench.world.quantities import KNOWN, KNOWN_NAMES, grams_urease_powder, temperature_C, volume_L
from bench.world.simulator import DOMAIN

UNUSED = (grams_urease_powder, volume_L)
"""Known inputs that do not enter the reaction, so that a file may lack them."""
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


def read_trace(path: Path, given: Mapping[str, float] | None = None, mixed_at: str | None = None) -> LabTrace:
    r"""Read a laboratory's CSV of one trace.

    The first line that names a time and a pH is that of the columns: the time with its unit (``time_s``,
    ``time [min]``) or as a clock writes it. Known inputs are columns, or lines above it such as
    ``temperature: 30 C``, or given apart. Comma, semicolon or tab separate; the decimal sign is a point or a comma,
    the same in the whole file.

    Parameters
    ----------
    path : Path
        The file.
    given : mapping, optional
        Known input to value, in the units of ``bench.world.quantities``; it goes before what the file says.
    mixed_at : str, optional
        Moment of mixing as the column of time writes it; 0 without it.

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
    file = LabFile(path.name, {name: (value, OPTION) for name, value in (given or {}).items()})
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        file.take(number, line)
    if not file.columns:
        raise file.without_columns()
    time_s, ph = _since_mixing(file, mixed_at)
    known = _known(file)
    sources = {name: file.given[name][1] for name in KNOWN_NAMES}
    return LabTrace(Traces.of(time_s, ph[None], [known]), sources, tuple(file.notes))


def _since_mixing(file: LabFile, mixed_at: str | None) -> tuple[Array, Array]:
    """Times since mixing and pH of the samples that count, with a note on the others."""
    if file.n_empty:
        file.notes.append(f"Lines without a pH, which were left out: {file.n_empty}.")
    start_s = file.moment_s(mixed_at) if mixed_at is not None and file.samples else 0.0
    n_before = sum(sample.time_s < start_s for sample in file.samples)
    if n_before:
        file.notes.append(f"Samples before mixing, which were left out: {n_before}.")
    file.samples = file.samples[n_before:]
    if len(file.samples) < 2:
        before = ", and the moment of mixing" * bool(n_before)
        raise BenchError(
            f"{file.name} 'samples': number must be at least 2, got {len(file.samples)}. "
            f"Check that the file is whole{before}."
        )
    time_s = np.array([sample.time_s for sample in file.samples])
    if start_s:
        time_s = np.round(time_s - start_s, 9)  # without the last digits of a time of day
    if mixed_at is None and time_s[0] > time_s[-1] - time_s[0]:
        first = file.samples[0].moment
        raise BenchError(
            f"{file.name} 'time_s': time must count from mixing, got a first sample at {first}, later than the trace "
            f"is long. Add --mixed-at '{first}' with your moment of mixing, or --mixed-at 0 if the times are right."
        )
    return time_s, np.array([sample.ph for sample in file.samples])


def _known(file: LabFile) -> list[float]:
    """Known inputs in their order, with a note on what was filled in."""
    _measured_temperature(file)
    filled = []
    for quantity in UNUSED:
        if quantity.name not in file.given:
            middle = 0.5 * (quantity.low + quantity.high)
            file.given[quantity.name] = (middle, FILLED)
            filled.append(f"{quantity.name} {middle:g}")
    if filled:
        file.notes.append(f"Filled in, as the reaction does not depend on it: {', '.join(filled)}.")
    lacking = [quantity.name for quantity in KNOWN if quantity.name not in file.given]
    if lacking:
        lines, options = (", ".join(EXAMPLES[name][which] for name in lacking) for which in (0, 1))
        raise BenchError(
            f"{file.name} '{lacking[0]}': known inputs must include {', '.join(lacking)}, got none. "
            f"Add on top, with your values: {lines}; or give {options}."
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
    return [file.given[name][0] for name in KNOWN_NAMES]


def _measured_temperature(file: LabFile) -> None:
    """Take the mean of a column of temperatures, which must be constant as far as the reaction can tell."""
    measured = [sample.celsius for sample in file.samples if sample.celsius is not None]
    name = temperature_C.name
    stated, source = file.given.get(name, (None, ""))
    if not measured or source == OPTION:
        return
    low, high = min(measured), max(measured)
    if high - low > MOST_DRIFT_C:
        raise BenchError(
            f"{file.name} '{name}': column must stay within {MOST_DRIFT_C:g} degree C, got {low:g} to {high:g}. "
            "Cut the trace where it drifts, or insist on one value with --temperature."
        )
    mean = float(np.mean(measured))
    if stated is None:
        source = "its column" if low == high else f"mean of its column, {low:g} to {high:g}"
        file.given[name] = (low if low == high else mean, source)
    elif abs(mean - stated) > MOST_DRIFT_C:
        raise BenchError(
            f"{file.name} '{name}': column must agree with {source} to {MOST_DRIFT_C:g} degree C, got {mean:.4g} "
            f"beside {stated:g}. Drop one of them, or insist on one value with --temperature."
        )
