"""How laboratories name their columns and units, and what each means in the suite's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

UREA_G_PER_MOL = 60.055
"""Molar mass of urea, CH4N2O. Source: IUPAC standard atomic weights 2021, doi:10.1515/pac-2019-0603."""

_AT_TEMPERATURE = re.compile(r"^(ph|ph value) \d+( \d+)? ?°?c$")
"""A pH that names the temperature of its calibration."""
_CLOCK = re.compile(r"() (hh )?mm ss( \w+)?$")
"""A time that names how it is written."""


@dataclass(frozen=True)
class Named:
    """What a column name means: value in the suite's unit = scale * value + shift.

    Parameters
    ----------
    name : str
        ``time_s``, ``ph`` or a known input.
    scale, shift : float
        From the laboratory's unit.
    """

    name: str
    scale: float
    shift: float = 0.0


@dataclass(frozen=True)
class _Words:
    """Words for one quantity, and its units as written, each with its spellings, scale and shift."""

    name: str
    words: tuple[str, ...]
    units: tuple[tuple[str, tuple[str, ...], float, float], ...] = ()


VOCABULARY = (
    _Words(
        "time_s",
        ("time", "t", "elapsed", "elapsed time", "date time", "datetime", "date and time", "timestamp", "time stamp"),
        (
            ("s", ("sec", "secs", "second", "seconds"), 1.0, 0.0),
            ("ms", ("millisecond", "milliseconds"), 1e-3, 0.0),
            ("min", ("mins", "minute", "minutes"), 60.0, 0.0),
            ("h", ("hr", "hour", "hours"), 3600.0, 0.0),
        ),
    ),
    _Words("ph", ("ph", "ph value", "measured ph", "ph ph")),
    _Words("initial_pH", ("initial ph", "ph0", "ph 0", "start ph", "starting ph")),
    _Words(
        "substrate_mM",
        ("substrate", "urea", "s0", "substrate concentration", "urea concentration"),
        (
            ("mM", ("mmol/l",), 1.0, 0.0),
            ("M", ("mol/l",), 1e3, 0.0),
            ("g/L", (), 1e3 / UREA_G_PER_MOL, 0.0),
        ),
    ),
    _Words(
        "temperature_C",
        ("temperature", "temp"),
        (("C", ("°c", "degc", "degree c", "celsius"), 1.0, 0.0), ("K", ("kelvin",), 1.0, -273.15)),
    ),
    _Words(
        "grams_urease_powder",
        ("urease powder", "powder", "urease"),
        (("g", ("gram", "grams"), 1.0, 0.0), ("mg", (), 1e-3, 0.0)),
    ),
    _Words("volume_L", ("volume", "vol"), (("L", ("litre", "liter"), 1.0, 0.0), ("mL", (), 1e-3, 0.0))),
)


def spelled(text: str) -> str:
    """Bring a column name to one spelling.

    Parameters
    ----------
    text : str
        Name as somebody wrote it.

    Returns
    -------
    str
        Lower case, words and unit with one blank between.

    Examples
    --------
    >>> [spelled(text) for text in ("Time [s]", "urea_g_per_L", "t/ms", "Temperature (°C)", "mmol L-1")]
    ['time s', 'urea g l', 't ms', 'temperature °c', 'mmol l']
    """
    words = re.findall(r"°?[^\W_]+", text.lower().replace("-1", ""))
    return " ".join(word for word in words if word != "per")


def lookup(text: str) -> Named | None:
    """Find what a column name with its unit means.

    Parameters
    ----------
    text : str
        Name as somebody wrote it. The name of a run in front of a colon and the temperature behind a pH say nothing.

    Returns
    -------
    Named or None
        None for a name that means nothing here, or lacks its unit.

    Examples
    --------
    >>> lookup("Latest: Time [min]"), lookup("pH (25 °C)"), lookup("time")
    (Named(name='time_s', scale=60.0, shift=0.0), Named(name='ph', scale=1.0, shift=0.0), None)
    """
    meanings = _meanings()
    return next((meanings[each] for each in _readings(text, _AT_TEMPERATURE) if each in meanings), None)


def lacking_unit(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Find what a bare name would mean, and the units of which it needs one.

    Parameters
    ----------
    text : str
        Name as somebody wrote it. A time may name its clock instead, as in ``Time (hh:mm:ss)``.

    Returns
    -------
    tuple of str and tuple of str, or None
        The suite's name and the laboratory's units; None for a name that means nothing here, or needs no unit.

    Examples
    --------
    >>> lacking_unit("Temp."), lacking_unit("pH"), lacking_unit("remark")
    (('temperature_C', ('C', 'K')), None, None)
    """
    readings = _readings(text, _CLOCK)
    for words in VOCABULARY:
        if words.units and any(spelled(word) in readings for word in words.words):
            return words.name, tuple(unit for unit, *_ in words.units)
    return None


def _readings(text: str, drop: re.Pattern[str]) -> list[str]:
    """Spellings that a name may have: whole, and without what stands in front of its colon."""
    return [drop.sub(r"\1", spelled(each)) for each in (text, text.partition(":")[2])]


def _meanings() -> dict[str, Named]:
    """Every spelling of every name with its unit."""
    return dict(_spellings())


def _spellings() -> Iterator[tuple[str, Named]]:
    """Every spelling and its meaning."""
    for words in VOCABULARY:
        for word in words.words:
            if not words.units:
                yield spelled(word), Named(words.name, 1.0)
            for unit, others, scale, shift in words.units:
                for spelling in (unit, *others):
                    yield spelled(f"{word} {spelling}"), Named(words.name, scale, shift)
    yield spelled("grams_urease_powder"), Named("grams_urease_powder", 1.0)
