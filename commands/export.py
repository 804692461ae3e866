"""Export scores, or the cases of a task, for other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from bench.errors import BenchError, unknown
from bench.run.origin import provenance
from bench.run.plan import NOT_FOUND
from commands._shared.arguments import Folders
from commands._shared.options import choose_tasks, say, sizes_of
from commands._shared.running import run_or_published, stale_in, unchecked_in
from commands._shared.terminal import Console
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.prior import prior_scores
from leaderboard.export.cases import FORMATS, PARQUET, Export, write_task
from leaderboard.export.scores import check_pyarrow, csv_board, csv_of, long_frame, write_parquet_of_csv

CSV = "csv"
CELLS_STEM, LONG_STEM, PRIOR_STEM = "cells", "long", "prior"


def export(
    task: Annotated[
        list[str] | None,
        typer.Option(help="Export the cases of this task; may be repeated; 'all' for every task.", metavar="NAME"),
    ] = None,
    format_: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="csv or parquet for scores (default csv), parquet or ts for cases (default both); may be repeated.",
            metavar="csv|parquet|ts",
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Only these sizes; of cases, quick if not given.", metavar="quick|standard|full")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the training cases.")] = 0,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder of records, or of published ones, whose scores are exported.")
    ] = Path("results"),
    models: Folders = None,
    to: Annotated[Path, typer.Option(help="Folder to write into.", metavar="DIR")] = Path("export"),
) -> None:
    """Write scores, or the cases of a task, as files that other programs read.

    Scores: cells.csv has one line a cell with every number of its record; long.csv is the frame that other boards read:
    method, task, seed, metric_error, time_train_s, time_infer_s; prior.csv says where each cell errs: RMSE and ratio to
    the ceiling by thirds of E0, k_d, temperature, initial pH and urea.

      python run_bench.py export

      python run_bench.py export --out leaderboard/records --format csv --format parquet

    Cases of a task: Parquet, the .ts files that aeon and sktime load, and a data card. The test targets of a public
    task are public; those of a sealed run are never written.

      python run_bench.py export --task shift_10s --task in_distribution
    """
    console = Console()
    if preset is not None:
        sizes_of(preset)
    formats = _formats(format_, [PARQUET, "ts"] if task else [CSV], FORMATS if task else (CSV, PARQUET))
    if task:
        written = _cases(console, task, formats, preset or "quick", seed, to)
    else:
        written = _scores(console, folder, formats, preset, models or [], to)
    for path in written:
        say(console, os.path.relpath(path))


def _formats(asked: list[str] | None, default: list[str], possible: tuple[str, ...]) -> list[str]:
    """Formats that were asked for."""
    formats = list(dict.fromkeys(asked or default))
    for name in formats:
        if name not in possible:
            raise unknown("format", name, possible)
    if PARQUET in formats:
        check_pyarrow()
    return formats


def _scores(
    console: Console, folder: Path, formats: list[str], preset: str | None, models: list[Path], to: Path
) -> list[Path]:
    """Write the scores of a folder."""
    records = [record for record in run_or_published(folder) if preset in (None, record.preset)]
    if not records:
        raise BenchError(
            f"folder '{folder}': must hold records{f' of preset {preset}' if preset else ''}, got none. "
            "Run a task, or name a folder with --out."
        )
    stale = stale_in(records, models)
    findings = Findings.of(records, folder, stale=stale)
    texts = {
        CELLS_STEM: csv_board(findings.restated.cells),
        LONG_STEM: long_frame(findings.cells),
        PRIOR_STEM: csv_of(prior_scores(findings.evidence.values())),
    }
    to.mkdir(parents=True, exist_ok=True)
    written = []
    for stem, text in texts.items():
        for name in formats:
            path = to / f"{stem}.{name}"
            if name == CSV:
                path.write_text(text, encoding="utf-8")
            else:
                write_parquet_of_csv(text, path)
            written.append(path)
    n_unscored = sum(record.status != "ok" for record in records)
    old = [record for record in records if record.status == "ok" and record.cell in stale]
    say(console, f"{len(records)} cells; not in {LONG_STEM}: {n_unscored} without a score, {len(old)} stale.")
    for row, reasons in sorted({record.row: stale[record.cell] for record in old}.items()):
        step = "Give its folder with --models." if reasons == (NOT_FOUND,) else "Run it again."
        say(console, f"{row} is stale: {', '.join(reasons)}. {step}")
    for line in unchecked_in(records, models):
        say(console, line)
    return written


def _cases(console: Console, names: list[str], formats: list[str], preset: str, seed: int, to: Path) -> list[Path]:
    """Write the cases of tasks."""
    chosen = choose_tasks(names).values()
    commit, written = provenance.commit(), []
    for task in track(chosen, "exporting", console=console, transient=True, disable=not console.is_terminal):
        written += write_task(Export(task, preset, sizes_of(preset), seed), tuple(formats), to, commit)
    return written
