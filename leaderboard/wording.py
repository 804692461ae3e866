"""How numbers, names and messages are printed, the same on every board and picture."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.world.quantities import TARGETS

CSV_FILE = "board.csv"
"""File of a board that holds every cell."""
NONE = "-"
"""Printed where there is no number."""
NO_PLUGIN, GIVE_FOLDER = "Stale, plugin not found", "Give the folder of the plugin with --models."
UNCHECKED = "not checked here"
"""Mark of scores that stand although a library of their row is not installed."""
TIMES = (" ", " × ")
"""Between a number and its unit, where the unit is none or is a power of ten."""
LONGEST_FILE_NAME = 100
"""Bytes of a row's name in the name of a file, which has at most 255 in all."""
LONGEST_GIST = 200
"""Characters of a message that are shown; the record holds all of it."""


@dataclass(frozen=True)
class Shown:
    """How one target is printed."""

    name: str
    symbol: str
    formula: str
    unit: str
    formula_unit: str
    scale: float
    low: float
    high: float


_E0, _K_D = TARGETS
# k_d stays below 5e-3 1/s: in thousandths its columns need no exponents.
SHOWN = (
    Shown(_E0.name, "E0", "$E_0$", "g/L", "g/L", 1.0, _E0.low, _E0.high),
    Shown(_K_D.name, "k_d", "$k_d$", "1e-3/s", "10⁻³ s⁻¹", 1e-3, _K_D.low * 1e3, _K_D.high * 1e3),
)

SYMBOLS = {shown.name: shown.symbol for shown in SHOWN}


def r2_text(value: float | str | None) -> str:
    """Print a coefficient of determination with as many digits as help to tell rows apart.

    Examples
    --------
    >>> [r2_text(value) for value in (0.99981, 0.7312, -0.0003, -12.34, -123456.0, None)]
    ['0.9998', '0.731', '0.000', '-12.3', '-1.2e+05', '-']
    """
    if value is None or isinstance(value, str):
        return value or NONE
    if 0.99995 <= value < 1:
        return ">0.9999"  # rounding up would claim a perfect score
    if value <= -100_000:
        return f"{value:.1e}"
    digits = 0 if value <= -1000 else 1 if value <= -10 else 4 if value > 0.99 else 3
    text = f"{value:.{digits}f}"
    return text if float(text) else text.lstrip("-")


def quantity_text(value: float | None) -> str:
    """Print a number with three significant digits.

    Examples
    --------
    >>> [quantity_text(value) for value in (0.5, 12.345, 1234.5, 1.5e-5, 0.0, None)]
    ['0.500', '12.3', '1234', '1.50e-05', '0', '-']
    """
    if value is None:
        return NONE
    if value == 0:
        return "0"
    rounded = float(f"{value:.2e}")
    if not 1e-3 <= abs(rounded) < 1e5:
        return f"{value:.2e}"
    decimals = max(0, 2 - math.floor(math.log10(abs(rounded))))
    return f"{value:.{decimals}f}"


def error_text(value: float, error: float) -> str:
    """Print a number with its standard error, to the decimals that the error leaves.

    Examples
    --------
    >>> error_text(0.0521, 0.0212), error_text(0.99652, 0.00031), error_text(0.73, 0.0)
    ('0.05 ± 0.02', '0.9965 ± 0.0003', '0.730 ± 0')
    """
    if not error > 0:
        return f"{r2_text(value)} ± 0"
    decimals = max(0, -math.floor(math.log10(error)))
    decimals += error * 10**decimals < 1.95
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


def ratio_text(value: float | None) -> str:
    """Print an error relative to the ceiling's.

    Examples
    --------
    >>> [ratio_text(value) for value in (1.0, 1.004, 9.996, 12.34, 1234.5, None)]
    ['1.00', '1.00', '10.00', '12.3', '1234', '-']
    """
    return quantity_text(value) if value is None or value >= 10 else f"{value:.2f}"


def grid(heading: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Lay out a Markdown table.

    Examples
    --------
    >>> print(grid(["row", "R2"], [["gru", "0.7"]], "lr"))
    | row | R2 |
    | --- | ---: |
    | gru | 0.7 |
    """
    rule = ["---:" if letter == "r" else "---" for letter in align.ljust(len(heading), align[-1])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heading, rule, *rows])


def rows_text(n_shown: int, n_rows: int) -> str:
    """Say that rows are left out; nothing where none is.

    Examples
    --------
    >>> rows_text(60, 100_002), rows_text(21, 21)
    ('the best 60 of 100,002 rows; board.csv has all.', '')
    """
    return f"the best {n_shown:,} of {n_rows:,} rows; {CSV_FILE} has all." if n_shown < n_rows else ""


def bias_text(value: float | None, error: float | None) -> str:
    """Print a bias with the decimals of the error that it is part of: more would be digits of noise.

    Examples
    --------
    >>> bias_text(3.8e-4, 0.0197), bias_text(763.2, 776.0), bias_text(None, None)
    ('+0.0004', '+763', '-')
    """
    if value is None or error is None:
        return NONE
    whole, _, decimals = quantity_text(error).partition(".")
    return f"{value:+.2e}" if "e" in whole + decimals else f"{value:+.{len(decimals)}f}"


def count_text(value: float | None) -> str:
    """Print a count.

    Examples
    --------
    >>> count_text(10234), count_text(None)
    ('10,234', '-')
    """
    return NONE if value is None else f"{value:,.0f}"


def seeds_text(seeds: Iterable[int]) -> str:
    """Name seeds.

    Examples
    --------
    >>> seeds_text([0]), seeds_text([2, 0, 1]), seeds_text([])
    ('seed 0', 'seeds 0, 1, 2', 'seeds none')
    """
    named = [str(seed) for seed in sorted(set(seeds))]
    return f"seed{'s' * (len(named) != 1)} {', '.join(named) or 'none'}"


def gist(message: str) -> str:
    r"""Pick the line of a message that says most, and make it fit to print.

    Examples
    --------
    >>> gist("no time\nmore")
    'no time'
    >>> gist('  File "model.py", line 3, in fit\n    1 / 0\nZeroDivisionError: division by zero\n')
    'ZeroDivisionError: division by zero'
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return ""
    traceback = lines[0].startswith(("Traceback ", 'File "', "The above exception", "During handling"))
    line = "".join(c if c.isprintable() else " " for c in lines[-1 if traceback else 0])
    return line if len(line) <= LONGEST_GIST else line[: LONGEST_GIST - 3].rstrip() + "..."


def file_name(row: str) -> str:
    """Name of a row with the letters, and the length, that the name of a file may have.

    Examples
    --------
    >>> file_name("tcn(width=32)"), file_name("x" * 240) == file_name("x" * 241)
    ('tcn_width_32_', False)
    """
    name = "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in row)
    if len(name.encode()) <= LONGEST_FILE_NAME:
        return name
    return f"{name[: LONGEST_FILE_NAME // 4]}-{hashlib.sha256(row.encode()).hexdigest()[:16]}"


def code_span(text: str) -> str:
    r"""Quote text for Markdown so that nothing in it is markup, in a table too.

    Examples
    --------
    >>> print(code_span("a|b"), code_span("a`b"))
    `a\|b` `` a`b ``
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")
