"""Score stored predictions again, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.run.record import read_records
from bench.run.scores.rescore import rescore
from bench.run.seal import read_seal
from bench.run.store import said_when_full, sole_run
from commands._shared.options import all_tasks, say
from commands._shared.running import records_in
from commands._shared.terminal import Console


def score(
    folder: Annotated[Path, typer.Option("--out", help="Folder of records and predictions.")] = Path("results"),
    seal: Annotated[
        Path | None, typer.Option(help="Key file of the sealed run that the folder holds.", metavar="KEYFILE")
    ] = None,
) -> None:
    """Score every stored prediction again, beside a fresh ceiling, without training; then run 'board'.

    For example:

      python run_bench.py score

      python run_bench.py score --out sealed --seal ~/bench.key
    """
    console = Console()
    records_in(folder)
    key = None if seal is None else read_seal(seal)
    n_scored, wrong = 0, []
    with said_when_full(folder), sole_run(folder):  # a cell that a run has just made again must stay the newest
        for record in rescore(read_records(folder), all_tasks(), folder, every=True, seal=key):
            if record.status == "ok":
                n_scored += 1
                say(console, f"{record.row} on {record.task}, seed {record.seed}: scored")
            else:
                wrong.append(record.message)
    say(console, f"{n_scored} cells scored again, none trained.")
    for message in wrong:
        say(console, f"not scored, and marked: {message}", style="red")
    if wrong:
        raise typer.Exit(1)
