"""The audit's tables in the documents: written by a command, between marks, from the published audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leaderboard.audit.items import items
from leaderboard.audit.page import SHORT, findings_table, order_text, spread_text
from leaderboard.audit.plan import AS_FOUND, HOLDS, SOUND
from leaderboard.audit.result import Audit, load_audit
from leaderboard.wording import code_span, grid, r2_text, ratio_text

PAGE = "audit.md"
COMMAND = "python run_bench.py audit --publish"
HELD = "held by test"
"""Verdict of an item that only a test answers."""
UNMEASURED = "not measured yet"


def published(folder: Path) -> dict[str, Audit]:
    """Read the published audits."""
    audits = [load_audit(path) for path in sorted(folder.glob("*.json"))]
    return {audit.base: audit for audit in audits}


def blocks(audits: Mapping[str, Audit]) -> dict[str, str]:
    """Write the blocks of the page."""
    sound, holds = audits.get(SOUND), audits.get(HOLDS)
    return {
        "what was run": _run_text(audits),
        "ten causes": order_text(sound) if sound else UNMEASURED,
        "spread": spread_text(sound) if sound and len(sound.spread.repeats) > 1 else UNMEASURED,
        "all variants": _short(sound) if sound else UNMEASURED,
        "row that holds": _short(holds) if holds else UNMEASURED,
        "items": items_table(sound),
    }


def as_found_text(audits: Mapping[str, Audit]) -> str:
    """Say what the pipeline as found answers where the board's rows are tested; nothing where it was not measured."""
    audit = audits.get(SOUND)
    found = [finding for finding in audit.findings if finding.variant.row == AS_FOUND] if audit else []
    r2: dict[str, list[str]] = {}
    for effect in (effect for finding in found for effect in finding.added):
        r2.setdefault(effect.task, []).append(r2_text(effect.r2))
    if audit is None or not r2:
        return ""
    measured = ", ".join(f"{' / '.join(values)} on {code_span(task)}" for task, values in r2.items())
    return (
        "The study's own pipeline, with all its faults, is no row of this board; the audit measured it on the same "
        f"cases, means over {audit.n_seeds} seeds: R2 of E0 / k_d {measured} ([the audit]({PAGE}))."
    )


def items_table(audit: Audit | None) -> str:
    """Lay out what answers every item, and what was measured."""
    verdicts = verdict_texts(audit)
    lines = []
    for item in items():
        answers = [f"task {code_span(task)}" for task in item.tasks] + [code_span(test) for test in item.tests]
        answers = [f"variant {code_span(name)}" for name in item.measured] + answers
        said = [f"{code_span(name)} {verdicts.get(name, UNMEASURED)}" for name in item.measured] or [HELD]
        lines.append([item.name, item.asks, "; ".join(answers), item.probe, "; ".join(said)])
    return grid(["item", "what it asks for", "answered by", "found by `diagnose` as", "verdict"], lines, "l")


def verdict_texts(audit: Audit | None) -> dict[str, str]:
    """Verdict of every variant and wrong metric, with the factor of the RMSE that it rests on."""
    if audit is None:
        return {}
    texts = {
        finding.variant.row: f"**{finding.verdict}** (RMSE x {ratio_text(finding.deciding.factor)})"
        for finding in audit.findings
        if finding.deciding
    }
    return texts | {each.metric.name: f"**{each.verdict}**" for each in audit.metrics}


def _run_text(audits: Mapping[str, Audit]) -> str:
    """What the published audits rest on."""
    lines = [
        f"- `{audit.base}`: preset {audit.preset}, {audit.n_seeds} seed(s), "
        f"{sum(finding.deciding is not None for finding in audit.findings)} of {len(audit.findings)} variants compared"
        for audit in audits.values()
    ]
    return "\n".join(lines) or UNMEASURED


def _short(audit: Audit) -> str:
    """Verdicts in few columns, in the order of the measured effect."""
    picture = f"![What each fault costs and each repair brings](../leaderboard/audited/audit_{audit.base}.png)"
    return f"{picture}\n\n{findings_table(SHORT, [finding for finding in audit.findings if finding.deciding])}"
