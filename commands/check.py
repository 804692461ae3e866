"""Check that a plugin keeps the contract."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from bench.conformance.examination import examined
from bench.conformance.suite import CHECKS, FAILED, PASSED, CheckResult
from commands._shared.arguments import Folders
from commands._shared.options import parse_settings, plugin_of

STYLES = {PASSED: "green", FAILED: "red"}


def check(
    plugin: Annotated[str, typer.Argument(help="Name of a plugin, or its file.", metavar="NAME|FILE")],
    models: Folders = None,
    only: Annotated[
        str | None, typer.Option(help="Put this check alone, and show the traceback of an error.", metavar="CHECK")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting, as field=value.", metavar="FIELD=VALUE")
    ] = None,
    time_limit: Annotated[float, typer.Option(min=1.0, help="Seconds for the whole check.")] = 600.0,
) -> None:
    """Put the conformance suite to one plugin: what passed, what does not apply, and how to mend the rest.

      python run_bench.py check my_models/my_net.py

      python run_bench.py check my_models/my_net.py --only padding_invisible

      python run_bench.py check my_models/my_net.py --set epochs=60

      python run_bench.py check tcn

    It fits the plugin a few times on about a thousand cases, in a process of its own: up to a minute for a network.
    Exit status 1 if a check failed.
    """
    console = Console()
    chosen, settings = plugin_of(plugin, models or []), parse_settings(set_ or [])
    table = Table(Column("check", no_wrap=True), Column("result", no_wrap=True), "why, or how to mend it")
    names = [check.name for check in CHECKS] if only is None else [only]
    outcomes: list[CheckResult] = []
    with console.status("starting") as status:
        for outcome in examined(chosen.path, time_limit, only, settings, chosen.member):
            outcomes.append(outcome)
            if len(outcomes) <= len(names):
                name = names[len(outcomes) - 1]
                status.update(f"checking {chosen.name}: {name}, {len(outcomes)} of {len(names)}")
    first_with: dict[str, str] = {}
    for outcome in outcomes:
        style = STYLES.get(outcome.status, "yellow")
        first = first_with.setdefault(outcome.message.replace(outcome.check, ""), outcome.check)
        text = outcome.message if first == outcome.check or not outcome.message else f"as {first}"
        table.add_row(outcome.check, f"[{style}]{outcome.status}[/]", escape(text))
    console.print(table)
    n_failed = sum(outcome.status == FAILED for outcome in outcomes)
    console.print(f"{chosen.name}: {_verdict(n_failed, len(outcomes), only)}", markup=False, highlight=False)
    if n_failed:
        raise typer.Exit(1)


def _verdict(n_failed: int, n_checks: int, only: str | None) -> str:
    """What the outcomes say together."""
    if n_failed:
        return f"{n_failed} of {n_checks} checks failed"
    return "ready to run" if only is None else f"{only} did not fail; run without --only for the other checks"
