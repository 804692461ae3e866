"""Diagnosing every row of the proof, one after the other, and writing the table into the documents."""

from __future__ import annotations

import os
from pathlib import Path

from bench.compiled import ROOT
from bench.diagnosis.diagnose import diagnose
from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.origin.sources import source_digest
from bench.run.plan import Plugin
from bench.run.record import write_json
from bench.task import PRESETS
from commands._diagnose.gathered import gathered
from commands._shared.options import DOCS, choose_tasks, say
from commands._shared.terminal import Console
from commands.audit import audit_files
from leaderboard.diagnosis.advice import advice_table
from leaderboard.diagnosis.proof import COMMAND, PAGE, known_rows, proof_text, said_of
from leaderboard.diagnosis.report import METHOD, Subject, diagnosis_value
from leaderboard.published.marked import fill

RECORDS = ROOT / "leaderboard" / "diagnosed"
PRESET = "standard"


def prove(console: Console, out: Path, only: str, *, run: bool) -> None:
    """Diagnose the rows, or one, that were not diagnosed or have changed since, and write the table of what was."""
    files, said = audit_files(), said_of(RECORDS)
    rows = [row for row in known_rows() if only in ("", row.row)]
    if not rows:
        known = ", ".join(row.row for row in known_rows())
        raise BenchError(f"row '{only}': it must be one of the proof's ({known}). Without a name all are diagnosed.")
    limits = Limits.of(PRESETS[PRESET])
    for row in rows if run else ():
        plugin = Plugin.named(row.row, files[row.row])
        record = said.get(row.row, {})
        if (record.get("source_digest"), record.get("method_digest")) == (plugin.digest, source_digest(METHOD)):
            continue
        task = choose_tasks([row.task])[row.task]
        try:
            found = diagnose(gathered(console, plugin, task, PRESET, out, limits))
        except BenchError as error:
            say(console, f"not done: {error}", "red")
            continue
        RECORDS.mkdir(exist_ok=True)
        value = diagnosis_value(Subject(row.row, row.task, PRESET, plugin.digest), found)
        write_json(RECORDS / f"{row.row}.json", value)
        say(console, f"{row.row}: {', '.join(finding.name for finding in found.findings) or 'nothing found'}")
    page = DOCS / PAGE
    blocks = {"findings": advice_table(), "proof": proof_text(known_rows(), said_of(RECORDS))}
    page.write_text(fill(page.read_text(encoding="utf-8"), PAGE, COMMAND, blocks), encoding="utf-8")
    say(console, f"table written into {os.path.relpath(page)}")
