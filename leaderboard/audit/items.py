"""Every item of the seed audit, and what answers it: tests, tasks, variants."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("items.csv")
"""In the seed audit's order; several answers of one kind stand apart by a blank."""


@dataclass(frozen=True)
class Item:
    """One item of the seed audit."""

    name: str
    asks: str
    tests: tuple[str, ...]
    tasks: tuple[str, ...]
    measured: tuple[str, ...]
    probe: str
    """Findings of ``diagnose`` that answer it, or why none does."""


@cache
def items() -> tuple[Item, ...]:
    """Read the items."""
    several = ("tests", "tasks", "measured")
    with open(TABLE, newline="", encoding="utf-8") as file:
        return tuple(
            Item(**each | {name: tuple(each[name].split()) for name in several}) for each in csv.DictReader(file)
        )
