"""The board as one Markdown page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from bench.run.record import Record
from leaderboard.board.tables import attainable, cost_table, forecast_table, scores_table, uncertainty_table
from leaderboard.frame import CEILING, FLOOR, UNTOLD, draws_text, status_text
from leaderboard.tables import Table
from leaderboard.wording import GIVE_FOLDER, NO_PLUGIN, NONE, code_span, count_text, grid, seeds_text

HOW_TO_READ = f"""\
- One section a task and preset. The floor `{FLOOR}` answers the training mean and comes first; models follow from best
  to worst; the ceiling `{CEILING}`, the exact posterior under the test acquisition, comes last. No method beats it on
  average. Different presets are never averaged.
- A ceiling is **told** how the test traces were measured and what was in the beaker, or **untold**: it knows a
  distribution of what may be wrong with any trace, and no more. Where test traces are a laboratory's, `{CEILING}` is
  untold. Where something else than in training is wrong with them, `{CEILING}` is told and the row `{UNTOLD}` is what
  somebody may reach who is not; columns then stand for both, and say to which of them their ratio is.
- **R2** = 1 - SS_res / SS_tot about the mean of the test cases, in physical units, each target by itself, from the raw
  predictions. 1 is perfect, 0 is no better than a constant; it has no lower end. The ceiling's R2 has the Monte-Carlo
  error of these test cases.
- **RMSE / ceiling** is the RMSE relative to that of `{CEILING}` on the same cases: 1.00 is the best possible. It
  tells a bad model from an unanswerable question, which R2 cannot.
- **error** gives the order: the geometric mean of that ratio over the two targets; where there is no ceiling, RMSE in
  standard deviations of the prior.
- **Forecast**: the pH to 2000 s simulated from the predicted parameters, clipped to the prior, against the true curve;
  its ceiling is the mean of the posterior predictive. The ceiling is one for the RMSE, not for median and 95 %.
- **Uncertainty**: NLL in nats a case beside the uniform prior (0 is the prior's own, negative is better);
  **within** 50 and 90 % should be just that; a small mean sd is good only where they are.
- With several seeds a number is the mean over them and `(least..largest)` is their range, not a confidence interval;
  **seeds** counts the cells that gave scores. Other numbers are means over seeds.
- **status** counts the row's cells; those without a score are listed below each table and are in no mean.
  `stale: source` and the like mark scores from before a change; they are never averaged with fresh ones. Scores marked
  `not checked here` stand: a library of the row is not installed where the board was made, so nobody could tell.
- **CPU** seconds are those of the model's processes by the kernel's clocks, and hold on a busy machine; wall times
  beside them are upper bounds there.
- An **open run** has public test cases, which a model could have drawn again, and nothing confined it; a **sealed run**
  drew them from a secret key, and **isolation** says what confined the models.
- A row with little skill on k_d need not be a bad model: short or sparse prefixes do not determine k_d."""


@dataclass(frozen=True)
class Section:
    """One table with its pictures."""

    table: Table
    pictures: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    unlisted: str = ""
    """What is said of rows that are not in the table."""
    undrawn: str = ""
    """What is said of rows that are in no picture."""


@dataclass(frozen=True)
class Chapter:
    """What is said about several tasks together."""

    title: str
    text: str
    pictures: dict[str, str] = field(default_factory=dict)


def markdown_board(
    records: Sequence[Record],
    sections: Sequence[Section],
    overviews: Sequence[Chapter] = (),
    shifts: Sequence[Chapter] = (),
) -> str:
    """Write the page."""
    parts = ["# Board", _summary(records)]
    parts += [f"**{alarm}**" for section in sections for alarm in section.alarms]
    parts += [text for chapter in overviews for text in _chapter(chapter)]
    parts += ["## How to read it", HOW_TO_READ]
    parts += ["## Status of every cell", _statuses([section.table for section in sections])]
    parts += [text for section in sections for text in _section(section)]
    parts += [text for chapter in shifts for text in _chapter(chapter)]
    listed = {line.row for section in sections for line in section.table.lines}
    parts += ["## Rows", _rows([record for record in records if record.row in listed])]
    parts += ["## Machines and versions", _machines(records)]
    return "\n\n".join(parts) + "\n"


def machines(records: Sequence[Record]) -> list[tuple[str, str, int]]:
    """Kinds of machine, commits and library versions, with the number of cells of each."""
    alike: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        alike.setdefault((str(record.host), record.commit, str(record.versions)), []).append(record)
    counted: Counter[tuple[str, str]] = Counter()
    for record, *others in alike.values():
        texts = [("machine", ", ".join(f"{key} {value}" for key, value in sorted(record.host.items())))]
        texts += [("commit", record.commit)]
        texts += [("library", f"{name} {version}") for name, version in record.versions.items()]
        counted.update({(kind, text): 1 + len(others) for kind, text in texts if text})
    return [(kind, text, n) for (kind, text), n in sorted(counted.items())]


def _chapter(chapter: Chapter) -> list[str]:
    """One chapter, block by block."""
    pictures = [f"![{shown}]({name})" for shown, name in chapter.pictures.items()]
    return [f"## {chapter.title}", *[chapter.text] * bool(chapter.text), *pictures]


def _section(section: Section) -> list[str]:
    """One table with what belongs to it, block by block."""
    table = section.table
    cases = table.title.partition(": ")[2]
    parts = [f"## {table.task}, {table.preset}", f"Preset {cases}; {seeds_text(table.seeds)}."]
    parts += [f"**{alarm}**" for alarm in section.alarms]
    sentences = attainable(table)
    parts += ["\n".join(f"- {sentence}" for sentence in sentences)] * bool(sentences)
    parts += [scores_table(table), *[f"Listed: {section.unlisted}"] * bool(section.unlisted)]
    if table.unscored:
        heading = ["row", "seeds", "status", "message"]
        cells = [[code_span(row), seeds, status, code_span(text)] for row, seeds, status, text in table.unscored]
        parts += ["Cells without a score:", grid(heading, cells, "lrll")]
    if table.not_found:
        parts.append(f"{NO_PLUGIN}: {', '.join(map(code_span, table.not_found))}. {GIVE_FOLDER}")
    for title, text in (
        ("Forecast of the pH to 2000 s:", forecast_table(table)),
        ("Stated uncertainty:", uncertainty_table(table)),
        ("Further errors, and costs:", cost_table(table)),
    ):
        parts += [title, text] * bool(text)
    parts += [f"Pictures: {section.undrawn}"] * bool(section.undrawn)
    parts += [f"![{shown} on {table.task}]({name})" for shown, name in section.pictures.items()]
    parts += [f"Not drawn: {code_span(note)}" for note in section.notes]
    return parts


def _summary(records: Sequence[Record]) -> str:
    """What was run, in a few lines."""
    presets = sorted({record.preset for record in records})
    started = sorted({record.started_utc for record in records} - {""})
    lines = [
        f"- cells: {len(records)} ({status_text(records)})",
        f"- tasks: {len({record.task for record in records})}; rows: {len({record.row for record in records})}",
        f"- presets: {', '.join(presets)}; {seeds_text(record.seed for record in records)}",
        *(f"- {code_span(text)}" for text in draws_text(records)),
    ]
    if started:
        lines.append(f"- jobs began between {started[0]} and {started[-1]} (UTC)")
    return "\n".join(lines)


def _statuses(tables: list[Table]) -> str:
    """Tasks against rows: the status of every cell that was planned, and a dash where none was."""
    rows = sorted({line.row for table in tables for line in table.lines})
    cells = []
    for table in tables:
        members: dict[str, list[str]] = {}
        for line in table.lines:
            members.setdefault(line.row, []).append(line.status)
        statuses = ["; ".join(members[row]) if row in members else NONE for row in rows]
        cells.append([table.task, table.preset, *statuses])
    return grid(["task", "preset", *map(code_span, rows)], cells, "l" * (len(rows) + 2))


def _rows(records: Sequence[Record]) -> str:
    """Settings of every row; one line each time they differ."""
    settings = sorted({(r.row, r.model, json.dumps(r.settings, sort_keys=True)) for r in records if r.settings})
    if not settings:
        return "No row has settings."
    return grid(["row", "model", "settings"], [[code_span(text) for text in row] for row in settings], "lll")


def _machines(records: Sequence[Record]) -> str:
    """Kinds of machine and commits, with the number of cells of each, and library versions."""
    counted = machines(records)
    lines = [
        f"- {kind}: {code_span(text)} (cells: {count_text(n)})"
        for kind in ("machine", "commit")
        for each, text, n in counted
        if each == kind
    ]
    libraries = sorted(text.rsplit(" ", 1) for kind, text, _ in counted if kind == "library")
    for name, versions in groupby(libraries, key=itemgetter(0)):
        lines.append(f"- {code_span(name)} {code_span(', '.join(version for _, version in versions))}")
    return "\n".join(lines) or "The records do not say."
