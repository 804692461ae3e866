"""Picture of the audit: what each variant costs when it is added, and what its repair brings to what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from leaderboard.audit.effects import CONFIRMED, NONE_MEASURED, OPPOSITE, UNDECIDED, WITHIN, Effect
from leaderboard.audit.plan import AS_FOUND, REPAIR
from leaderboard.audit.result import Audit, Finding
from leaderboard.pictures.looks import legend
from leaderboard.wording import SHOWN, ratio_text

Colour = tuple[float, float, float]

COLOURS: dict[str, Colour] = {
    CONFIRMED: (0.84, 0.37, 0.0),
    OPPOSITE: (0.0, 0.45, 0.70),
    NONE_MEASURED: (0.0, 0.62, 0.45),
    UNDECIDED: (0.55, 0.55, 0.55),
}
EDGE = 10.0
"""Largest factor within the panels, and its inverse the least: what lies beyond is drawn there, with its number."""
TICKS = (0.1, 0.3, 0.5, 0.8, *WITHIN, 1.25, 2.0, 3.0, 10.0)
LINEAR = 0.1
"""Log of the factor up to which the axis is linear: most effects are small."""
FORMULAS = {shown.name: shown.formula for shown in SHOWN}


def draw_audit(audit: Audit) -> Figure:
    """Draw factors of the RMSE with their intervals, a line a variant."""
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
    """Axis, the line of no effect and the band of factors that do not count."""
    ax.set_xscale("symlog", linthresh=LINEAR, linscale=1.0)
    ax.set_xlim(-1.7 * math.log(EDGE), 1.7 * math.log(EDGE))
    ax.set_xticks([math.log(tick) for tick in TICKS], [f"{tick:g}" for tick in TICKS], rotation=45)
    ax.set_xticks([], minor=True)
    ax.axvspan(*map(math.log, WITHIN), color="0.93", zorder=0)
    ax.axvline(0.0, color="0.45", linewidth=1.0, zorder=1)
    ax.grid(axis="y", linewidth=0.4)
    ax.set_title(title)
    ax.set_xlabel("RMSE x (stretched near 1)")


def _mark(ax: Axes, place: int, effect: Effect | None, colour: Colour) -> None:
    """Factor with its interval; beyond the edge an arrow and the number."""
    if effect is None:
        return
    edge, value = math.log(EDGE), math.log(effect.factor)
    low, high = (min(max(math.log(end), -1.6 * edge), 1.6 * edge) for end in (effect.low, effect.high))
    ax.plot([low, high], [place, place], color=colour, linewidth=1.4, zorder=2)
    if abs(value) <= edge:
        ax.plot([value], [place], "o", color=colour, markersize=5, zorder=3)
        return
    side = 1 if value > 0 else -1
    ax.plot([1.3 * side * edge], [place], marker=">" if side > 0 else "<", color=colour, markersize=6, zorder=3)
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "ha": "right" if side > 0 else "left"}
    ax.annotate(ratio_text(effect.factor), (side * edge, place), (-8 * side, 0), **beside)


def _key(findings: Sequence[Finding]) -> list[Line2D]:
    """Verdicts that were given, and the band."""
    said = [verdict for verdict in COLOURS if any(finding.verdict == verdict for finding in findings)]
    handles = [Line2D([], [], marker="o", color=COLOURS[verdict], label=verdict) for verdict in said]
    return [*handles, Line2D([], [], color="0.93", linewidth=8, label=f"within {WITHIN[0]:g} to {WITHIN[1]:g}")]
