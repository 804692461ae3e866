"""The page: one HTML file with everything in it, which needs neither a server nor a network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.colors import to_hex

from bench.run.record import Record
from bench.task import Task
from leaderboard.board.page import HOW_TO_READ
from leaderboard.cells import CEILING, FLOOR, status_text
from leaderboard.comparison.evidence import leaks, read_evidence
from leaderboard.comparison.overview import Overview, detectable_text, overviews
from leaderboard.comparison.shifts import shift_grid
from leaderboard.pictures.looks import looks_of
from leaderboard.site.values import N_SHOWN, overview_values, table_values
from leaderboard.tables import Stale, Table, tables
from leaderboard.wording import SHOWN, seeds_text

SITE = Path(__file__).parent
PAGE_FILE = "index.html"


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that is found out from records and predictions, for whoever shows it."""

    records: tuple[Record, ...]
    folder: Path
    tasks: Mapping[str, Task]
    tables: tuple[Table, ...]
    alarms: tuple[tuple[str, ...], ...]
    overviews: tuple[Overview, ...]

    @classmethod
    def of(
        cls, records: Sequence[Record], folder: Path, tasks: Mapping[str, Task], stale: Stale | None = None
    ) -> Findings:
        """Compare rows, and look for leaks."""
        found = tuple(tables(records, stale))
        evidence = {place: read for place, table in enumerate(found) if (read := read_evidence(folder, table))}
        alarms = dict(zip(evidence, leaks(list(evidence.values())), strict=True))
        return cls(
            tuple(records),
            folder,
            tasks,
            found,
            tuple(alarms.get(place, ()) for place in range(len(found))),
            tuple(overviews(list(evidence.values()), {name for name, task in tasks.items() if task.core})),
        )


def page(found: Findings, abouts: Mapping[str, str]) -> str:
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
    values = page_values(found, abouts)
    return environment.get_template("page.html").render(
        board=values, summary=_summary(found.records), alarms=values["alarms"], how_to_read=_how_to_read()
    )


def page_values(found: Findings, abouts: Mapping[str, str]) -> dict[str, Any]:
    """Gather everything that the page shows."""
    truths: list[list[list[float]]] = []
    places = shift_grid(found.tasks)
    shown = [
        table_values(table, found.folder, _plain(alarms), truths) | {"about": _about(found.tasks.get(table.task))}
        for table, alarms in zip(found.tables, found.alarms, strict=True)
    ]
    return {
        "targets": [{"symbol": each.symbol, "unit": each.unit, "low": each.low, "high": each.high} for each in SHOWN],
        "n_shown": N_SHOWN,
        "rows": _rows(found.records, abouts),
        "truths": truths,
        "tables": shown,
        "overviews": [
            overview_values(each) | {"detectable": detectable_text(each) if len(each.rows) > 1 else ""}
            for each in found.overviews
        ],
        "trained_s": min((found.tasks[name].train[0].interval_s for name in places.values()), default=None),
        "grid": [[prefix, interval, name] for (prefix, interval), name in places.items()],
        "alarms": [alarm for alarms in found.alarms for alarm in _plain(alarms)],
        "machines": _machines(found.records),
    }


def _plain(alarms: Sequence[str]) -> list[str]:
    """Warnings without the marks of Markdown."""
    return [alarm.replace("`", "") for alarm in alarms]


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
    found: dict[str, dict[str, Any]] = {}
    for row, look in looks_of(record.row for record in records).items():
        own = [record for record in records if record.row == row]
        settings = {json.dumps(record.settings, sort_keys=True): record.settings for record in own if record.settings}
        if own:
            found[row] = {
                "colour": to_hex(look.colour),
                "marker": look.marker,
                "role": {FLOOR: "floor", CEILING: "ceiling"}.get(row, ""),
                "about": abouts.get(own[0].model, ""),
                "settings": [{name: json.dumps(each[name]) for name in each} for _, each in sorted(settings.items())],
            }
    return found


def _summary(records: Sequence[Record]) -> list[tuple[str, str]]:
    """What the board holds, in a few words each."""
    seed, _, numbers = seeds_text(record.seed for record in records).partition(" ")
    began = sorted({record.started_utc[:10] for record in records} - {""})
    return [
        ("cells", f"{len(records):,} ({status_text(records)})"),
        ("tasks", str(len({record.task for record in records}))),
        ("rows", str(len({record.row for record in records}))),
        ("sizes", ", ".join(sorted({record.preset for record in records}))),
        (seed, numbers),
        ("run", f"{began[0]} to {began[-1]}" if began else "not yet"),
    ]


def _machines(records: Sequence[Record]) -> list[tuple[str, str, int]]:
    """Kinds of machine, commits and library versions, with the number of cells of each."""
    counted: dict[tuple[str, str], int] = {}
    for record in records:
        texts = [("machine", ", ".join(f"{key} {value}" for key, value in sorted(record.host.items())))]
        texts += [("commit", record.commit)]
        texts += [("library", f"{name} {version}") for name, version in sorted(record.versions.items())]
        for kind, text in texts:
            if text:
                counted[kind, text] = counted.get((kind, text), 0) + 1
    return [(kind, text, n) for (kind, text), n in sorted(counted.items())]


def _how_to_read() -> list[list[tuple[str, str]]]:
    """Explanation of the board: a list of paragraphs, each made of plain, strong and code parts."""
    found = []
    for paragraph in HOW_TO_READ.removeprefix("- ").split("\n- "):
        text = " ".join(paragraph.split())
        parts: list[tuple[str, str]] = []
        for number, piece in enumerate(text.split("**")):
            for place, inner in enumerate(piece.split("`")):
                if inner:
                    parts.append(("code" if place % 2 else "strong" if number % 2 else "text", inner))
        found.append(parts)
    return found
