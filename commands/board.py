"""Make tables and pictures again from records and prediction files, without running anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.errors import BenchError
from bench.run.record import read_records
from commands._options import all_tasks, friendly_errors, stale_in
from leaderboard.board import terminal_board, write_board


def board(
    folder: Annotated[Path, typer.Option("--out", help="Folder of records and predictions.")] = Path("results"),
    models: Annotated[
        list[Path] | None, typer.Option(help="Folder of further plugins; may be repeated.", metavar="DIR")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Write somewhere else.", metavar="DIR")] = None,
) -> None:
    """Make board.md, board.csv and the pictures again from stored records and predictions."""
    with friendly_errors():
        records = read_records(folder)
        if not records:
            raise BenchError(
                f"folder '{folder}': must hold records.jsonl, got none. Run a task, or name a folder with --out."
            )
        stale = stale_in(records, models or [])
        console = Console()
        console.print(terminal_board(records, stale=stale, folder=folder))
        for path in write_board(folder, to, stale=stale, tasks=all_tasks()):
            console.print(os.path.relpath(path), markup=False, highlight=False, soft_wrap=True)
