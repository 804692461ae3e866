"""The board as one Markdown page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.run.record import Record
from leaderboard.lines import FLOOR, Line, status_text
from leaderboard.tables import Table
from leaderboard.wording import NONE, SHOWN, bias_text, code_span, count_text, quantity_text

HOW_TO_READ = f"""\
- One table a task and preset. The floor `{FLOOR}` answers the training mean and comes first; models follow from best
  to worst; the ceiling, where there is one, comes last. Different presets are never averaged.
- **error** gives the order: RMSE divided by the standard deviation of the prior, geometric mean over the two targets.
  1 knows no more than the prior, 0 is perfect.
- **R2** = 1 - SS_res / SS_tot about the mean of the test cases, in physical units, each target by itself, from the raw
  predictions. 1 is perfect, 0 is no better than a constant; it has no lower end.
- With several seeds a number is the mean over them and `(least..largest)` is their range, not a confidence interval;
  **seeds** counts the cells that gave scores. RMSE, MAE, bias (prediction minus truth) and costs are means over seeds.
- **status** counts the row's cells; those without a score are listed below each table and are in no mean.
  `stale: source` and the like mark scores from before a change; they are never averaged with fresh ones.
- A row with little skill on k_d need not be a bad model: short or sparse prefixes do not determine k_d."""


@dataclass(frozen=True)
class Section:
    """One table with its pictures.

    Parameters
    ----------
    table : Table
        The table.
    pictures : dict
        What is shown, and the name of the file that shows it.
    notes : tuple of str
        Sentences that say what could not be drawn.
    """

    table: Table
    pictures: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def markdown_board(records: Sequence[Record], sections: Sequence[Section]) -> str:
    """Write the page.

    Parameters
    ----------
    records : sequence of Record
        All that the tables hold.
    sections : sequence of Section
        The tables and their pictures, in order.

    Returns
    -------
    str
        Markdown; the same for the same records.

    Raises
    ------
    BenchError
        An ok cell without its scores.
    """
    parts = [
        "# Board",
        _summary(records),
        "## How to read it",
        HOW_TO_READ,
        "## Status of every cell",
        _statuses([section.table for section in sections]),
    ]
    for section in sections:
        table = section.table
        parts += [f"## {table.task}, {table.preset}", f"{_sizes(table)}.", _scores(table)]
        if table.unscored:
            heading = ["row", "seeds", "status", "message"]
            cells = [[code_span(row), seeds, status, code_span(text)] for row, seeds, status, text in table.unscored]
            parts += ["Cells without a score:", _grid(heading, cells, "lrll")]
        parts += [f"![{shown} on {table.task}]({name})" for shown, name in section.pictures.items()]
        parts += [f"Not drawn: {code_span(note)}" for note in section.notes]
    parts += ["## Rows", _rows(records), "## Machines and versions", _machines(records)]
    return "\n\n".join(parts) + "\n"


def _grid(heading: list[str], rows: list[list[str]], align: str) -> str:
    """Markdown table; ``align`` has one letter a column, l or r."""
    rule = ["---:" if letter == "r" else "---" for letter in align]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heading, rule, *rows])


def _summary(records: Sequence[Record]) -> str:
    """What was run, in a few lines."""
    presets = sorted({record.preset for record in records})
    seeds = sorted({record.seed for record in records})
    started = sorted({record.started_utc for record in records} - {""})
    lines = [
        f"- cells: {len(records)} ({status_text(records)})",
        f"- tasks: {len({record.task for record in records})}; rows: {len({record.row for record in records})}",
        f"- presets: {', '.join(presets)}; seeds: {', '.join(map(str, seeds))}",
    ]
    if started:
        lines.append(f"- jobs began between {started[0]} and {started[-1]} (UTC)")
    return "\n".join(lines)


def _sizes(table: Table) -> str:
    """Numbers of cases and the seeds of a table."""
    cases = table.title.partition(": ")[2]
    seeds = sorted({record.seed for line in table.lines for record in (*line.scored, *line.unscored)})
    return f"Preset {cases}; seeds {', '.join(map(str, seeds))}"


def _statuses(found: list[Table]) -> str:
    """Tasks against rows: the status of every cell that was planned, and a dash where none was."""
    rows = sorted({line.row for table in found for line in table.lines})
    cells = []
    for table in found:
        members: dict[str, list[str]] = {}
        for line in table.lines:
            members.setdefault(line.row, []).append(line.status)
        statuses = ["; ".join(members[row]) if row in members else NONE for row in rows]
        cells.append([table.task, table.preset, *statuses])
    return _grid(["task", "preset", *map(code_span, rows)], cells, "l" * (len(rows) + 2))


def _scores(table: Table) -> str:
    """Scores and costs, a line a row."""
    heading = ["row", "status", "seeds", "error", *(f"R2 {shown.symbol}" for shown in SHOWN)]
    heading += [f"{score} {shown.symbol} [{shown.unit}]" for score in ("RMSE", "MAE", "bias") for shown in SHOWN]
    heading += list(table.lines[0].costs())
    rows = [_score_cells(line) for line in table.lines]
    return _grid(heading, rows, "ll" + "r" * (len(heading) - 2))


def _score_cells(line: Line) -> list[str]:
    """Cells of one line of the table of scores."""
    name = code_span(line.row) + (f" ({line.note})" if line.note else "") + (f" ({line.role})" if line.role else "")
    error = line.error
    return [
        name,
        line.status,
        str(len(line.scored)),
        error.text(quantity_text) if error else NONE,
        *(line.r2_text(shown.name) for shown in SHOWN),
        *(quantity_text(line.mean(shown.name, score, shown.scale)) for score in ("rmse", "mae") for shown in SHOWN),
        *(
            bias_text(line.mean(shown.name, "bias", shown.scale), line.mean(shown.name, "rmse", shown.scale))
            for shown in SHOWN
        ),
        *line.costs().values(),
    ]


def _rows(records: Sequence[Record]) -> str:
    """Settings of every row; one line each time they differ."""
    found = sorted({(r.row, r.model, json.dumps(r.settings, sort_keys=True)) for r in records if r.settings})
    if not found:
        return "No row has settings."
    return _grid(["row", "model", "settings"], [[code_span(text) for text in row] for row in found], "lll")


def _machines(records: Sequence[Record]) -> str:
    """Kinds of machine, library versions and commits, with the number of cells of each."""
    lines = []
    for title, texts in (
        ("machine", [", ".join(f"{key} {value}" for key, value in sorted(r.host.items())) for r in records]),
        ("commit", [r.commit for r in records]),
    ):
        counted = sorted({text: texts.count(text) for text in texts if text}.items())
        lines += [f"- {title}: {code_span(text)} (cells: {count_text(n)})" for text, n in counted]
    versions: dict[str, set[str]] = {}
    for record in records:
        for library, version in record.versions.items():
            versions.setdefault(library, set()).add(version)
    lines += [
        f"- {code_span(library)} {code_span(', '.join(sorted(versions[library])))}" for library in sorted(versions)
    ]
    return "\n".join(lines) if lines else "The records do not say."
