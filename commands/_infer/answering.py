"""Files in, answers out: one in words and a picture, several in a table, all of them for other programs."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Column, Table

from bench.errors import BenchError
from bench.infer.answer import Answer, answer_of
from bench.infer.fit import fit_trace
from bench.infer.inference import rise_of
from bench.infer.joint import joint_answer_of
from bench.infer.report import Estimate, Warned, report, warnings_of
from bench.infer.told import Told
from bench.laboratory.table import Reading
from bench.laboratory.trace import LabTrace, read_trace
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGET_NAMES
from commands._infer.answered import answer_sentences, answer_table, range_text
from commands._infer.answered_picture import draw_answer
from commands._infer.read import known_as_read, say_read
from commands._infer.words import no_reaction
from commands._shared.options import say
from commands._shared.terminal import Console
from leaderboard.wording import SHOWN

REFUSED, DOUBTED = 2, 3
"""Exit status where a file was refused, and where an answer is not to be trusted."""

NOISE_SD = 0.01
"""Noise of the fit by which a reaction is told from none [pH]."""


@dataclass(frozen=True)
class Asked:
    """How files are read, what is told of the measurement, and where the answers go."""

    reading: Reading
    told: Told
    picture: Path | None
    csv: Path | None
    as_json: bool
    replicates: bool = False
    aged_s: float | None = None

    def __post_init__(self) -> None:
        if self.replicates and self.aged_s is not None:
            raise BenchError(
                "option '--aged': it must be given without --replicates, got both. Give a fresh and an aged run alone."
            )


def answer_files(console: Console, paths: list[Path], asked: Asked) -> int:
    """Answer every file; the exit status."""
    if asked.replicates or asked.aged_s is not None:
        return _answer_together(console, paths, asked)
    if len(paths) > 1 and asked.picture is not None:
        raise BenchError(f"option '--picture': traces must be one, got {len(paths)}. Leave it out.")
    reports, status = [], 0
    for path in paths:
        try:
            lab_trace, answer = _answered(console, path, asked)
        except BenchError as error:
            if len(paths) == 1:
                raise
            reports.append({"file": path.name, "refused": str(error)})
            status = REFUSED
            continue
        found = report(answer, known_as_read(lab_trace))
        reports.append({"file": path.name, **found})
        status = status or (0 if found["trusted"] else DOUBTED)
        if len(paths) == 1 and not asked.as_json:
            _say_answer(console, path, lab_trace, answer, asked.picture)
    if asked.csv is not None:
        _write_csv(reports, asked.csv)
    if asked.as_json:
        print(json.dumps(reports if len(paths) > 1 else reports[0], indent=2))
    elif len(paths) > 1:
        say_many(console, reports)
    return status


def _answer_together(console: Console, paths: list[Path], asked: Asked) -> int:
    """Answer runs of the same solution as one; the exit status."""
    if asked.picture is not None:
        raise BenchError("option '--picture': it must be asked of single runs, got several together. Leave it out.")
    lab_traces = [_read(path, asked) for path in paths]
    with Console(stderr=asked.as_json).status(f"computing the posterior of {len(paths)} runs"):
        answer = joint_answer_of([each.traces for each in lab_traces], asked.told, asked.aged_s or 0.0)
    known = {path.name: known_as_read(each) for path, each in zip(paths, lab_traces, strict=True)}
    found = {"files": [path.name for path in paths], **report(answer, known)}
    if asked.csv is not None:
        _write_csv([found], asked.csv)
    if asked.as_json:
        print(json.dumps(found, indent=2))
    else:
        for path, lab_trace in zip(paths, lab_traces, strict=True):
            say_read(console, path, lab_trace)
        _say_table(console, answer)
    return 0 if found["trusted"] else DOUBTED


def _read(path: Path, asked: Asked) -> LabTrace:
    """Read one file, in which there must be a reaction."""
    lab_trace = read_trace(path, asked.reading)
    traces, interval_s = lab_trace.traces, float(np.median(np.diff(lab_trace.time_s)))
    acquisition = Acquisition(float(lab_trace.time_s[-1]), interval_s, NOISE_SD)
    fit = fit_trace(traces, acquisition, TEMPERATURE_CORRECTED)
    offset_sd = asked.told.laboratory_of(traces).offset_sd
    if rise_of(traces, fit) <= max(NOISE_SD, 2.0 * offset_sd):
        raise no_reaction(path.name, traces)
    return lab_trace


def _answered(console: Console, path: Path, asked: Asked) -> tuple[LabTrace, Answer]:
    """Read and answer one file."""
    lab_trace = _read(path, asked)
    if asked.as_json:
        return lab_trace, answer_of(lab_trace.traces, asked.told)
    with console.status(f"computing the posterior of {path.name}"):
        return lab_trace, answer_of(lab_trace.traces, asked.told)


def _say_answer(console: Console, path: Path, lab_trace: LabTrace, answer: Answer, picture: Path | None) -> None:
    """Print and draw the answer of one file."""
    say_read(console, path, lab_trace)
    warned = _say_table(console, answer)
    doubted = any(not each.trusted for each in warned)
    title = f"What {path.name} tells" + ", not to be trusted before its warnings are settled" * doubted
    drawn = draw_answer(answer, title, picture or Path(f"{path.stem}_inferred.png"))
    say(console, f"Picture: {os.path.relpath(drawn)}")


def _say_table(console: Console, answer: Answer) -> list[Warned]:
    """Print estimates, what is known, and the warnings, which are returned."""
    console.print(answer_table(answer))
    for sentence in answer_sentences(answer):
        say(console, sentence)
    warned = warnings_of(answer)
    for each in warned:
        say(console, f"warning: {each.text}", "yellow")
    return warned


def say_many(console: Console, reports: list[dict[str, Any]]) -> None:
    """Print a line a file, which has room in a narrow terminal, and below what there is to say of some."""
    headings = [Column(f"{shown.symbol} \\[{shown.unit}], 90 %", justify="right", no_wrap=True) for shown in SHOWN]
    table = Table(Column("", overflow="fold"), *headings, "trusted", box=box.SIMPLE_HEAD, pad_edge=False)
    notes = []
    for each in reports:
        if "refused" in each:
            table.add_row(escape(each["file"]), "-", "-", "refused")
            notes.append(f"{each['file']}: refused: {each['refused']}")
            continue
        texts = [
            range_text(Estimate(**each["estimates"][name]), shown)
            for name, shown in zip(TARGET_NAMES, SHOWN, strict=True)
        ]
        table.add_row(escape(each["file"]), *texts, "yes" if each["trusted"] else "no")
        if each["warnings"]:
            notes.append(f"{each['file']}: warned: {', '.join(warned['code'] for warned in each['warnings'])}")
    console.print(table)
    for note in notes:
        say(console, note)


def _write_csv(reports: list[dict[str, Any]], path: Path) -> None:
    """Write a line a file, keys joined by dots."""
    flat = pd.json_normalize(reports)
    for column in ("files", "also_explained_by", "warnings"):
        if column in flat:
            flat[column] = flat[column].map(json.dumps, na_action="ignore")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flat.to_csv(path, index=False)
    except OSError as error:
        raise BenchError(
            f"csv '{path}': path must be a file that can be written, got: {error.strerror}. Choose another."
        ) from error
