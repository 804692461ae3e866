"""Say what is wrong with a model, and what to change."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bench.diagnosis.diagnose import Diagnosis
from bench.diagnosis.diagnose import diagnose as diagnosed
from bench.diagnosis.evidence import Evidence
from bench.run.child import Limits
from bench.run.record import write_json
from bench.run.store import said_when_full
from bench.task import PRESETS
from commands._diagnose.gathered import gathered
from commands._diagnose.proof import prove
from commands._shared.arguments import Folders, Settings
from commands._shared.options import choose_tasks, parse_settings, plugin_of, say
from commands._shared.terminal import Console
from leaderboard.diagnosis.picture import draw_diagnosis
from leaderboard.diagnosis.report import (
    Subject,
    diagnosis_page,
    diagnosis_value,
    finding_lines,
    headline,
    sound_lines,
)
from leaderboard.pictures.looks import drawing, named, save
from leaderboard.wording import file_name

FOLDER = "diagnosed"


def diagnose(
    plugin: Annotated[str, typer.Argument(help="File of a model, or the name of a row.", metavar="FILE|NAME")] = "",
    task: Annotated[
        str, typer.Option(help="Task that it should do; its training cases are what it is fitted on.", metavar="NAME")
    ] = "shift_10s",
    models: Folders = None,
    set_: Settings = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fit on 1,024 cases in place of 8,192.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print diagnosis.json, and nothing else.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of fits and diagnoses.")] = Path("results"),
    time_limit: Annotated[float | None, typer.Option(min=1.0, help="Seconds that one fit may take.")] = None,
    proof: Annotated[
        bool,
        typer.Option("--proof", help="Diagnose the rows with known faults, or the one named, for docs/diagnose.md."),
    ] = False,
    table: Annotated[
        bool, typer.Option("--table", help="Write that table from its records, and train nothing.")
    ] = False,
) -> None:
    """Find out why a model that works answers badly: named faults in the order of what they cost, with what to change.

      python run_bench.py diagnose my_models/my_net.py

      python run_bench.py diagnose my_models/my_net.py --quick

      python run_bench.py diagnose gru --task shift_1s

    Any plugin is fitted three times (as for the task, on half of the cases with another seed, on a hundred cases to be
    learnt by heart) and asked about some thousand traces; every answer is held against the exact posterior's. The fits
    are kept: a second diagnosis of the same file takes seconds. 'check' asks before whether a plugin keeps the
    contract, 'audit' what each known fault costs.
    """
    console = Console(stderr=json_)
    if proof or table:
        prove(console, out, plugin, run=proof)
        return
    chosen = replace(plugin_of(plugin, models or []), overrides=parse_settings(set_ or []))
    preset = "quick" if quick else "standard"
    asked = next(iter(choose_tasks([task]).values()))
    limits = Limits.of(PRESETS[preset], time_limit)
    with said_when_full(out):
        evidence = gathered(console, chosen, asked, preset, out, limits)
        found = diagnosed(evidence)
        subject = Subject(chosen.row, task, preset, chosen.digest)
        folder = out / FOLDER / f"{file_name(chosen.row)}_{task}_{preset}"
        value = write(subject, evidence, found, folder)
    if json_:
        print(json.dumps(value, indent=1))
        return
    show(console, subject, found)
    say(console, f"Page, picture and diagnosis.json: {os.path.relpath(folder)}")


def write(subject: Subject, evidence: Evidence, found: Diagnosis, folder: Path) -> dict[str, object]:
    """Write page, picture and JSON, whose value is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    value = diagnosis_value(subject, found)
    write_json(folder / "diagnosis.json", value)
    (folder / "diagnosis.md").write_text(diagnosis_page(subject, found), encoding="utf-8")
    with drawing():
        save(
            draw_diagnosis(f"{named(subject.row)} on {subject.task}, {subject.preset}", evidence, found),
            folder / "diagnosis.png",
        )
    return value


def show(console: Console, subject: Subject, found: Diagnosis) -> None:
    """Print a diagnosis."""
    for line in headline(subject, found):
        say(console, line)
    for number, finding in enumerate(found.findings, start=1):
        first, *rest = finding_lines(finding)
        say(console, f"{number}. {first}", "bold")
        for line in rest:
            say(console, f"   {line}")
    if not found.findings:
        say(console, "nothing found", "bold")
    for line in sound_lines(found):
        say(console, line)
