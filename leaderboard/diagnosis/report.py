"""A diagnosis in words: lines for a terminal, one Markdown page, one JSON file for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bench.compiled import ROOT
from bench.diagnosis.diagnose import Diagnosis, Score
from bench.diagnosis.measures import Finding
from bench.run.origin.sources import source_digest
from leaderboard.diagnosis.advice import advice
from leaderboard.wording import SYMBOLS, code_span, grid, quantity_text, r2_text, ratio_text

METHOD = ROOT / "bench" / "diagnosis" / "diagnose.py"
"""File whose digest stands for everything that makes findings of a model's answers."""
LEAST_KNOWN = "cannot be known"
QUICK = "At quick size no plain network learns k_d: what is said of k_d holds for this size. Judge it at standard size."


@dataclass(frozen=True)
class Subject:
    """What was diagnosed."""

    row: str
    task: str
    preset: str
    source_digest: str


def headline(subject: Subject, diagnosis: Diagnosis) -> list[str]:
    """What the ceiling does not allow, and where the model stands."""
    lines = [
        f"{SYMBOLS[score.target]} {LEAST_KNOWN} from {score.where}: the exact posterior itself has R2 "
        f"{r2_text(score.exact)}. That is nobody's fault."
        for score in diagnosis.not_attainable
    ]
    for where, scores in groupby(diagnosis.scores, key=lambda score: score.where):
        lines.append(f"{where}: {'; '.join(map(score_text, scores))}")
    for question, why in diagnosis.refused.items():
        lines.append(f"asked '{question}', it gives what a run refuses: {why} Its means alone were looked at there.")
    if subject.preset == "quick":
        lines.append(QUICK)
    return lines


def score_text(score: Score) -> str:
    """Score of one target beside the ceiling."""
    reached = f"{SYMBOLS[score.target]} R2 {r2_text(score.r2)} of {r2_text(score.exact)}"
    return f"{reached}, RMSE x {ratio_text(score.ratio)}"


def finding_lines(finding: Finding) -> list[str]:
    """One finding: what it is and costs, the evidence, what to change."""
    about = advice()[finding.name]
    within = f" (± {quantity_text(finding.error)})" if finding.error else ""
    detail = f"; {finding.detail}" if finding.detail else ""
    shown = quantity_text(finding.evidence) + within
    return [
        f"{finding.name} ({SYMBOLS[finding.target]}): {about.says}",
        cost_text(finding),
        f"shown by: {finding.measure}: {shown}, {quantity_text(finding.expected)} expected{detail}",
        f"change: {about.advice} Seen at work in {about.shown_by}; seed audit {about.item}.",
    ]


def cost_text(finding: Finding) -> str:
    """What a finding costs, and what would be left without it."""
    if not finding.cost:
        return f"costs no error at {finding.where}"
    return (
        f"costs {finding.cost:.0%} of the excess over the ceiling at {finding.where}: "
        f"RMSE x {ratio_text(finding.ratio)} would be x {ratio_text(finding.ratio_left)}"
    )


def sound_lines(diagnosis: Diagnosis) -> list[str]:
    """What was tried and is sound, and what could not be tried."""
    lines = [f"sound: {', '.join(diagnosis.sound) or 'nothing'}"]
    reasons = sorted({*diagnosis.untried.values()})
    for reason in reasons:
        names = [name for name, why in diagnosis.untried.items() if why == reason]
        lines.append(f"not tried, because {reason}: {', '.join(names)}")
    return lines


def diagnosis_page(subject: Subject, diagnosis: Diagnosis) -> str:
    """Write the page."""
    parts = [f"# {code_span(subject.row)} on {code_span(subject.task)}, {subject.preset}"]
    parts.append("\n".join(f"- {line}" for line in headline(subject, diagnosis)))
    parts.append(
        "![Six panels: score against interval, split of the error, where it looks, response to known inputs, "
        "truth against answer, course of training](diagnosis.png)"
    )
    parts.append("## Findings, worst first")
    parts += [findings_table(diagnosis.findings)] if diagnosis.findings else ["None."]
    for finding in diagnosis.findings:
        first, *rest = finding_lines(finding)
        parts.append("\n".join([f"**{first}.**", *(f"- {line}" for line in rest)]).replace(".**\n", ".**\n\n"))
    parts += ["## Tried and sound", "\n".join(f"- {line}" for line in sound_lines(diagnosis))]
    return "\n\n".join(parts) + "\n"


def findings_table(findings: Sequence[Finding]) -> str:
    """Lay out findings, a line each."""
    heading = ["finding", "target", "where", "cost", "RMSE x", "left x", "evidence", "expected"]
    lines = [
        [
            code_span(each.name),
            SYMBOLS[each.target],
            each.where,
            f"{each.cost:.0%}",
            ratio_text(each.ratio),
            ratio_text(each.ratio_left),
            f"{quantity_text(each.evidence)} ± {quantity_text(each.error)}",
            quantity_text(each.expected),
        ]
        for each in findings
    ]
    return grid(heading, lines, "lllrrrrr")


def diagnosis_value(subject: Subject, diagnosis: Diagnosis) -> dict[str, Any]:
    """Value of ``diagnosis.json``."""
    return {
        "row": subject.row,
        "task": subject.task,
        "preset": subject.preset,
        "source_digest": subject.source_digest,
        "method_digest": source_digest(METHOD),
        "not_attainable": [score.target for score in diagnosis.not_attainable],
        "scores": [vars(score) for score in diagnosis.scores],
        "findings": [vars(each) | _said(each) for each in diagnosis.findings],
        "refused": diagnosis.refused,
        "sound": diagnosis.sound,
        "not_tried": diagnosis.untried,
    }


def _said(finding: Finding) -> dict[str, str]:
    """Fields of a finding that the table of advice gives."""
    about = advice()[finding.name]
    return {"says": about.says, "advice": about.advice, "shown_by": about.shown_by, "item": about.item}
