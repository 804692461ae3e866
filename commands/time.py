"""Measure what everything costs, beside what a user would otherwise pick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bench.errors import BenchError, unknown
from bench.timing import Figure
from commands._shared.options import say
from commands._shared.terminal import Console
from commands._timing.peers import MISSING, peers_installed
from commands._timing.report import quantity, rich_table, write_figures
from commands._timing.scaling import ROWS, cost_curves, score_curves
from commands._timing.sections import SECTIONS


def time(
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"Part to measure; may be repeated: {', '.join(SECTIONS)}.", metavar="PART"),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Less work at a time: rougher numbers, sooner.")] = False,
    scaling: Annotated[
        str | None,
        typer.Option(help="Draw curves instead: cost, or score against training cases.", metavar="cost|score"),
    ] = None,
    row: Annotated[
        list[str] | None, typer.Option(help=f"Row of the score curves. Default: {', '.join(ROWS)}.", metavar="NAME")
    ] = None,
    most_cases: Annotated[int, typer.Option(min=512, help="Largest training set of the score curves.")] = 65_536,
    jobs: Annotated[int, typer.Option(min=1, help="Fits at a time of the score curves.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder of the table, the pictures and the records.")] = Path("speed"),
) -> None:
    """Print costs beside those of the usual tools, on the same work to the same error, measured in one run.

    For example:

      python run_bench.py time --quick

      python run_bench.py time --only simulate --only fit

      python run_bench.py time --scaling cost

      python run_bench.py time --scaling score --row gradient_boosting

    Costs are processor seconds, so that other work on the machine moves them little. The peers live in an environment
    of their own, which 'make peers' creates; without it their lines say so. The score curves train networks for
    40 minutes and more; what is done is kept, and the same command goes on.
    """
    console = Console()
    if row and scaling != "score":
        raise BenchError(
            f"option '--row': score curves must be asked for, got {scaling or 'none'}. Add --scaling score."
        )
    if scaling is not None:
        if scaling not in ("cost", "score"):
            raise unknown("curves", scaling, ["cost", "score"])
        if scaling == "cost":
            written = cost_curves(console, out, quick)
        else:
            written = score_curves(console, out, row or list(ROWS), most_cases, jobs)
        say(console, f"Pictures and table: {', '.join(map(str, written))}")
        return
    for name in only or ():
        if name not in SECTIONS:
            raise unknown("part", name, list(SECTIONS))
    if not peers_installed():
        say(console, f"peers {MISSING}.")
    figures: list[Figure] = []
    parts = only or list(SECTIONS)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(parts))
        for name in parts:
            progress.update(bar, description=f"measuring: {name}")
            for figure in SECTIONS[name](quick):
                figures.append(figure)
                say(progress.console, f"{figure.section}: {figure.work}: {quantity(figure.value, figure.unit)}")
            progress.advance(bar)
    console.print(rich_table(figures))
    written = write_figures(figures, out)
    say(console, f"Table: {', '.join(map(str, written))}")
