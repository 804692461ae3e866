"""Check that a plugin keeps the contract."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Annotated

import typer
from rich.markup import escape
from rich.status import Status
from rich.table import Column, Table

from bench.conformance.examination import LOADS, examined
from bench.conformance.suite import CHECKS, DECLINED, FAILED, NOT_PUT, PASSED, CheckResult
from bench.errors import BenchError
from bench.run.isolation.sandbox import landlock_version
from commands._shared.arguments import Device, Folders, Json, Settings
from commands._shared.options import check_device, parse_settings, plugin_of, print_json, say
from commands._shared.terminal import Console

STYLES = {PASSED: "green", FAILED: "red"}
LINE_EVERY_S = 15.0
"""How often a fit that reports is told of where there is no terminal."""


def check(
    plugin: Annotated[str, typer.Argument(help="Name of a plugin, or its file.", metavar="NAME|FILE")],
    models: Folders = None,
    only: Annotated[
        str | None, typer.Option(help="Put this check alone, and show the traceback of an error.", metavar="CHECK")
    ] = None,
    set_: Settings = None,
    time_limit: Annotated[float, typer.Option(min=1.0, help="Seconds for the whole check.")] = 600.0,
    seal: Annotated[bool, typer.Option("--seal", help="Confine the plugin as a sealed run does.")] = False,
    device: Device = "cpu",
    as_json: Json = False,
) -> None:
    """Put the conformance suite to one plugin: what passed, what does not apply, and how to mend the rest.

      python run_bench.py check my_models/my_net.py

      python run_bench.py check my_models/my_net.py --only padding_invisible

      python run_bench.py check my_models/my_net.py --set epochs=60 --seal

      python run_bench.py check tcn

    It fits the plugin a few times on about a thousand cases, in a process of its own: up to a minute for a network.
    A check that needs another fit is not put when the time that is left is too short for one. Exit status 1 if a check
    failed.
    """
    console = Console(stderr=as_json)
    check_device(device, here=True)
    chosen = replace(plugin_of(plugin, models or []), overrides=parse_settings(set_ or []))
    if seal and landlock_version() == 0:
        raise BenchError(
            "option '--seal': kernel must have Landlock, got none. Leave --seal out, or check on another machine."
        )
    names = [LOADS, *([check.name for check in CHECKS] if only is None else [only])]
    width = max(map(len, names))
    outcomes: list[CheckResult] = []
    with console.status(f"checking {chosen.name}") as status:
        told = _Told(console, status, chosen.name, names, outcomes)
        for outcome in examined(chosen, time_limit, only, device=device, sealed=seal, report=told.of_fit):
            outcomes.append(outcome)
            line = Table.grid(
                Column(width=width),
                Column(width=max(map(len, (PASSED, FAILED, DECLINED, NOT_PUT)))),
                "",
                padding=(0, 2, 0, 0),
            )
            style = STYLES.get(outcome.status, "yellow")
            line.add_row(outcome.check, f"[{style}]{outcome.status}[/]", escape(outcome.message))
            console.print(line)
            told.next()
    verdict = _verdict(outcomes, names, only)
    console.print(f"{chosen.name}: {verdict}", markup=False, highlight=False)
    if as_json:
        print_json({"plugin": chosen.name, "verdict": verdict, "checks": outcomes})
    if any(outcome.status == FAILED for outcome in outcomes):
        raise typer.Exit(1)


@dataclass
class _Told:
    """What is said while a check works: on a terminal in its last line, elsewhere in lines of their own."""

    console: Console
    status: Status
    plugin: str
    names: list[str]
    outcomes: list[CheckResult]
    last_s: float = field(default_factory=time.monotonic)

    def next(self) -> None:
        """Say which check comes next."""
        n_done, n_checks = len(self.outcomes), len(self.names)
        if n_done < n_checks:
            self.status.update(escape(f"checking {self.plugin}: {self.names[n_done]}, {n_done + 1} of {n_checks}"))

    def of_fit(self, fraction: float, message: str) -> None:
        """Say how a fit goes on."""
        text = f"{self.names[min(len(self.outcomes), len(self.names) - 1)]}: fit at {fraction:.0%}, {message}"
        self.status.update(escape(f"checking {self.plugin}: {text}"))
        if not self.console.is_terminal and time.monotonic() - self.last_s >= LINE_EVERY_S:
            self.last_s = time.monotonic()
            say(self.console, text)


def _verdict(outcomes: list[CheckResult], names: list[str], only: str | None) -> str:
    """What the outcomes say together."""
    n_of = Counter(outcome.status for outcome in outcomes)
    n_without = len(names) - len(outcomes)
    if n_of[FAILED]:
        rest = f"; the other {n_without} ask for what it failed" if n_without else ""
        return f"{n_of[FAILED]} of {len(outcomes)} checks failed{rest}"
    if n_of[NOT_PUT]:
        return f"no check failed, {n_of[NOT_PUT]} were not put for want of time"
    return "ready to run" if only is None else f"{only} did not fail; run without --only for the other checks"
