"""Picture of the audit: what each variant costs when it is added, and what its repair brings to what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from leaderboard.audit.effects import CONFIRMED, LEAST, NONE_MEASURED, OPPOSITE, UNDECIDED, Effect
from leaderboard.audit.page import change_text
from leaderboard.audit.plan import AS_FOUND, REPAIR
from leaderboard.audit.result import Audit, Finding
from leaderboard.pictures.looks import legend
from leaderboard.wording import SHOWN

Colour = tuple[float, float, float]

COLOURS: dict[str, Colour] = {
    CONFIRMED: (0.84, 0.37, 0.0),
    OPPOSITE: (0.0, 0.45, 0.70),
    NONE_MEASURED: (0.0, 0.62, 0.45),
    UNDECIDED: (0.55, 0.55, 0.55),
}
EDGE = 1.0
"""Largest change of R2 within the panels: what lies beyond is drawn at their edge, with its number."""
FORMULAS = {shown.name: shown.formula for shown in SHOWN}


def draw_audit(audit: Audit) -> Figure:
    """Draw changes of R2 with their intervals, a line a variant."""
    findings = [finding for finding in audit.findings if finding.deciding]
    labels = [_label(finding) for finding in findings]
    n_panels = 2 if any(finding.at(finding.removed) for finding in findings) else 1
    figure = Figure(figsize=(4.0 + 3.6 * n_panels, 0.21 * len(findings) + 1.6), layout="constrained")
    panels = figure.subplots(1, n_panels, sharey=True, squeeze=False)[0]
    for ax, title in zip(panels, ("added to its base", f"repaired in {AS_FOUND}"), strict=False):
        _panel(ax, title)
    for place, finding in enumerate(findings):
        _mark(panels[0], place, finding.deciding, COLOURS[finding.verdict])
        if n_panels > 1:
            _mark(panels[1], place, finding.at(finding.removed), COLOURS[UNDECIDED])
    panels[0].set_yticks(range(len(labels)), labels)
    panels[0].set_ylim(len(labels) - 0.4, -0.6)
    figure.suptitle(
        f"What each fault costs and each repair brings: {audit.base}, {audit.preset}, {audit.n_seeds} seed(s)"
    )
    legend(figure, handles=_key(findings))
    return figure


def _label(finding: Finding) -> str:
    """Name of a line: the variant, whether it is a repair, and where it is judged."""
    where = finding.variant.decides
    return f"{finding.variant.row}{' (repair)' * (where.sign == REPAIR)}: {where.task}, {FORMULAS[where.target]}"


def _panel(ax: Axes, title: str) -> None:
    """Axis, zero line and the band of changes that do not count."""
    ax.set_xscale("symlog", linthresh=0.1, linscale=1.0)
    ax.set_xlim(-EDGE * 1.7, EDGE * 1.7)
    ticks = (-1.0, -0.3, -0.1, -LEAST, LEAST, 0.1, 0.3, 1.0)
    ax.set_xticks(ticks, [f"{tick:+g}" for tick in ticks], rotation=45)
    ax.set_xticks([], minor=True)
    ax.axvspan(-LEAST, LEAST, color="0.93", zorder=0)
    ax.axvline(0.0, color="0.45", linewidth=1.0, zorder=1)
    ax.grid(axis="y", linewidth=0.4)
    ax.set_title(title)
    ax.set_xlabel("change of R2")


def _mark(ax: Axes, place: int, effect: Effect | None, colour: Colour) -> None:
    """Change with its interval; beyond the edge an arrow and the number."""
    if effect is None:
        return
    low, high = (min(max(end, -EDGE * 1.6), EDGE * 1.6) for end in (effect.low, effect.high))
    ax.plot([low, high], [place, place], color=colour, linewidth=1.4, zorder=2)
    if abs(effect.change) <= EDGE:
        ax.plot([effect.change], [place], "o", color=colour, markersize=5, zorder=3)
        return
    side = 1 if effect.change > 0 else -1
    ax.plot([side * EDGE * 1.3], [place], marker=">" if side > 0 else "<", color=colour, markersize=6, zorder=3)
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "ha": "right" if side > 0 else "left"}
    ax.annotate(change_text(effect.change), (side * EDGE, place), (-8 * side, 0), **beside)


def _key(findings: Sequence[Finding]) -> list[Line2D]:
    """Verdicts that were given, and the band."""
    said = [verdict for verdict in COLOURS if any(finding.verdict == verdict for finding in findings)]
    handles = [Line2D([], [], marker="o", color=COLOURS[verdict], label=verdict) for verdict in said]
    return [*handles, Line2D([], [], color="0.93", linewidth=8, label=f"below {LEAST:g}")]
