"""Models with a known fault, and what was said of them: the proof that the diagnosis names faults and only faults."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from leaderboard.wording import NONE, SYMBOLS, code_span, grid

TABLE = Path(__file__).with_name("proof.csv")
"""In the order in which they are diagnosed: faults with a measured effect and sound rows first."""
MEASURED, SOUND = "measured", "sound"
FIRST = 2
"""Among how many of the first findings an injected fault is wanted."""
PAGE, COMMAND = "diagnose.md", "python run_bench.py diagnose --proof"


@dataclass(frozen=True)
class Known:
    """A row, the fault that was put into it and the names that would say so."""

    row: str
    kind: str
    fault: str
    expected: tuple[str, ...]
    task: str


@cache
def known_rows() -> tuple[Known, ...]:
    """Read the rows."""
    with open(TABLE, newline="", encoding="utf-8") as file:
        return tuple(
            Known(each["row"], each["kind"], each["fault"], tuple(each["expected"].split()), each["task"])
            for each in csv.DictReader(file)
        )


def said_of(folder: Path) -> dict[str, Mapping[str, Any]]:
    """What was said of each row, from the records of a folder."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def names_in_order(said: Mapping[str, Any]) -> list[str]:
    """Names of the findings, worst first, each once."""
    return list(dict.fromkeys(finding["name"] for finding in said["findings"]))


def is_named(row: Known, said: Mapping[str, Any]) -> bool:
    """Whether the injected fault is among the first findings."""
    return any(name in row.expected for name in names_in_order(said)[:FIRST])


def proof_text(rows: Sequence[Known], said: Mapping[str, Mapping[str, Any]]) -> str:
    """Lay out a line a row, with the counts that the design asks for."""
    done = [row for row in rows if row.row in said]
    measured = [row for row in done if row.kind == MEASURED]
    named = [row for row in measured if is_named(row, said[row.row])]
    missing = [code_span(row.row) for row in rows if row.row not in said]
    text = [
        f"Of {len(measured)} diagnosed rows with a fault of measured effect, {len(named)} have it among the first "
        f"{FIRST} findings."
    ]
    if missing:
        text.append(f"Not diagnosed yet, {len(missing)} rows (the same command goes on): {', '.join(missing)}.")
    lines = [
        [
            code_span(row.row),
            row.fault,
            row.kind,
            " or ".join(map(code_span, row.expected)) or NONE,
            *_first_three(said[row.row]),
            _verdict(row, said[row.row]),
        ]
        for row in done
    ]
    heading = ["row", "what is wrong with it", "effect", "wanted", "first", "second", "third", "named"]
    return "\n\n".join([*text, grid(heading, lines, "l")])


def _first_three(said: Mapping[str, Any]) -> list[str]:
    """First three names, with the targets that they are said of."""
    texts = []
    for name in names_in_order(said)[:3]:
        symbols = dict.fromkeys(SYMBOLS[each["target"]] for each in said["findings"] if each["name"] == name)
        texts.append(f"{code_span(name)} {', '.join(symbols)}")
    return texts + [NONE] * (3 - len(texts))


def _verdict(row: Known, said: Mapping[str, Any]) -> str:
    """Whether the fault was named, where one is wanted."""
    if row.kind != MEASURED:
        return NONE
    return "yes" if is_named(row, said) else "no"
