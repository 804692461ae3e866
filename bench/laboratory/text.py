"""Text of a laboratory's file: its encoding or its sheets, and the cells of its lines."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path

import pandas as pd

from bench.errors import BenchError

MOST_BYTES = 50_000_000
MOST_COLUMNS = 1000
DELIMITERS = ("\t", ";", "|", ",", r"\s+")
"""In the order in which they are looked for: a comma may be a decimal sign, a blank may stand in a name or a moment."""
NUMBER = r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?"
_VALUE = re.compile(rf"[*#!]?{NUMBER}\s*([^\W\d]{{0,4}}|[°*%#?!])|\d+m\d+s|.*\d:\d\d.*|\d\d?\.\d\d\.\d\d")
"""A cell that is likely to be measured."""
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_CHINESE = "时间秒温度值尿素"


def lines_of(path: Path) -> list[str]:
    """Read the lines of a text file, or the rows of a spreadsheet with tabs between the cells."""
    if path.is_dir():
        raise BenchError(f"trace '{path.name}': path must be one file, got a folder. Name the CSV in it.")
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BenchError(
            f"trace '{path.name}': path must be a readable file, got: {error.strerror}. Check the spelling."
        ) from error
    if content.startswith(b"PK\3\4"):
        return _rows_of_sheets(path.name, content)
    text = _decoded(re.sub(rb"\0{4,}$", b"", content))  # the room that a logger kept
    if len(content) > MOST_BYTES or "\0" in text or content.startswith(_OLD_WORKBOOK):
        got = f"more than {MOST_BYTES / 1e6:g} MB" if len(content) > MOST_BYTES else "binary content"
        raise BenchError(f"trace '{path.name}': file must be the text of one trace, got {got}. Export it as CSV.")
    lines = [re.sub(r'^"([^"]*)"$', r"\1", line.strip(" ")) for line in re.split(r"\r\n|\r|\n", text)]
    if lines[0].lstrip().startswith("{"):  # JSON, an object a line
        lines = [line.strip("{}[], ").replace('"', "") for line in lines]
    return [re.sub(r"\s+->\s+", "," if "," in line else "\t", line) for line in lines]


def _decoded(content: bytes) -> str:
    """Text in the encodings that loggers and spreadsheets write, with or without a mark."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):  # digits in two bytes, one of which is 0
        if (
            len(content) > 2
            and content[first::2].count(0) > 0.3 * len(content) / 2
            and not content[1 - first :: 2].count(0)
        ):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        chinese = content.decode("gb18030", errors="replace")
        return chinese if any(sign in chinese for sign in _CHINESE) else content.decode("cp1252", errors="replace")


def _rows_of_sheets(name: str, content: bytes) -> list[str]:
    """Rows of all sheets of an .xlsx file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and extensions
            sheets = pd.read_excel(io.BytesIO(content), sheet_name=None, header=None, dtype=object, engine="openpyxl")
    except ImportError as error:
        raise BenchError(
            f"trace '{name}': file must be text, or openpyxl must be installed to read a spreadsheet, got neither. "
            "Run: python -m pip install openpyxl, or export the sheet as CSV."
        ) from error
    except Exception as error:  # a broken archive raises nearly everything
        raise BenchError(
            f"trace '{name}': file must be the text of one trace or an .xlsx workbook, got: {error}. Export it as CSV."
        ) from error
    rows = [row for sheet in sheets.values() for row in sheet.itertuples(index=False)]
    return ["\t".join("" if pd.isna(cell) else " ".join(str(cell).split()) for cell in row) for row in rows]


def delimiter_of(lines: list[str]) -> str:
    """Find what separates the cells of most lines that hold measured values.

    Examples
    --------
    >>> delimiter_of(["Time [s];pH", "0,5;7,5", "1,0;8,1"]), delimiter_of(["pH"])
    (';', ',')
    """
    some = [line for line in lines if re.search(r"\d", line)][:400]
    counts = {
        sign: sum(
            sum(
                _VALUE.fullmatch(cell.strip(' "')) is not None
                for cell in re.split(re.escape(sign) if len(sign) == 1 else sign, line)
            )
            > 1
            for line in some
        )
        for sign in DELIMITERS
    }
    most = max(counts.values())
    return next(sign for sign in DELIMITERS if counts[sign] >= 0.5 * most) if most else ","


def cells_of(lines: list[str], delimiter: str) -> list[list[str]]:
    """Split lines into cells.

    Examples
    --------
    >>> cells_of(['"0"; 7,5', "1"], ";")
    [['0', '7,5'], ['1', '']]
    """
    width = 1 + max(len(line.split()) if delimiter == r"\s+" else line.count(delimiter) for line in lines)
    if width > MOST_COLUMNS:
        raise BenchError(
            f"file 'columns': number must be at most {MOST_COLUMNS}, got {width}. Write one sample a line."
        )
    whole = all(line.count('"') % 2 == 0 for line in lines)
    frame = pd.read_csv(
        io.StringIO("\n".join(lines) + "\n"),
        sep=delimiter,
        names=range(width),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
        skipinitialspace=True,
        quoting=0 if whole else 3,
        low_memory=False,
    )
    return [[cell.strip(" \"'\t") for cell in row] for row in frame.fillna("").astype(str).to_numpy().tolist()]
