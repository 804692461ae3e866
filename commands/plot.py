"""Draw what one row saw on one task, how it was trained, and what it answered."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bench.cases import Traces
from bench.draw import draw_cases
from bench.errors import BenchError
from bench.run.record import Record, read_records
from commands._shared.arguments import Folders
from commands._shared.options import choose_tasks, closest, say
from commands._shared.running import stale_in
from commands._shared.terminal import Console
from leaderboard.pictures.fit import MOST_TRACES, draw_fit
from leaderboard.pictures.looks import drawing, save
from leaderboard.predictions import Predictions
from leaderboard.wording import file_name


def plot(
    task: Annotated[list[str], typer.Option(help="Task; may be repeated.", metavar="NAME")],
    model: Annotated[list[str], typer.Option(help="Row of the board; may be repeated.", metavar="NAME")],
    models: Folders = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder of records and predictions.")] = Path("results"),
    preset: Annotated[
        str | None, typer.Option(help="Sizes of the run. Default: every one that there is.", metavar="NAME")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the run.")] = 0,
) -> None:
    """Draw training and test traces, their intervals, losses, gradient norms and predictions of rows that were run.

    For example, after 'python run_bench.py --task shift_10s --model tcn_dt':

      python run_bench.py plot --task shift_10s --model tcn_dt

    A row is named as on the board, such as 'tcn(epochs=20)'; a row of a folder of your own needs --models. One picture
    a task and row goes into the folder 'plots' beside the records; nothing is trained.
    """
    console = Console()
    predictions = Predictions(folder)
    chosen = _chosen(read_records(folder), task, model, preset, seed, folder)
    stale = stale_in(chosen, models or [])
    for record in chosen:
        why = stale.get(record.cell, ())
        with drawing():
            figure = draw_fit(record, predictions.examples(record.task), predictions.of(record), _trained(record))
            name = f"{record.task}_{file_name(record.row)}_{record.preset}_{record.seed}.png"
            path = save(figure, folder / "plots" / name)
        say(console, os.path.relpath(path) + f", of a row that is stale: {', '.join(why)}" * bool(why))


def _trained(record: Record) -> Traces:
    """First training traces of a cell."""
    task = choose_tasks([record.task])[record.task]
    return draw_cases(task.train, task.train_world, f"train/{record.seed}", MOST_TRACES).traces


def _chosen(
    records: list[Record], tasks: list[str], rows: list[str], preset: str | None, seed: int, folder: Path
) -> list[Record]:
    """Records of the rows and tasks that were asked for, every one of which must be there."""
    scored = [record for record in records if record.status == "ok"]
    if not scored:
        raise BenchError(f"folder '{folder}': must hold scores, got none. Run a task, or name a folder with --out.")
    chosen = []
    for task in tasks:
        for row in rows:
            of_row = [
                record
                for record in scored
                if (record.task, record.row, record.seed) == (task, row, seed) and preset in (None, record.preset)
            ]
            if not of_row:
                sizes = f", preset {preset}" if preset else ""
                raise BenchError(
                    f"folder '{folder}': records must hold a score of {row} on {task} with seed {seed}{sizes}, "
                    f"got none. {_next_step(scored, task, row)}"
                )
            chosen += of_row
    return chosen


def _next_step(scored: list[Record], task: str, row: str) -> str:
    """What to name in place of a task or a row that has no score."""
    for asked, there in ((task, {record.task for record in scored}), (row, {record.row for record in scored})):
        if asked not in there and (meant := closest(asked, there, 0.8)):
            return f"Did you mean '{meant}'?"
    on_task = sorted({record.row for record in scored if record.task == task})
    tasks = sorted({record.task for record in scored})
    return f"Scored on {task}: {', '.join(on_task)}." if on_task else f"Scored tasks: {', '.join(tasks)}."
