"""The audit in words: one Markdown page."""

from __future__ import annotations

from collections.abc import Sequence

from bench.world.quantities import TARGET_NAMES
from leaderboard.audit.computed import DECODED
from leaderboard.audit.effects import LEAST, LEAST_SEEDS, Effect
from leaderboard.audit.plan import AS_FOUND, LIKELIHOOD, TASKS
from leaderboard.audit.result import Audit, Finding
from leaderboard.wording import NONE, SHOWN, code_span, grid, r2_text, ratio_text

SYMBOLS = {shown.name: shown.symbol for shown in SHOWN}


def change_text(value: float | None) -> str:
    """Print a change of R2.

    Examples
    --------
    >>> [change_text(value) for value in (0.0123, -0.4, -130.52, -2.1e5, 0.0, float("inf"), None)]
    ['+0.012', '-0.400', '-130.5', '-2e+05', '+0.000', 'unbounded', '-']
    """
    if value is None:
        return NONE
    if abs(value) >= 1e5:
        return f"{value:+.0e}" if abs(value) < 1e300 else "unbounded"
    return f"{value + 0.0:+.{1 if abs(value) >= 10 else 3}f}"


def interval_text(low: float, high: float) -> str:
    """Print an interval of a change of R2."""
    return f"[{change_text(low)}, {change_text(high)}]"


def audit_page(audit: Audit) -> str:
    """Write the report."""
    findings = audit.findings
    parts = [f"# The audit on `{audit.base}`", _summary(audit)]
    if audit.n_seeds < LEAST_SEEDS:
        parts.append(f"**{caution(audit)}**")
    picture = f"![What each fault costs and each repair brings](audit_{audit.base}.png)"
    parts += ["## Verdicts", picture, HOW_TO_READ, _verdicts(findings)]
    parts += ["## The order of the ten most likely causes, and the measured one", order_text(audit)]
    parts += ["## The same predictions, scored wrongly", _metrics(audit)]
    if len(audit.spread.repeats) > 1:
        parts += ["## The split without a seed", spread_text(audit)]
    for title, removed in (
        (f"## Added to {code_span(audit.base)}", False),
        (f"## Removed from {code_span(AS_FOUND)}", True),
    ):
        for target in TARGET_NAMES:
            if table := _everywhere(findings, target, removed):
                parts += [f"{title}: {SYMBOLS[target]}", table]
    if audit.missing:
        parts += ["## Rows without all their cells", "\n".join(f"- {text}" for text in audit.missing)]
    return "\n\n".join(parts) + "\n"


HOW_TO_READ = f"""\
- A variant is added to its base, from which it differs in one stage. **change** is the change of R2, **RMSE x** the
  factor by which the RMSE grows, and with it the RMSE ratio to the ceiling; in brackets 95 % intervals, paired over
  cases and seeds. Faults of the likelihood are added to `{LIKELIHOOD}`, repairs of an unbounded one to `nll_unbounded`.
- **removed** is what its repair brings to `{AS_FOUND}`, the pipeline with all faults together, on the same task and
  target.
- The verdict rests on the task and target named, fixed beforehand, and on the direction that the seed audit claims: a
  fault lowers R2, a repair raises it. `confirmed` needs {LEAST_SEEDS} seeds, p below 0.05 after Holm over all variants,
  and a change of at least {LEAST:g}; `opposite` the same with the other sign; `no measurable effect` an interval inside
  +-{LEAST:g}; `not a fault` where arithmetic shows it; everything else is `undecided`.
- The order is that of the change in the claimed direction."""


def caution(audit: Audit) -> str:
    """Say what few seeds mean."""
    seeds = f"{audit.n_seeds} seed" + "s" * (audit.n_seeds > 1)
    return (
        f"{seeds}: every verdict that rests on training is undecided by rule, which asks for {LEAST_SEEDS}; "
        "intervals of one seed hold for these very fits."
    )


def order_text(audit: Audit) -> str:
    """Say how the seed audit's order agrees with the measured one."""
    added, removed = dict(audit.order()), dict(audit.order(removed=True))
    names = {f.variant.place: f.variant.row for f in audit.findings if f.variant.place}
    names |= {m.metric.place: m.metric.name for m in audit.metrics if m.metric.place}
    ranks = [_ranks(losses) for losses in (added, removed)]
    lines = [
        [
            str(place),
            code_span(names[place]),
            change_text(-added[place]),
            ranks[0][place],
            change_text(removed.get(place)),
            ranks[1].get(place, NONE),
        ]
        for place in sorted(added)
    ]
    heading = ["place", "variant", "change when added", "rank", "change when removed", "rank"]
    sentences = []
    for which, side in (("added", False), ("removed", True)):
        found = audit.agreement(removed=side)
        if found:
            sentences.append(f"{which}: {found[0]:+.2f} over {found[1]} causes")
    text = f"Rank correlation (Spearman; 1 where the orders agree): {'; '.join(sentences)}." if sentences else ""
    note = (
        "Place 8 is the same line of code as place 2. A proposed repair (place 10) counts by what is lost without it."
    )
    return "\n\n".join(filter(None, [grid(heading, lines, "rlrrrr"), text, note]))


def spread_text(audit: Audit) -> str:
    """Say how far fits of the unseeded split scatter, beside fits over seeds."""

    def said(values: Sequence[float]) -> str:
        return f"{len(values)} fits, R2 of k_d in distribution from {r2_text(min(values))} to {r2_text(max(values))}"

    seeds = audit.spread.seeds
    return f"Repeats with one seed: {said(audit.spread.repeats)}. {code_span(audit.base)} over seeds: {said(seeds)}."


def _summary(audit: Audit) -> str:
    """What was run."""
    compared = sum(finding.deciding is not None for finding in audit.findings)
    command = f"python run_bench.py audit --preset {audit.preset} --seeds {audit.n_seeds} --base {audit.base}"
    lines = [
        f"- {code_span(command)}",
        f"- preset {audit.preset}, {audit.n_seeds} seed(s); tasks {', '.join(map(code_span, TASKS))}",
        f"- {compared} of {len(audit.findings)} variants compared, {len(DECODED)} of them computed from predictions",
    ]
    lines += [f"- commit: {code_span(commit)}" for commit in audit.commits]
    return "\n".join(lines)


def _verdicts(findings: Sequence[Finding]) -> str:
    """One line a variant."""
    heading = [
        "variant",
        "items",
        "seed says",
        "what it is",
        "decided on",
        "R2",
        "change",
        "RMSE x",
        "removed",
        "verdict",
    ]
    return grid(heading, [_verdict(finding) for finding in findings], "lllllrrrrl")


def _verdict(finding: Finding) -> list[str]:
    """Cells of one variant."""
    v, effect, removed = finding.variant, finding.deciding, finding.at(finding.removed)
    cells = [
        code_span(v.row),
        v.items,
        v.severity,
        v.sentence,
        f"{code_span(v.decides.task)} {SYMBOLS[v.decides.target]}",
    ]
    if effect is None:
        return [*cells, NONE, NONE, NONE, NONE, finding.verdict]
    return [
        *cells,
        f"{r2_text(effect.base_r2)} to {r2_text(effect.r2)}",
        f"{change_text(effect.change)} {interval_text(effect.low, effect.high)}",
        _factor(effect),
        f"{change_text(removed.change)} {interval_text(removed.low, removed.high)}" if removed else NONE,
        finding.verdict,
    ]


def _factor(effect: Effect) -> str:
    """Factor of the RMSE with its interval."""
    high = ratio_text(effect.factor_high) if effect.factor_high < 1e300 else "unbounded"
    return f"{ratio_text(effect.factor)} [{ratio_text(effect.factor_low)}, {high}]"


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
        found = {e.task: e for e in (finding.removed if removed else finding.added) if e.target == target}
        if found:
            name = finding.variant.removed if removed else finding.variant.row
            lines.append([code_span(name), *(text for task in TASKS for text in _at(found.get(task)))])
    columns = [text for task in TASKS for text in (f"{code_span(task)} R2", "change", "RMSE x")]
    return grid(["row", *columns], lines, "lr") if lines else ""


def _at(effect: Effect | None) -> list[str]:
    """R2 before and after, change and factor of one effect."""
    if effect is None:
        return [NONE] * 3
    r2 = f"{r2_text(effect.base_r2)} to {r2_text(effect.r2)}"
    return [r2, f"{change_text(effect.change)} {interval_text(effect.low, effect.high)}", _factor(effect)]


def _ranks(losses: dict[int, float]) -> dict[int, str]:
    """Rank of every loss, 1 the largest."""
    ordered = sorted(losses.values(), reverse=True)
    return {place: str(1 + ordered.index(loss)) for place, loss in losses.items()}
