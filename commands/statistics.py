"""Show what the comparisons say of rows that are equally good, and of the published board."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.compiled import ROOT
from commands._shared.options import PUBLISHED, published_tasks, say
from commands._shared.terminal import Console
from commands.release import planned_then
from leaderboard.comparison.nulls import NULLS, measure
from leaderboard.comparison.overview import found_text
from leaderboard.predictions import Predictions
from leaderboard.published.board import published_findings
from leaderboard.published.store import read_published
from leaderboard.wording import grid

REPEATS, QUICK_REPEATS = 200, 10
SEED = 1
HEADING = ["seeds move equal rows by", "seeds", "pairs", "families", "said of methods", "intervals that hold"]


def statistics(
    quick: Annotated[
        bool, typer.Option("--quick", help="A twentieth of the repeats: seconds, and rougher numbers.")
    ] = False,
) -> None:
    """Count how often a row stands above an equal one, and which rows of the published board stand above another.

    For example:

      python run_bench.py statistics --quick
    """
    console = Console()
    n_repeats = QUICK_REPEATS if quick else REPEATS
    lines = [
        [said.null, str(said.n_seeds), *(f"{100 * share:.1f}" for share in said.shares)]
        for null in NULLS
        for said in measure(null, n_repeats, SEED)
    ]
    say(
        console,
        f"Equal rows, in percent of {n_repeats} families: pairs of which one stands above the other, families with "
        "such a pair, families of which that is said of the methods, intervals that hold the middle of all fits.\n",
    )
    say(console, grid(HEADING, lines, "lr") + "\n")
    findings = published_findings(
        read_published(PUBLISHED), Predictions(PUBLISHED), published_tasks(), planned_then(ROOT)
    )
    for overview in findings.overviews:
        say(console, f"The published board, {overview.preset}: {found_text(overview)}")
