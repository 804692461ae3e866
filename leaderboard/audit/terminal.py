"""The audit's verdicts for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from leaderboard.audit.effects import CONFIRMED, LEAST_SEEDS, NONE_MEASURED, NOT_A_FAULT, OPPOSITE
from leaderboard.audit.page import NUMBERS, caution
from leaderboard.audit.plan import REPAIR
from leaderboard.audit.result import Audit
from leaderboard.board.terminal import titled

# Colour repeats what the text says; nothing depends on it.
COLOURS = {CONFIRMED: "red", OPPOSITE: "yellow", NONE_MEASURED: "green", NOT_A_FAULT: "green"}
LEGEND = "+ is a proposed repair, the others are faults. Repaired: RMSE x when the pipeline as found is rid of it."


def terminal_audit(audit: Audit) -> RenderableType:
    """Lay out the verdicts for a terminal."""
    table = titled(f"The audit on {audit.base}: {audit.preset}, {audit.n_seeds} seed(s)")
    table.add_column("variant", no_wrap=True)
    for column in NUMBERS:
        table.add_column(column.heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    for finding in [each for each in audit.findings if each.deciding]:
        table.add_row(
            "+ " * (finding.variant.decides.sign == REPAIR) + finding.variant.row,
            *(column.text(finding) for column in NUMBERS),
            Text(finding.verdict, COLOURS.get(finding.verdict, "dim")),
        )
    parts: list[RenderableType] = [table, Text(LEGEND, "dim")]
    parts += [
        Text(f"{each.metric.name}: {each.metric.sentence}: {each.verdict}", COLOURS.get(each.verdict, "dim"))
        for each in audit.metrics
    ]
    if audit.missing:
        names = ", ".join(text.partition(":")[0] for text in audit.missing)
        parts.append(Text(f"left out, for they lack cells: {names}", "yellow"))
    if audit.n_seeds < LEAST_SEEDS:
        parts.append(Text(caution(audit), "yellow"))
    return Group(*parts)
