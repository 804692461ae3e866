"""The audit's tables in the documents: written by a command, between marks, from the published audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leaderboard.audit.computed import DECODED
from leaderboard.audit.itemized import UNMEASURED, items_table, short_table
from leaderboard.audit.page import VERDICTS, agreement_text, settings_text, spread_text
from leaderboard.audit.plan import AS_FOUND, HOLDS, SOUND, variants
from leaderboard.audit.result import Audit, load_audit
from leaderboard.wording import code_span, r2_text

PAGE = "audit.md"
COMMAND = "python run_bench.py audit --publish"
BASES = "#what-was-compared"
"""Heading of the page under which the bases stand."""


def published(folder: Path) -> dict[str, Audit]:
    """Read the published audits."""
    audits = [load_audit(path) for path in sorted(folder.glob("*.json"))]
    return {audit.base: audit for audit in audits}


def blocks(audits: Mapping[str, Audit]) -> dict[str, str]:
    """Write the blocks of the page."""
    sound = audits.get(SOUND)
    return {
        "in short": _short_text(sound) if sound else UNMEASURED,
        "what was run": "\n".join(map(_run_text, audits.values())) or UNMEASURED,
        "verdicts": VERDICTS,
        "every item": items_table(sound, audits.get(HOLDS)) if sound else UNMEASURED,
        "order": _order_text(sound) if sound else UNMEASURED,
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


def _short_text(audit: Audit) -> str:
    """What came of the items, and of which base."""
    earlier = ", by an earlier plan than today's" if _otherwise(audit) else ""
    base = f"The figures are those of {code_span(audit.base)} at {_commits(audit)}{earlier} ([settings]({BASES}))."
    return f"{base}\n\n{short_table(audit)}"


def _run_text(audit: Audit) -> str:
    """What a published audit rests on, and how its variants differ from today's."""
    compared = sum(finding.deciding is not None for finding in audit.findings)
    ran = f"preset {audit.preset}, {audit.n_seeds} seed(s), {compared} of {len(audit.findings)} variants compared"
    return f"- {'; '.join([f'{settings_text(audit)}: {ran}', _commits(audit), *_otherwise(audit)])}"


def _commits(audit: Audit) -> str:
    """Commits that the records name."""
    return f"commit {', '.join(map(code_span, audit.commits))}"


def _otherwise(audit: Audit) -> list[str]:
    """Variants by which a published audit and today's plan differ."""
    then = {finding.variant.row for finding in audit.findings} - {fault.row for fault in DECODED}
    now = {variant.row for variant in variants(audit.base)}
    sides = (("planned since then:", now - then), ("planned then only:", then - now))
    return [f"{said} {', '.join(map(code_span, sorted(names)))}" for said, names in sides if names]


def _order_text(audit: Audit) -> str:
    """How far the orders agree, and how far fits of the split without a seed scatter."""
    return "\n\n".join(filter(None, [agreement_text(audit), spread_text(audit)]))
