"""How laboratories name their columns and units, and what each means in the suite's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

UREA_G_PER_MOL = 60.055
"""Molar mass of urea, CH4N2O. Source: IUPAC standard atomic weights 2021, doi:10.1515/pac-2019-0603."""


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
        ("time", "t", "elapsed", "elapsed_time", "elapsed time"),
        (
            ("s", ("sec", "secs", "second", "seconds"), 1.0, 0.0),
            ("ms", ("millisecond", "milliseconds"), 1e-3, 0.0),
            ("min", ("mins", "minute", "minutes"), 60.0, 0.0),
            ("h", ("hr", "hour", "hours"), 3600.0, 0.0),
        ),
    ),
    _Words("ph", ("ph", "ph value", "measured ph")),
    _Words("initial_pH", ("initial ph", "ph0", "ph 0", "start ph", "starting ph")),
    _Words(
        "substrate_mM",
        ("substrate", "urea", "s0"),
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
        Name as somebody wrote it.

    Returns
    -------
    Named or None
        None for a name that means nothing here, or lacks its unit.

    Examples
    --------
    >>> lookup("Time [min]"), lookup("pH"), lookup("time")
    (Named(name='time_s', scale=60.0, shift=0.0), Named(name='ph', scale=1.0, shift=0.0), None)
    """
    return _meanings().get(spelled(text))


def units_of(text: str) -> tuple[str, ...]:
    """Units of which a bare name needs one.

    Parameters
    ----------
    text : str
        Name as somebody wrote it.

    Returns
    -------
    tuple of str
        Nothing for a name that means nothing here, or needs no unit.

    Examples
    --------
    >>> units_of("Temp."), units_of("pH"), units_of("remark")
    (('C', 'K'), (), ())
    """
    found = [words.units for words in VOCABULARY if spelled(text) in map(spelled, words.words)]
    return tuple(unit for unit, *_ in found[0]) if found else ()


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
