"""Known inputs that a file states: each one number and one unit, in the cell or in the name."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from bench.errors import BenchError
from bench.laboratory.names import UNITS, Meaning, meaning_of, unit_of
from bench.laboratory.text import NUMBER
from bench.world.quantities import KNOWN_NAMES, grams_urease_powder, volume_L

OPTION = "option"
"""Source of a value that was given apart from the file."""
UNUSED = (grams_urease_powder.name, volume_L.name)
"""Known inputs that do not enter the reaction, so that a file may lack them."""
OPTIONS = {
    "substrate_mM": "--substrate in mM",
    "temperature_C": "--temperature in degree C",
    "initial_pH": "--initial-ph",
    "grams_urease_powder": "--powder in g",
    "volume_L": "--volume in L",
}
_SIGN = re.compile(r"\s*[:=：]\s*")
_ONE = re.compile(
    rf"(?P<number>{NUMBER})\s*(?P<unit>[^\d\s.,+-]\D*(100 ?m[lL]|-1|3)?)?"
    rf"|(?P<before>\D*[^\d\s.,+-])\s+(?P<last>{NUMBER})"
)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")
"""A number whose only sign may be a decimal sign or one of thousands."""


@dataclass
class Stated:
    """Known inputs that were stated so far."""

    file: str
    given: dict[str, tuple[float, str]] = field(default_factory=dict)

    def remark(self, row: int, line: str, decimal: str) -> None:
        """Take what a line such as ``temperature: 30 C`` or ``temperature;30;C`` states."""
        text = line.lstrip("#%!/ ").strip(";, \t\"'")
        delimiter = next((sign for sign in "\t;," if sign in text), "\t")
        cells = [cell.strip(' "') for cell in text.split(delimiter)]
        pairs = [_SIGN.split(cell, maxsplit=1) for cell in cells if _SIGN.search(cell)]
        if len(pairs) == len(cells) or not _SIGN.search(cells[0]):
            stated = pairs if len(pairs) == len(cells) else [[cells[0], " ".join(cells[1:])]]
        else:
            name, value = _SIGN.split(text, maxsplit=1)
            stated = [[name, value if pairs[0][1] else " ".join(cells[1:])]]
        for name, value in stated:
            self.state(row, name, re.sub(r"[\t;]+", " ", value).strip(' "'), decimal)

    def state(self, row: int, name: str, text: str, decimal: str) -> None:
        """Take the value of a name, which must be the same wherever the file has it."""
        value = self.value(row, name, text, decimal)
        named = meaning_of(name)
        if value is None or named is None:
            return
        before, source = self.given.setdefault(named.quantity, (value, f"line {row + 1}"))
        if not math.isclose(value, before, rel_tol=1e-9):
            raise BenchError(
                f"{self.file}, line {row + 1} '{named.quantity}': value must be {before:g}, as in {source}, got "
                f"{value:g}. Keep one of them, or give {OPTIONS[named.quantity]}."
            )

    def value(self, row: int, name: str, text: str, decimal: str) -> float | None:
        """Value of a known input; None for any other name, for a text without a digit, and where an option has it."""
        named = meaning_of(name)
        if named is None or named.quantity not in KNOWN_NAMES or not re.search(r"\d", text):
            return None
        if self.given.get(named.quantity, (0.0, ""))[1] == OPTION:
            return None
        try:
            return _value(name, named, text, decimal)
        except ValueError as error:
            if named.quantity in UNUSED:
                return None
            where = f"{self.file}, line {row + 1} '{name}'"
            raise BenchError(f"{where}: {error} or give {OPTIONS[named.quantity]}.") from None


def _value(name: str, named: Meaning, text: str, decimal: str) -> float:
    """Value in the suite's unit; ValueError with the first half of a sentence for anything but a number and a unit."""
    found, units = _ONE.fullmatch(text), UNITS.get(named.quantity, {})
    if found is None or re.search(r"[?!*;:=<>~±]", text):
        raise ValueError(
            f"value must be one number with one unit, got '{text}'. Write that of the reaction mixture alone,"
        )
    number, written = found["number"] or found["last"], (found["unit"] or found["before"] or "").strip("[]() ")
    sign = _THOUSANDS.fullmatch(number)
    if sign and sign[1] != decimal:
        raise ValueError(f"number must have one decimal sign and none of thousands, got '{number}'. Write it so,")
    value = float(number.replace(",", "."))
    if not units:
        if written.casefold() not in ("", "ph"):
            raise ValueError(f"value must be one number, got '{text}'. Write it alone,")
        return value
    in_cell = unit_of(named.quantity, written)
    unit = named.unit or in_cell
    if not unit or (written and in_cell != unit):
        expected = f"{named.unit}, as in the name" if named.unit else f"one of {', '.join(units)}"
        got = f"'{written}'" if written else "none"
        step = "Keep one of them" if named.unit else f"Write '{name} [{next(iter(units))}]'"
        raise ValueError(f"unit must be {expected}, got {got}. {step},")
    _, scale, shift = units[unit]
    return scale * value + shift
