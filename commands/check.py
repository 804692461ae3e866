"""Check that a plugin keeps the contract."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from bench.conformance import FAILED, PASSED
from bench.errors import BenchError
from bench.run.catalogue import choose
from bench.run.examination import examined
from commands._options import friendly_errors, plugin_files

STYLES = {PASSED: "green", FAILED: "red"}


def check(
    plugin: Annotated[str, typer.Argument(help="Name of a plugin, or its file.", metavar="NAME|FILE")],
    models: Annotated[
        list[Path] | None, typer.Option(help="Folder of further plugins; may be repeated.", metavar="DIR")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Put this check alone.", metavar="CHECK")] = None,
    time_limit: Annotated[float, typer.Option(min=1.0, help="Seconds for the whole check.")] = 600.0,
) -> None:
    """Put the conformance suite to one plugin: what passed, what does not apply, and how to mend the rest.

    It fits the plugin a few times on about a thousand cases, in a process of its own. Exit status 1 if a check failed.
    """
    console = Console()
    with friendly_errors():
        path = _file(plugin, models or [])
        table = Table(Column("check", no_wrap=True), Column("result", no_wrap=True), "why, or how to mend it")
        with console.status(f"checking {path.stem}") if console.is_terminal else nullcontext():
            outcomes = list(examined(path, time_limit, only))
        for outcome in outcomes:
            style = STYLES.get(outcome.status, "yellow")
            table.add_row(outcome.check, f"[{style}]{outcome.status}[/]", escape(outcome.message))
        console.print(table)
        n_failed = sum(outcome.status == FAILED for outcome in outcomes)
        console.print(
            f"{path.stem}: {n_failed} of {len(outcomes)} checks failed" if n_failed else f"{path.stem}: ready to run",
            markup=False,
            highlight=False,
        )
        if n_failed:
            raise typer.Exit(1)


def _file(plugin: str, folders: list[Path]) -> Path:
    """File of a plugin given by name or by path."""
    if not plugin.endswith(".py"):
        return choose("model", [plugin], plugin_files(folders))[plugin]
    if not Path(plugin).is_file():
        raise BenchError(f"plugin '{plugin}': path must be an existing file, got none. Check the spelling.")
    return Path(plugin)
