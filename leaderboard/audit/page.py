"""The audit in words: what the columns of its tables say, and one Markdown page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.world.quantities import TARGET_NAMES
from leaderboard.audit.computed import DECODED
from leaderboard.audit.effects import LEAST_SEEDS, WITHIN, Effect
from leaderboard.audit.plan import AS_FOUND, LIKELIHOOD, TASKS
from leaderboard.audit.result import Audit, Finding
from leaderboard.wording import NONE, SYMBOLS, code_span, grid, r2_text, ratio_text


def r2_pair_text(effect: Effect | None) -> str:
    """Print R2 before and after."""
    return f"{r2_text(effect.base_r2)} to {r2_text(effect.r2)}" if effect else NONE


def factor_text(effect: Effect | None) -> str:
    """Print the factor of the RMSE with its interval."""
    if effect is None:
        return NONE
    return f"{ratio_text(effect.factor)} [{ratio_text(effect.low)}, {ratio_text(effect.high)}]"


def repaired(finding: Finding) -> Effect | None:
    """What the repair brings to the pipeline as found, where the fault was compared itself."""
    return finding.at(finding.removed) if finding.deciding else None


@dataclass(frozen=True)
class Column:
    """What one column of a table of findings says."""

    heading: str
    text: Callable[[Finding], str]
    align: str = "l"


VARIANT = Column("variant", lambda f: code_span(f.variant.row))
ITEMS = Column("items", lambda f: f.variant.items)
SEVERITY = Column("seed says", lambda f: f.variant.severity)
SENTENCE = Column("what it is", lambda f: f.variant.sentence)
WHERE = Column("decided on", lambda f: f"{code_span(f.variant.decides.task)} {SYMBOLS[f.variant.decides.target]}")
R2 = Column("R2", lambda f: r2_pair_text(f.deciding), "r")
FACTOR = Column("RMSE x", lambda f: factor_text(f.deciding), "r")
REMOVED = Column("removed, RMSE x", lambda f: factor_text(repaired(f)), "r")
VERDICT = Column("verdict", lambda f: f.verdict)
FULL = (VARIANT, ITEMS, SEVERITY, SENTENCE, WHERE, R2, FACTOR, REMOVED, VERDICT)
NUMBERS = (
    R2,
    FACTOR,
    Column("repaired", lambda f: ratio_text(effect.factor if (effect := repaired(f)) else None), "r"),
)
"""Those of short tables."""


def findings_table(columns: Sequence[Column], findings: Sequence[Finding]) -> str:
    """Lay out findings, a line each."""
    lines = [[column.text(finding) for column in columns] for finding in findings]
    return grid([column.heading for column in columns], lines, "".join(column.align for column in columns))


def audit_page(audit: Audit) -> str:
    """Write the report."""
    findings = audit.findings
    parts = [f"# The audit on `{audit.base}`", _summary(audit)]
    if audit.n_seeds < LEAST_SEEDS:
        parts.append(f"**{caution(audit)}**")
    picture = f"![What each fault costs and each repair brings](audit_{audit.base}.png)"
    parts += ["## Verdicts", picture, HOW_TO_READ, VERDICTS, findings_table(FULL, findings)]
    parts += ["## The order of the ten most likely causes, and the measured one", order_text(audit)]
    parts += ["## The same predictions, scored wrongly", _metrics(audit)]
    if spread := spread_text(audit):
        parts += ["## The split without a seed", spread]
    for title, removed in ((f"Added to {code_span(audit.base)}", False), (f"Removed from {code_span(AS_FOUND)}", True)):
        for target in TARGET_NAMES:
            if table := _everywhere(findings, target, removed):
                parts += [f"## {title}: {SYMBOLS[target]}", table]
    if audit.missing:
        parts += ["## Rows without all their cells", "\n".join(f"- {text}" for text in audit.missing)]
    return "\n\n".join(parts) + "\n"


VERDICTS = f"""\
`confirmed` needs {LEAST_SEEDS} seeds, one row that stands above the other, and a factor of at least {WITHIN[1]:g} or
its inverse. `opposite` is the same with the other sign. `no measurable effect` needs an interval within {WITHIN[0]:g}
to {WITHIN[1]:g}, and `not a fault` arithmetic. Everything else is `undecided`."""
"""How a verdict is reached, for a page."""
HOW_TO_READ = f"""\
- A variant is added to its base, from which it differs in one stage. **RMSE x** is the factor by which the RMSE grows,
  and with it the ratio to the ceiling, from the base's middle fit to the variant's; in brackets from the best fit over
  the base's worst to the worst over the base's best, with 95 % intervals over cases, longer where there are few seeds.
  R2 is that of the middle fits. Faults of the likelihood are added to `{LIKELIHOOD}`, repairs of an unbounded one to
  `nll_unbounded`.
- **removed** is what its repair brings to `{AS_FOUND}`, the pipeline with all faults together, on the same task and
  target.
- The verdict rests on the task and target named, fixed beforehand, and on the direction that the seed audit claims: a
  fault raises the RMSE, a repair lowers it. A row stands above another if its worst fit beats the other's best by more
  than cases, over all variants, and seeds explain.
- The order is that of the factor in the claimed direction."""


def caution(audit: Audit) -> str:
    """Say what few seeds mean."""
    seeds = f"{audit.n_seeds} seed" + "s" * (audit.n_seeds > 1)
    return (
        f"{seeds}: every verdict that rests on training is undecided by rule, which asks for {LEAST_SEEDS}; "
        "intervals of one seed hold for these very fits."
    )


def order_text(audit: Audit) -> str:
    """Lay out the seed audit's order beside the measured one."""
    added, removed = (dict(audit.order(side)) for side in (False, True))
    names = {f.variant.place: f.variant.row for f in audit.findings}
    names |= {m.metric.place: m.metric.name for m in audit.metrics}
    lines = []
    for place, loss in sorted(added.items()):
        brought = removed.get(place)
        cells = [ratio_text(math.exp(loss)), _rank(loss, added)]
        cells += [NONE if brought is None else ratio_text(math.exp(-brought)), _rank(brought, removed)]
        lines.append([str(place), code_span(names[place]), *cells])
    heading = ["place", "variant", "RMSE x when added", "rank", "RMSE x when removed", "rank"]
    note = (
        "Place 8 is the same line of code as place 2. A proposed repair (place 10) counts by what is lost without it."
    )
    return "\n\n".join(filter(None, [grid(heading, lines, "rlrrrr"), agreement_text(audit), note]))


def agreement_text(audit: Audit) -> str:
    """Say how far the two orders agree; nothing where too few causes were measured."""
    sentences = [
        f"{which}: {agreement[0]:+.2f} over {agreement[2]} causes (p = {agreement[1]:.2f})"
        for which, side in (("added", False), ("removed", True))
        if (agreement := audit.agreement(removed=side))
    ]
    return f"Rank correlation (Spearman; 1 where the orders agree): {'; '.join(sentences)}." if sentences else ""


def _rank(loss: float | None, losses: dict[int, float]) -> str:
    """Rank of a loss among others, 1 the largest."""
    return NONE if loss is None else str(1 + sum(other > loss for other in losses.values()))


def spread_text(audit: Audit) -> str:
    """Say how far fits of the unseeded split scatter, beside fits over seeds; nothing where it was not repeated."""
    if len(audit.spread.repeats) < 2:
        return ""

    def said(values: Sequence[float]) -> str:
        return f"{len(values)} fits, R2 of k_d in distribution from {r2_text(min(values))} to {r2_text(max(values))}"

    seeds = audit.spread.seeds
    return f"Repeats with one seed: {said(audit.spread.repeats)}. {code_span(audit.base)} over seeds: {said(seeds)}."


def settings_text(audit: Audit) -> str:
    """Name the base with the settings that it was run with."""
    return code_span(f"{audit.base}({', '.join(f'{name}={value}' for name, value in sorted(audit.settings.items()))})")


def _summary(audit: Audit) -> str:
    """What was run."""
    compared = sum(finding.deciding is not None for finding in audit.findings)
    command = f"python run_bench.py audit --preset {audit.preset} --seeds {audit.n_seeds} --base {audit.base}"
    lines = [
        f"- {code_span(command)}",
        f"- preset {audit.preset}, {audit.n_seeds} seed(s); tasks {', '.join(map(code_span, TASKS))}",
        f"- base: {settings_text(audit)}",
        f"- {compared} of {len(audit.findings)} variants compared, {len(DECODED)} of them computed from predictions",
    ]
    lines += [f"- commit: {code_span(commit)}" for commit in audit.commits]
    return "\n".join(lines)


def _metrics(audit: Audit) -> str:
    """What every wrong metric reports of the base, on every task; means over seeds."""
    heading = ["metric", "items", "what it is", *(f"{code_span(t)} {SYMBOLS[n]}" for t in TASKS for n in TARGET_NAMES)]
    right = [r2_text(sum(s.right) / len(s.right)) for s in audit.metrics[0].scored]
    lines = [["as it should be", "", "R2 of each target about the test mean, in physical units", *right, ""]]
    for each in audit.metrics:
        values = [r2_text(sum(s.reported) / len(s.reported)) for s in each.scored]
        lines.append([code_span(each.metric.name), each.metric.items, each.metric.sentence, *values, each.verdict])
    return grid([*heading, "verdict"], lines, "lll" + "r" * 6 + "l")


def _everywhere(findings: Sequence[Finding], target: str, removed: bool) -> str:
    """Effects of every variant on every task, for one target."""
    lines = []
    for finding in findings:
        effects = {e.task: e for e in (finding.removed if removed else finding.added) if e.target == target}
        if effects:
            name = finding.variant.removed if removed else finding.variant.row
            texts = (r2_pair_text, factor_text)
            lines.append([code_span(name), *(text(effects.get(task)) for task in TASKS for text in texts)])
    columns = [text for task in TASKS for text in (f"{code_span(task)} R2", "RMSE x")]
    return grid(["row", *columns], lines, "lr") if lines else ""
