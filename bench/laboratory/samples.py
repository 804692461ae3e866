"""Samples of one run: its lines read as times and pH, and what is no sample passed over with a note, or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bench.arrays import Array
from bench.errors import BenchError
from bench.laboratory.moments import DAY_S, MARKED, decimal_of, moments_of, numbers_of
from bench.laboratory.names import TIME, UNITS, meaning_of, unit_of
from bench.laboratory.table import BEGINS, CLOCK, Run, Table
from bench.laboratory.text import NUMBER
from bench.world.simulator import MEASURED_PH

_SENTINEL = r"-?9{2,}(?:[.,][09]+)?|-?9[.,]9{2,}[eE]\+?\d+"
"""What loggers write for no measurement."""
_CLOCK_FORMS = {"mm:ss": 1.0, "hh:mm": 60.0}
LAST_S = 1e11
"""Time [s] that no calendar has reached."""
RISE_PH = 0.8
"""Rise after which a fall to the start can only be another run."""
EPOCH_S = (1e9, 4e9)
"""Seconds since 1970, from 2001 to 2096."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of one run."""

    rows: list[int]
    time_s: Array
    ph: Array
    moments: list[str]
    scale: float | None

    def part(self, which: slice) -> Samples:
        """Some of them."""
        return replace(
            self, rows=self.rows[which], time_s=self.time_s[which], ph=self.ph[which], moments=self.moments[which]
        )

    def moment_s(self, moment: str) -> float:
        """Time [s] of a moment that is written as in the column of time; of a clock without a date, the nearest."""
        if moment == "0":  # mixing is where the file counts from, however it writes that
            return 0.0
        if self.scale is None:
            dated = moments_of(pd.Series([*self.moments, moment]))
            alone = moments_of(pd.Series([moment]), minutes=True)[0] + DAY_S * np.arange(-1.0, 3.0)
            away = np.maximum(self.time_s[0] - alone, alone - self.time_s[-1])
            time_s = float(
                alone[np.argmin(away)] if re.fullmatch(r"[\d:.,]+(\s*[ap]m)?", moment, re.I) else dated.iloc[-1]
            )
        else:
            time_s = self.scale * float(moment.replace(",", ".")) if re.fullmatch(NUMBER, moment) else np.nan
        if np.isnan(time_s):
            raise BenchError(
                f"option '--mixed-at': moment must be written as in the column of time, such as '{self.moments[0]}', "
                f"got '{moment}'. Copy the time of the first sample after mixing."
            )
        return time_s


def samples_of(table: Table, run: Run) -> tuple[list[Samples], str, list[str]]:
    """Read the samples of a run."""
    cells = pd.DataFrame([table.cells[row] for row in run.rows], index=run.rows, dtype=str)
    moments = pd.Series("", index=run.rows) if run.time is None else cells[run.time]
    if run.date is not None and moments.str.contains(CLOCK).any():
        dates = cells[run.date].str.removesuffix(" 00:00:00")
        moments = dates.mask(dates == "").ffill().fillna("") + " " + moments
    decimal = table.reading.decimal or decimal_of(cells[run.ph], moments)
    marked = cells[run.ph].str.extract(MARKED)
    ph = numbers_of(marked["value"].fillna(""), decimal, grouped=False)
    missing = ~cells[run.ph].str.contains(r"\d") | cells[run.ph].str.fullmatch(_SENTINEL)
    ph[missing] = np.nan
    seconds, scale = _seconds(table, run, moments, decimal, ph.notna())
    is_sample = ph.notna() & seconds.notna()
    notes = _passed_over(table, run, cells, moments, is_sample, missing, seconds, decimal)
    marks = {mark for mark in (marked["before"] + marked["after"])[is_sample] if mark.casefold() not in ("", "ph")}
    if marks:
        notes.append(f"Marks beside the pH, which were passed over: {', '.join(sorted(marks))}.")
    kept = [row for row, counts in zip(run.rows, is_sample, strict=True) if counts]
    times, values = (np.asarray(each[is_sample], dtype=np.float64) for each in (seconds, ph))
    if len(kept) > 2 and table.lines[-1] and kept[-1] == len(table.lines) - 1:  # written only in part
        *whole, last = cells[run.ph][is_sample].str.len()
        if last < min(whole):
            notes.append(f"The last line ends within its pH and was left out: '{table.lines[-1].strip()}'.")
            kept, times, values = kept[:-1], times[:-1], values[:-1]
            is_sample = is_sample & (np.arange(len(is_sample)) < is_sample.to_numpy().nonzero()[0][-1])
    samples = Samples(kept, times, values, moments[is_sample].tolist(), scale)
    if not kept:
        raise BenchError(f"{table.file} 'samples': number must be at least 2, got 0. Check that the file is whole.")
    _check(table, samples)
    if len(kept) > 2 and (np.diff(samples.time_s) < 0).all():
        samples = samples.part(slice(None, None, -1))
        notes.append("The lines ran backwards in time and were turned.")
    return _parts(table, samples), decimal, notes


def _seconds(
    table: Table, run: Run, moments: pd.Series[str], decimal: str, measured: pd.Series[bool]
) -> tuple[pd.Series[float], float | None]:
    """Times by their unit or by the clock, and the scale of their unit."""
    told = table.reading.time_unit
    found = re.fullmatch(rf"({NUMBER})?\s*([^\d\s].*)", told or "")
    unit = unit_of(TIME, found[2]) if found else ""
    if told and not unit and told not in _CLOCK_FORMS:
        raise BenchError(
            f"option '--time-unit': unit must be one of {', '.join(UNITS[TIME])}, mm:ss or hh:mm, or a number and a "
            f"unit as in 0.5s, got '{told}'. Write one of them."
        )
    scale = UNITS[TIME][unit][1] * float((found[1] or "1").replace(",", ".")) if found and unit else None
    if run.time is None:
        if scale is None:
            raise BenchError(
                f"{table.file} 'time_s': interval must be told where samples are counted, got none. "
                "Add --time-unit with the time from one sample to the next, such as --time-unit 1s."
            )
        return pd.Series(scale * np.arange(len(moments)), index=moments.index), scale
    name = run.names[run.time]
    if told in _CLOCK_FORMS:
        return _CLOCK_FORMS[told] * moments_of(moments, minutes=True), None
    numbers = numbers_of(moments, decimal)
    unnamed = scale is None and not getattr(meaning_of(name), "unit", "")
    compact = unnamed and moments[measured].str.fullmatch(r"(19|20)\d{12}").all()
    if compact or not measured.any() or np.isnan(numbers[measured].iloc[0]):
        return moments_of(moments, minutes="mm:ss" in name and "hh:mm" not in name.lower()), None
    if scale is None:
        scale = _scale(table, run, numbers.dropna())
    if abs(scale * numbers).max() > LAST_S:
        raise table.error(
            run.header, name, f"time must be below {LAST_S:g} s, got {scale * numbers.max():g} s. Add --time-unit ms."
        )
    return scale * numbers, scale


def _scale(table: Table, run: Run, numbers: pd.Series[float]) -> float:
    """Seconds a unit of a column of times that are numbers: by its name, or since 1970 by their size."""
    name = run.names[run.time or 0]
    named = meaning_of(name)
    if named is not None and named.unit:
        return UNITS[TIME][named.unit][1]
    for scale in (1.0, 1e-3, 1e-6, 1e-9):
        if (
            EPOCH_S[0] <= scale * numbers.min()
            and scale * numbers.max() <= EPOCH_S[1]
            and scale * np.ptp(numbers) < DAY_S
        ):
            return scale
    days = (numbers % 1 != 0).any() and (numbers.between(3e4, 9e4).all() or np.ptp(numbers) < 0.05)
    likely = "d" if days else "ms" if numbers.diff().median() >= 20 else "s"
    raise table.error(
        run.header,
        name,
        f"unit must be one of {', '.join(UNITS[TIME])}, got none. Add the right one, such as --time-unit {likely}.",
    )


def _passed_over(
    table: Table,
    run: Run,
    cells: pd.DataFrame,
    moments: pd.Series[str],
    is_sample: pd.Series[bool],
    missing: pd.Series[bool],
    seconds: pd.Series[float],
    decimal: str,
) -> list[str]:
    """Notes on lines that are certainly no samples; an error for the first that may be one."""
    last = is_sample[is_sample].index.max() if is_sample.any() else -1
    timed = moments.str.match(BEGINS) if run.time is not None else pd.Series(True, index=moments.index)
    empty = seconds.notna() & missing
    other = ~timed & (missing | (moments.index > last)) | (missing & (moments.index > last) & ~empty)
    bad = ~(is_sample | empty | other)
    if bad.any():
        row = run.rows[int(bad.to_numpy().argmax())]
        ph, moment = cells[run.ph][row], moments[row]
        wrong = "," if decimal == "." else "."
        if np.isnan(seconds[row]):
            step = "Mend or drop the line."
            if re.fullmatch(r"\d+:\d\d", moment):
                step = "Add --time-unit mm:ss or --time-unit hh:mm."
            elif seconds.isna().all() or not is_sample.any():
                step = "Take another column with --time, or count the samples: --time 0 --time-unit 1s."
            raise table.error(row, "time_s", f"value must be a time, got '{moment}'. {step}")
        if wrong in ph and re.fullmatch(NUMBER, ph):
            raise table.error(
                row, "ph", f"decimal sign must be '{decimal}' as above, got '{ph}'. Use one in the whole file."
            )
        raise table.error(row, "ph", f"value must be a number, got '{ph}'. Mend or drop the line.")
    notes = []
    if empty.any():
        words = sorted({cell for cell in cells[run.ph][empty] if cell})
        shown = f" ({', '.join(words[:3])})" if words else ""
        notes.append(f"Lines without a pH, which were left out: {empty.sum()}{shown}.")
    if other.any():
        first = table.lines[run.rows[int(other.to_numpy().argmax())]].strip()[:60]
        notes.append(f"Lines that are no samples, which were passed over: {other.sum()}, the first '{first}'.")
    return notes


def _check(table: Table, samples: Samples) -> None:
    """Refuse a pH that cannot be."""
    low, high = MEASURED_PH
    for row, ph in zip(samples.rows, samples.ph, strict=True):
        if not low <= ph <= high:
            raise table.error(row, "ph", f"value must be between {low:g} and {high:g}, got {ph:g}. Mend the line.")


def _parts(table: Table, samples: Samples) -> list[Samples]:
    """Samples from where the time or the pH starts again to the next such place."""
    time_s, ph = samples.time_s, samples.ph
    starts = [0]
    for at in range(1, len(ph)):
        first, last = starts[-1], at - 1
        if time_s[at] <= time_s[last]:
            if time_s[at] > time_s[first] + 0.1 * (time_s[last] - time_s[first]) or last == first:
                step = "Sort the lines by time, and give one trace a file."
                if time_s[at] == time_s[last]:
                    step = "Drop the repeated sample, or export more digits of the time."
                    if (np.diff(time_s) == 0).mean() > 0.2:
                        n_times = len(np.unique(time_s))
                        every = np.ptp(time_s) / max(n_times - 1, 1) * n_times / len(time_s)
                        step = f"Export more digits, or count even samples: --time 0 --time-unit {every or 1:.3g}s."
                before, now = samples.moments[last], samples.moments[at]
                raise table.error(
                    samples.rows[at], "time_s", f"value must be after {before}, the sample before, got {now}. {step}"
                )
            starts.append(at)
            continue
        rise = ph[last] - ph[first]
        if (
            at + 2 < len(ph)
            and rise > RISE_PH
            and ph[at] < ph[first] + 0.25 * rise
            and ph[at : at + 3].max() < ph[last] - 0.1 * rise
        ):
            starts.append(at)
    return [samples.part(slice(*ends)) for ends in zip(starts, [*starts[1:], None], strict=True)]
