"""Score stored fits on fresh test draws, beside the published scores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich import box
from rich.progress import Progress
from rich.table import Column, Table

from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.plan import Plugin
from bench.run.record import read_records
from bench.run.scores.redraw import Gap, Redraw
from bench.run.store import said_when_full, sole_run, work_folder
from commands._shared.arguments import Folders, MemoryLimit, TimeLimit
from commands._shared.options import all_tasks, choose_models, choose_tasks, plugin_files, say
from commands._shared.seal import open_seal, seal_line
from commands._shared.terminal import Console
from leaderboard.wording import SYMBOLS

REDRAW_FILE = "redraw.csv"


def redraw(
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.", metavar="NAME")] = None,
    model: Annotated[list[str] | None, typer.Option(help="Only this model; may be repeated.", metavar="NAME")] = None,
    models: Folders = None,
    draws: Annotated[int, typer.Option(min=1, help="Fresh test sets, each as large as the published one.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder of records, predictions and stored fits.")] = Path("results"),
    seal: Annotated[
        Path | None,
        typer.Option(
            help="Draw the fresh cases from this secret key, and confine the models; any key will do.",
            metavar="KEYFILE",
        ),
    ] = None,
    time_limit: TimeLimit = Limits.time_s,
    memory_limit: MemoryLimit = Limits.memory_mb,
) -> None:
    """Score stored fits on fresh test draws, without training, and give the difference from the published draw.

    A difference is fresh minus published R2, beside its standard error over the draws of the cases. One far below zero
    says that the row has seen the published test cases, or was tuned on them. All rows are in redraw.csv as well.

    For example:

      python run_bench.py redraw --model tcn --draws 4

      python run_bench.py redraw --out sealed --seal ~/bench.key
    """
    console = Console()
    with said_when_full(out):
        tasks, plugins = choose_tasks(task) if task else all_tasks(), plugin_files(models or [])
        plugins = choose_models(model, plugins) if model else plugins
        records = [
            record
            for record in read_records(out)
            if record.status == "ok" and record.task in tasks and record.model in plugins
        ]
        if not records:
            raise BenchError(
                f"folder '{out}': must hold finished cells of these tasks and models, got none. "
                "Run them first, or name a folder with --out."
            )
        if seal is None and any(record.sealed for record in records):
            raise BenchError(
                f"folder '{out}': fresh draws of a sealed run must have a key, got none. "
                "Give a key file with --seal, its own or another."
            )
        key = None if seal is None else open_seal(seal, [Plugin(plugins[r.model]) for r in records], out)
        if key is not None:
            say(console, seal_line(key))
        gaps: list[Gap] = []
        n_left = 0
        with (
            sole_run(out),  # a run would replace the fits that are asked
            work_folder(out) as work,
            Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
        ):
            asked = Redraw(out, work, Limits(time_limit, memory_limit), draws, key)
            bar = progress.add_task("", total=len(records))
            for record in records:
                progress.update(bar, description=f"{record.row} on {record.task}, seed {record.seed}")
                of_cell = asked.gaps(record, tasks[record.task], plugins[record.model])
                if isinstance(of_cell, str):
                    n_left += 1
                    say(console, f"{record.row} on {record.task}, seed {record.seed}: left out, {of_cell}")
                else:
                    gaps += of_cell
                progress.advance(bar)
        console.print(_table(gaps))
        _write(out / REDRAW_FILE, gaps)
        say(
            console,
            f"{len(records) - n_left} of {len(records)} cells drawn again, none trained: "
            f"{os.path.relpath(out / REDRAW_FILE)}",
        )
        if n_left:
            raise typer.Exit(1)


def _table(gaps: Sequence[Gap]) -> Table:
    """Gaps as a table for the terminal."""
    headers = ("task", "row", "seed", "R2 of", "published", "fresh", "difference")
    columns = (
        Column(name, no_wrap=True, justify="right" if number > 3 else "left") for number, name in enumerate(headers)
    )
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for gap in gaps:
        difference = f"{gap.difference:+.4f} ± {gap.standard_error:.4f}"
        scores = (f"{gap.published:.4f}", f"{gap.fresh:.4f}", difference)
        table.add_row(gap.task, gap.row, str(gap.seed), SYMBOLS[gap.target], *scores)
    return table


def _write(path: Path, gaps: Sequence[Gap]) -> None:
    """Write all gaps to a file."""
    frame = pd.DataFrame(gaps, columns=[each.name for each in fields(Gap)])
    frame.insert(frame.columns.get_loc("standard_error"), "difference", [gap.difference for gap in gaps])
    frame.to_csv(path, index=False, lineterminator="\r\n")
