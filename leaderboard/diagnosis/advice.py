"""What each finding means, what to change, which row shows the change at work, and the seed audit's item."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leaderboard.wording import code_span, grid

TABLE = Path(__file__).with_name("advice.csv")


@dataclass(frozen=True)
class Advice:
    """What is said of a finding."""

    name: str
    item: str
    says: str
    advice: str
    shown_by: str


@cache
def advice() -> dict[str, Advice]:
    """Read what is said of every finding, by name."""
    with open(TABLE, newline="", encoding="utf-8") as file:
        return {each["name"]: Advice(**each) for each in csv.DictReader(file)}


def advice_table() -> str:
    """Lay out every finding with its advice."""
    lines = [
        [code_span(each.name), each.says, each.advice, code_span(each.shown_by), each.item]
        for each in advice().values()
    ]
    return grid(["finding", "what it means", "what to change", "seen at work in", "seed audit"], lines, "l")
