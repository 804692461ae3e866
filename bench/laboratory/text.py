"""Text of a laboratory's file: its encoding, the cells of a line, numbers and moments as instruments write them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from bench.errors import BenchError

MOST_BYTES = 50_000_000
DELIMITERS = ("\t", ";", ",")
"""In the order in which they are looked for: a comma may be a decimal sign, the others never are."""
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
MISSING = ("", "na", "nan", "n/a", "#n/a", "null", "-", "--", "---")
"""How loggers write a sample that was not measured."""
_CLOCK = re.compile(
    r"(?:[\d./-]+[ T]+)?(?P<h>\d+):(?P<min>\d\d):(?P<s>\d\d(?:[.,]\d+)?)\s*(?P<half>[ap]m)?(?:z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
"""An elapsed time, a time of day, or one with its date in front: a trace is minutes long, so the date says nothing."""
_MINUTES = re.compile(r"(?P<min>\d+):(?P<s>\d\d[.,]\d+)")
"""As spreadsheets show short times; without a fraction it could as well be hours and minutes."""


def text_of(path: Path) -> str:
    """Read the text of a file, in the encodings that spreadsheets write.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        All of it.

    Raises
    ------
    BenchError
        A file that cannot be opened, is no text, or is far too large for one trace.
    """
    if path.is_dir():
        raise BenchError(f"trace '{path.name}': path must be one file, got a folder. Name the CSV in it.")
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


def delimiter_of(line: str) -> str:
    """Find what separates the cells of a line.

    Parameters
    ----------
    line : str
        One line.

    Returns
    -------
    str
        Tab, semicolon or comma; a comma where there is none of them.

    Examples
    --------
    >>> delimiter_of("Time [s];pH"), delimiter_of("7,5;8,1"), delimiter_of("pH")
    (';', ';', ',')
    """
    return next((sign for sign in DELIMITERS if sign in line), ",")


def cells_of(line: str, delimiter: str) -> list[str]:
    """Split one line.

    Parameters
    ----------
    line : str
        One line.
    delimiter : str
        What separates its cells.

    Returns
    -------
    list of str
        Cells without blanks or quotation marks around them.

    Examples
    --------
    >>> cells_of('"0"; 7,5', ";")
    ['0', '7,5']
    """
    if len(line) > csv.field_size_limit():  # no line of a trace; the reader would raise
        return line.split(delimiter)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]


def clock_s(cell: str) -> float | None:
    """Seconds of a moment that is written with colons.

    Parameters
    ----------
    cell : str
        Such as ``0:01:30``, ``14:03:07.5``, ``2026-03-05 02:03:07 PM`` or ``01:30.0``.

    Returns
    -------
    float or None
        Seconds since 0:00:00 [s]; None for what is no such moment, or could be hours and minutes.

    Examples
    --------
    >>> [clock_s(cell) for cell in ("0:01:30", "2026-03-05T14:00:07.5Z", "2:00:07 pm", "01:30,0", "01:30", "90")]
    [90.0, 50407.5, 50407.0, 90.0, None, None]
    """
    found = _CLOCK.fullmatch(cell) or _MINUTES.fullmatch(cell)
    if found is None:
        return None
    parts = found.groupdict()
    hours, half = int(parts.get("h") or 0), (parts.get("half") or "").lower()
    if half:
        hours = hours % 12 + 12 * (half == "pm")
    return 3600.0 * hours + 60.0 * int(parts["min"]) + float(parts["s"].replace(",", "."))
