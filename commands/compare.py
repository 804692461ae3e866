"""Compare two rows, two runs or two commits: what moved, by how much, and whether it is more than noise."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.plan import NOT_FOUND, Stale
from bench.run.record import Record
from bench.run.scores.ceiling import CEILING
from commands._shared.arguments import Folders, Json
from commands._shared.options import PUBLISHED, closest, print_json, say
from commands._shared.running import run_or_published, stale_in
from commands._shared.terminal import Console
from leaderboard.board.terminal import titled
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.runs import Compared, Move, Side, compare_rows, compare_runs
from leaderboard.wording import SYMBOLS, r2_text, ratio_text

WORDS = {"better": ("better", "green"), "worse": ("worse", "red"), "noise": ("noise", "dim")}
"""Verdict to its print and its colour, which only repeats it."""


def compare(
    first: Annotated[str, typer.Argument(help="A row, a folder of records, or a commit.", metavar="A")],
    second: Annotated[str, typer.Argument(help="Another of the same kind.", metavar="B")],
    folder: Annotated[
        Path, typer.Option("--out", help="Folder of records in which rows are looked up.", metavar="DIR")
    ] = Path("results"),
    models: Folders = None,
    moved: Annotated[bool, typer.Option("--moved", help="Show only what moved by more than noise.")] = False,
    as_json: Json = False,
) -> None:
    """Say what moved from A to B, by how much, and whether it is more than noise.

    Two rows of one folder, two folders of records, or two commits whose published records are taken from git:

      python run_bench.py compare gru tcn

      python run_bench.py compare my_net tcn_dt --models my_models

      python run_bench.py compare results other_results

      python run_bench.py compare HEAD~5 HEAD --moved

    Errors are compared on the same cases. B is better if its worst fit beats the best of A by more than the choice of
    cases can explain, over all comparisons, and by more than the fits of either scatter; else it is noise. A ratio
    below 1 says that B errs less: of the middle fits, with the range of all.
    """
    console = Console(stderr=as_json)
    with ExitStack() as held:
        records = run_or_published(folder)
        rows = {record.row for record in records}
        if {first, second} <= rows:
            stale = stale_in(records, models or [])
            for row in (first, second):
                _check_comparable(row, [record for record in records if record.row == row], stale)
            compared = compare_rows(Side(folder.name, Findings.of(records, folder, stale=stale)), first, second)
        else:
            # What is no row comes first: it is the one that is misspelt.
            sides = {name: _side(name, folder, rows, held) for name in sorted((first, second), key=rows.__contains__)}
            compared = compare_runs(sides[first], sides[second])
        if not compared.moves and not compared.notes:
            raise BenchError(
                f"compare '{first} {second}': cells must be in both with their predictions, got none in common. "
                "Run both on the same tasks, presets and seeds."
            )
        if as_json:
            moves = [{**asdict(each), "verdict": each.verdict} for each in compared.moves]
            shown = [each for each in moves if not moved or each["verdict"] in ("better", "worse")]
            print_json({**asdict(compared), "moves": shown, "cases_only": compared.cases_only})
        else:
            _show(console, compared, moved)


def _check_comparable(row: str, records: list[Record], stale: Stale) -> None:
    """Refuse a row that has nothing to be compared, with the reason."""
    if row == CEILING:
        raise BenchError(
            f"compare '{row}': it must be a row, got the ceiling. The board gives every row's ratio to it; name a row."
        )
    scored = [record for record in records if record.status == "ok"]
    if not scored:
        status = ", ".join(sorted({record.status for record in records}))
        raise BenchError(f"compare '{row}': it must have scores, got {status}. Mend it and run it again.")
    if all(record.cell in stale for record in scored):
        reasons = sorted({reason for record in scored for reason in stale[record.cell]})
        step = "Give its folder with --models." if reasons == [NOT_FOUND] else "Run it again."
        raise BenchError(f"compare '{row}': its scores must be fresh, got stale: {', '.join(reasons)}. {step}")


def _side(name: str, folder: Path, rows: set[str], held: ExitStack) -> Side:
    """Run that a folder or a commit names."""
    if Path(name).is_dir():
        records = run_or_published(Path(name))
        if records:
            return Side(name, Findings.of(records, Path(name)))
        raise BenchError(f"folder '{name}': must hold records, got none. Run a task with --out {name} first.")
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None:
        if name in rows:
            raise BenchError(
                f"compare '{name}': it must stand beside another row of {folder}, got a folder or a commit. "
                "Name two rows, or two runs."
            )
        meant = closest(name, rows)
        step = f"Did you mean '{meant}'?" if meant else f"Rows there: {', '.join(sorted(rows)) or 'none'}."
        raise BenchError(
            f"compare '{name}': name must be a row of {folder}, a folder of records or a commit, got none of them. "
            f"{step}"
        )
    where = PUBLISHED.relative_to(ROOT).as_posix()
    packed = _git("archive", "--format=tar", commit.decode().strip(), where)
    if packed is None:
        raise BenchError(f"commit '{name}': must hold {where}, got none. Name a later one.")
    work = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="compare-")))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(work, filter="data")
    return Side(name, Findings.of(run_or_published(work / where), work / where))


def _git(*arguments: str) -> bytes | None:
    """What git answers in the checkout; None where it fails, or where there is no git."""
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def _show(console: Console, compared: Compared, moved: bool) -> None:
    """Print a comparison: a table a row, without what is the same to the last bit."""
    say(console, f"A = {compared.first}, B = {compared.second}")
    presets = {move.preset for move in compared.moves}
    for row in dict.fromkeys(move.row for move in compared.moves):
        shown = [
            move
            for move in compared.moves
            if move.row == row and move.verdict in (("better", "worse") if moved else ("better", "worse", "noise"))
        ]
        if shown:
            console.print(_table(row, shown, len(presets) > 1))
    for note in compared.notes:
        say(console, note)
    say(console, _summary(compared))


def _table(row: str, moves: list[Move], with_preset: bool) -> Table:
    """Moves of one row."""
    seeds = sorted({move.n_seeds for move in moves})
    title = f"{row}, {' or '.join(map(str, seeds))} seed{'s' * (seeds != [1])}"
    table = titled(title)
    table.add_column("task", no_wrap=True)
    table.add_column("of", no_wrap=True)
    for heading in ("R2 of A, B", "RMSE B/A", "95 %"):
        table.add_column(heading, justify="right", no_wrap=heading == "95 %", overflow="fold")
    table.add_column("B is", no_wrap=True)
    for move in moves:
        r2 = "" if move.r2 is None else ", ".join(r2_text(value) for value in move.r2)
        task = f"{move.task}, {move.preset}" if with_preset else move.task
        found = move.found
        interval = f"{ratio_text(found.low)}..{ratio_text(found.high)}"
        word, style = WORDS[move.verdict]
        table.add_row(task, SYMBOLS[move.target], r2, ratio_text(found.ratio), interval, Text(word, style))
    return table


def _summary(compared: Compared) -> str:
    """How many moved, in one line."""
    verdicts = [move.verdict for move in compared.moves]
    counts = {name: verdicts.count(name) for name in (*WORDS, "same")}
    text = (
        f"Of {len(verdicts)} comparisons B is better in {counts['better']} and worse in {counts['worse']}; "
        f"{counts['noise']} are within noise, {counts['same']} the same to the last bit."
    )
    if compared.cases_only:
        text += " One seed: this holds for these very fits, not for the methods."
    return text
