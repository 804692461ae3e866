"""The audit's plan: which row stands for which item, and the one comparison that decides each, fixed beforehand."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bench.errors import unknown

TABLE = Path(__file__).with_name("variants.csv")
SOUND = "tcn_dt"
"""Row of the sound pipeline."""
LIKELIHOOD = "tcn_dt_nll"
"""The same with a likelihood, from which faults of the likelihood are measured."""
AS_FOUND = "as_found"
"""Row of the pipeline with all faults together."""
HOLDS = "tcn_dt_subsampled"
"""Row that holds under shift: the other base."""
ON_HOLDS_PREFIX = "subsampled_"
"""Beginning of the names of the rows with faults added to it."""
TASKS = ("in_distribution", "shift_1s", "shift_10s")
FAULT, REPAIR = -1, 1
"""What the seed audit says of a variant: it lowers R2, or it raises it."""
SPLIT = "split_unseeded"
"""Row whose spread over repeats is reported beside the spread over seeds."""
REPEATS = (1, 2)
"""Further fits of the unseeded split with the first seed."""


@dataclass(frozen=True)
class Decision:
    """The comparison that decides a verdict."""

    task: str
    target: str
    sign: int


LEARNT = Decision("in_distribution", "k_d_per_s", FAULT)
"""Where faults of learning are judged: E0 is learnt by every network, k_d by few."""
SCALE = Decision("in_distribution", "E0_g_per_L", FAULT)
"""Where faults are judged that take away what E0 is known by."""


@dataclass(frozen=True)
class Variant:
    """One fault or proposed repair: a row that differs from its base in one stage."""

    row: str
    items: str
    severity: str
    sentence: str
    decides: Decision
    place: int | None = None
    base: str = SOUND
    removed: str = ""

    def on(self, base: str) -> Variant | None:
        """Same variant on another base."""
        if base == SOUND:
            return self
        if self.base not in (SOUND, LIKELIHOOD) or self.row in NOT_ON_HOLDS:
            return None  # the row that holds learns by the same likelihood as LIKELIHOOD
        return replace(self, row=ON_HOLDS_PREFIX + self.row, base=base, removed="")


NOT_ON_HOLDS = (
    *(HOLDS, LIKELIHOOD, AS_FOUND),
    *("time_global_z", "time_in_seconds", "no_schedule", "plateau_schedule", "adamw"),
    *("read_pooled", "patches_of_8"),
)
"""Variants that are not measured on the row that holds under shift. Its network places cells by the seconds since the
start, so another zero or unit of time has no meaning there; its training is part of its repair. How samples are read is
no question where cells are."""


@cache
def trained() -> tuple[Variant, ...]:
    """Read the variants that are trained.

    Faults of time are judged where the interval is not that of training and E0 can be known.
    """
    with open(TABLE, newline="", encoding="utf-8") as file:
        return tuple(
            Variant(
                each["row"],
                each["items"],
                each["severity"],
                each["sentence"],
                Decision(each["task"], each["target"], int(each["sign"])),
                int(each["place"]) if each["place"] else None,
                each["base"],
                each["removed"],
            )
            for each in csv.DictReader(file)
        )


def variants(base: str, asked: list[str] | None = None) -> list[Variant]:
    """Variants on a base.

    Examples
    --------
    >>> [variant.base for variant in variants("tcn_dt", ["edge_padding", "nll_plain"])]
    ['tcn_dt', 'tcn_dt_nll']
    """
    if base not in (SOUND, HOLDS):
        raise unknown("base", base, (SOUND, HOLDS))
    on_base = {variant.row: moved for variant in trained() if (moved := variant.on(base)) is not None}
    for name in asked or []:
        if name not in on_base:
            raise unknown("variant", name, on_base)
    return [on_base[name] for name in asked or on_base]


def rows(chosen: list[Variant]) -> list[str]:
    """Rows that must be run for variants, each once: bases, the variants, and the pipelines as found.

    Examples
    --------
    >>> rows(variants("tcn_dt", ["edge_padding"]))
    ['tcn_dt', 'edge_padding', 'as_found', 'as_found_masked']
    """
    named = [(v.base, v.row, *((AS_FOUND, v.removed) if v.removed else ())) for v in chosen]
    return list(dict.fromkeys(row for each in named for row in each))
