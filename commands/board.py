"""Make tables and pictures again from records and prediction files, without running anything."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from bench.compiled import ROOT
from commands._shared.arguments import Folders, Json
from commands._shared.options import print_json, say
from commands._shared.running import findings_in, records_in
from commands._shared.terminal import Console
from leaderboard.board.terminal import terminal_board
from leaderboard.board.write import draw_priors, write_board
from leaderboard.export.scores import cell_values
from leaderboard.site.attainable import kept_attainable
from leaderboard.site.page import PAGE_FILE
from leaderboard.site.page import page as write_page

MOST_ON_PAGE = 200
"""Rows of the page to sort and filter, which a browser has to draw anew at every choice."""


def board(
    folder: Annotated[Path, typer.Option("--out", help="Folder of records and predictions.")] = Path("results"),
    models: Folders = None,
    to: Annotated[Path | None, typer.Option(help="Write somewhere else.", metavar="DIR")] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Write index.html as well: the board to sort and filter.")
    ] = False,
    prior: Annotated[
        bool, typer.Option("--prior", help="Draw where in the prior each row errs, a picture a row: prior_ROW.png.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make board.md, board.csv and the pictures again from stored records and predictions.

    With --page also index.html, one file that needs no network: the result, three questions, and every row on every
    task.

      python run_bench.py board --out results --page
    """
    records = records_in(folder)
    gc.freeze()  # they stay to the end: no search for garbage need go through them
    console = Console(stderr=as_json)
    findings = findings_in(folder, records, models or [])
    console.print(terminal_board(findings))
    written = write_board(findings, to)
    if page:
        written.append((to or folder) / PAGE_FILE)
        documents = Path(os.path.relpath(ROOT, to or folder)).as_posix()
        shown = findings.shortened(MOST_ON_PAGE)
        written[-1].write_text(write_page(shown, kept_attainable(), documents), encoding="utf-8")
        if shown.left_out:
            say(console, f"{PAGE_FILE}: {shown.left_out}", "yellow")
    if prior:
        written += draw_priors(findings, to or folder)
    for path in written:
        say(console, os.path.relpath(path))
    if as_json:
        print_json(cell_values(findings.cells))
