"""The page: one HTML file with everything in it, which needs neither a server nor a network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.colors import to_hex

from bench.run.record import Record
from bench.task import Task
from leaderboard.board.page import HOW_TO_READ, machines
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.shifts import shift_grid
from leaderboard.frame import ROLES, status_text
from leaderboard.pictures.looks import looks_of
from leaderboard.site.values import N_SHOWN, overview_values, table_values
from leaderboard.wording import SHOWN, seeds_text

SITE = Path(__file__).parent
PAGE_FILE = "index.html"


def page(findings: Findings, abouts: Mapping[str, str]) -> str:
    """Write the page."""
    environment = Environment(
        loader=FileSystemLoader(SITE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
    values = page_values(findings, abouts)
    return environment.get_template("page.html").render(
        board=values, summary=_summary(findings), alarms=values["alarms"], how_to_read=_how_to_read()
    )


def page_values(findings: Findings, abouts: Mapping[str, str]) -> dict[str, Any]:
    """Gather everything that the page shows."""
    truths: list[list[list[float]]] = []
    places = shift_grid(findings.tasks)
    alarms = {place: [alarm.replace("`", "") for alarm in each] for place, each in findings.alarms.items()}
    shown = [
        table_values(table, findings.predictions, alarms[table.place], truths)
        | {"about": _about(findings.tasks.get(table.task))}
        for table in findings.tables
    ]
    return {
        "targets": [{"symbol": each.symbol, "unit": each.unit, "low": each.low, "high": each.high} for each in SHOWN],
        "n_shown": N_SHOWN,
        "rows": _rows(findings.records, abouts),
        "truths": truths,
        "tables": shown,
        "overviews": [overview_values(each) for each in findings.overviews],
        "trained_s": min((findings.tasks[name].train[0].interval_s for name in places.values()), default=None),
        "grid": [[prefix, interval, name] for (prefix, interval), name in places.items()],
        "alarms": [alarm for each in alarms.values() for alarm in each],
        "machines": machines(findings.records),
    }


def _about(task: Task | None) -> dict[str, Any]:
    """What a task asks, if it is known."""
    if task is None:
        return {"question": "", "train": "", "test": "", "core": False}
    world = "" if task.test_world == task.train_world else f", {task.test_world.name}"
    return {
        "question": task.question,
        "train": " + ".join(acquisition.label for acquisition in task.train),
        "test": task.test.label + world,
        "core": task.core,
    }


def _rows(records: Sequence[Record], abouts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Look, description and settings of every row."""
    rows: dict[str, dict[str, Any]] = {}
    for row, look in looks_of(record.row for record in records).items():
        own = [record for record in records if record.row == row]
        settings = {json.dumps(record.settings, sort_keys=True): record.settings for record in own if record.settings}
        if own:
            rows[row] = {
                "colour": to_hex(look.colour),
                "marker": look.marker,
                "role": ROLES.get(row, ""),
                "about": abouts.get(own[0].model, ""),
                "settings": [{name: json.dumps(each[name]) for name in each} for _, each in sorted(settings.items())],
            }
    return rows


def _summary(findings: Findings) -> list[tuple[str, str]]:
    """What the board holds, in a few words each."""
    records = findings.records
    seed, _, numbers = seeds_text(record.seed for record in records).partition(" ")
    began = sorted({record.started_utc[:10] for record in records} - {""})
    return [
        ("cells", f"{len(records):,} ({status_text(records)})"),
        ("tasks", str(len({record.task for record in records}))),
        ("rows", findings.left_out or str(len({record.row for record in records}))),
        ("sizes", ", ".join(sorted({record.preset for record in records}))),
        (seed, numbers),
        ("run", f"{began[0]} to {began[-1]}" if began else "not yet"),
    ]


def _how_to_read() -> list[list[tuple[str, str]]]:
    """Explanation of the board: a list of paragraphs, each made of plain, strong and code parts."""
    paragraphs = []
    for paragraph in HOW_TO_READ.removeprefix("- ").split("\n- "):
        text = " ".join(paragraph.split())
        parts: list[tuple[str, str]] = []
        for number, piece in enumerate(text.split("**")):
            for place, inner in enumerate(piece.split("`")):
                if inner:
                    parts.append(("code" if place % 2 else "strong" if number % 2 else "text", inner))
        paragraphs.append(parts)
    return paragraphs
