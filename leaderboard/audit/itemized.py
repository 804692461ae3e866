"""Every item of the seed audit with what came of it: in short, and in one table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.audit.effects import CONFIRMED, NONE_MEASURED, NOT_A_FAULT, OPPOSITE, UNDECIDED
from leaderboard.audit.items import Item, items
from leaderboard.audit.page import NUMBERS, WHERE, factor_text
from leaderboard.audit.plan import HOLDS, ON_HOLDS_PREFIX, REPAIR
from leaderboard.audit.result import Audit, Finding, MetricFinding
from leaderboard.wording import NONE, code_span, grid, ratio_text

EXPERIMENT = "experiment"
"""Beginning of the names of items that try again what an item before them tries."""
NO_ITEM = ("all", "not listed")
"""What stands in place of an item for variants that the seed audit does not have."""
CONTROL, CALLED_RIGHT = "control", ("correct", "sufficient")
"""Severities: of a variant that only tells why another costs, and of what the seed audit takes for no fault."""
UNMEASURED, HELD = "not measured yet", "answered by a test or a task"
RANKED, UNRANKED = "real, ranked by the audit", "real, listed without a rank"
RIGHT, HELPS = "real, called correct or sufficient", "repairs that help"
GROUPS = (RANKED, UNRANKED, RIGHT, HELPS, OPPOSITE, NONE_MEASURED, NOT_A_FAULT, UNDECIDED, UNMEASURED, HELD)
"""What is said of items in short, in this order."""


@dataclass(frozen=True)
class Tried:
    """A variant or a wrong metric, and what came of it."""

    name: str
    listed: str
    """Items, places among the ten most likely causes and experiments of the seed audit, as it names them."""
    severity: str
    repair: bool
    verdict: str
    where: str = NONE
    factor: str = NONE
    interval: str = NONE
    repaired: str = NONE

    @property
    def item(self) -> str:
        """First place of the seed audit that lists it; nothing where none does."""
        return "" if self.listed in NO_ITEM else re.split(r",| \d", self.listed)[0]

    @property
    def places(self) -> list[str]:
        """Places among the ten most likely causes."""
        return [each for each in self.listed.split(", ") if each.startswith("#")]

    @property
    def seed_says(self) -> str:
        """Severity and places."""
        return ", ".join([self.severity, *self.places])

    @property
    def group(self) -> str:
        """What is said of it in short."""
        if self.verdict != CONFIRMED:
            return self.verdict
        if self.repair:
            return HELPS
        return RIGHT if self.severity in CALLED_RIGHT else UNRANKED if self.severity == NONE else RANKED

    @property
    def text(self) -> str:
        """Its item, places and name, and the factor of the RMSE where that is not next to 1."""
        factor = "" if self.factor == NONE or self.verdict == NONE_MEASURED else f"({self.factor})"
        listed = dict.fromkeys([self.item, *self.places])
        return " ".join(filter(None, [*listed, code_span(self.name), factor]))


def tried(audit: Audit) -> list[Tried]:
    """List what an audit tried, from what costs most to what costs least, and the wrong metrics after that."""
    return [*map(_of_variant, audit.findings), *map(_of_metric, audit.metrics)]


def _of_variant(finding: Finding) -> Tried:
    """A variant: added to its base, and repaired in the pipeline as found."""
    variant, effect = finding.variant, finding.deciding
    known = (variant.row, variant.items, variant.severity, variant.decides.sign == REPAIR)
    if effect is None:
        return Tried(*known, UNMEASURED)
    repaired = NUMBERS[-1].text(finding)
    return Tried(*known, finding.verdict, WHERE.text(finding), ratio_text(effect.factor), factor_text(effect), repaired)


def _of_metric(finding: MetricFinding) -> Tried:
    """A wrong metric, of which only the verdict is told here."""
    return Tried(finding.metric.name, finding.metric.items, finding.metric.severity, False, finding.verdict)


def short_table(audit: Audit) -> str:
    """Sort items and variants by what came of them, each with the factor of the RMSE that its verdict rests on."""
    groups: dict[str, list[str]] = {group: [] for group in GROUPS}
    for each in tried(audit):
        if each.item and each.severity != CONTROL:
            groups[each.group].append(each.text)
    groups[HELD] = [item.name for item in _own_items() if not item.measured]
    return grid(["verdict", "items"], [[group, ", ".join(said)] for group, said in groups.items() if said], "l")


def items_table(audit: Audit, on_holds: Audit | None) -> str:
    """Lay out what was tried for every item and what came of it; beside it the same on the row that holds."""
    of = {each.name: each for each in tried(audit)}
    holding = {each.name.removeprefix(ON_HOLDS_PREFIX): each for each in tried(on_holds)} if on_holds else {}
    answered = {name for item in items() for name in item.measured}
    beside = Item("beside", "the items", (), (), tuple(name for name in of if name not in answered), "")
    lines = []
    for item in (*_own_items(), beside):
        for name in item.measured:
            each = of.get(name, Tried(name, "", NONE, False, UNMEASURED))
            there = holding.get(name)
            said = f"{there.interval} {there.verdict}" if there and there.interval != NONE else NONE
            asks, probe = (f"{item.name} {item.asks}", item.probe) if name == item.measured[0] else ("", "")
            measured = (each.where, each.interval, each.repaired, each.verdict)
            lines.append([asks, code_span(name), each.seed_says, *measured, said, probe])
    heading = ["item", "tried", "seed says", "decided on", "RMSE x", "repaired", "verdict"]
    return grid([*heading, f"on {code_span(HOLDS)}", "found by `diagnose` as"], lines, "llllrrlll")


def _own_items() -> Sequence[Item]:
    """Items but for the experiments."""
    return [item for item in items() if not item.name.startswith(EXPERIMENT)]
