"""The board for the end of a run: one table a task, in the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table as RichTable
from rich.text import Text

from leaderboard.board.tables import COSTS, attainable
from leaderboard.comparison.findings import Findings
from leaderboard.frame import CEILING, FORECAST, draws_text
from leaderboard.tables import Line, Spread, Table
from leaderboard.wording import GIVE_FOLDER, NO_PLUGIN, SHOWN, quantity_text, r2_text, ratio_text, rows_text

FAR_BELOW = -1000.0
"""R2 from which on a power of ten says enough; the page has all digits."""
WIDE = 100
"""Columns of a terminal from which there is room for everything."""
MOST_PRINTED = 200
"""Rows of one table in the terminal."""
WIDEST_NAME = 40
"""Letters of a row's name on one line: the rest follows below, for a long one would leave no room for numbers."""

# Colour repeats what the text says; nothing depends on it.
COLOURS = {"ok": "green", "cannot": "yellow", "not_run": "yellow"}
FAILED = "red"


def terminal_board(findings: Findings) -> RenderableType:
    """Lay out records for a terminal."""
    if not findings.tables:
        return Text("No cells: nothing was planned or recorded.")
    parts: list[RenderableType] = []
    for whole in findings.tables:
        table = whole.shortened(MOST_PRINTED)
        parts += [Text(alarm, f"bold {FAILED}") for alarm in findings.alarms[table.place]]
        parts += [_Scores(table), *_messages(table)]
        left_out = rows_text(len(table.lines), len(whole.lines))
        parts += [Text(f"Printed: {left_out}", "yellow")] * bool(left_out)
        parts += [Text(f"{NO_PLUGIN}: {', '.join(table.not_found)}. {GIVE_FOLDER}", "yellow")] * bool(table.not_found)
        parts += [*(Text(sentence, "dim") for sentence in attainable(table)), Text()]
    legend = "R2: 1 is perfect, 0 answers the mean. "
    if any(map(_has_ratio, findings.tables)):
        legend += f"Ratio: RMSE relative to that of {CEILING}, 1 is the best possible; of the forecast pH too. "
    parts += [Text(f"{text[0].upper()}{text[1:]}.", "dim") for text in draws_text(findings.records)]
    legend += f"Several seeds: mean ±largest deviation. Below {WIDE} columns: means alone, without pH and status."
    return Group(*parts, Text(legend, "dim"))


def came_out(findings: Findings) -> str:
    """Say in one sentence what came out: the row that came nearest to the best possible, and how many say nothing."""
    ratios: dict[str, list[float]] = {}
    floors: list[float] = []
    for table in findings.tables:
        for line in table.lines:
            if line.overall and not line.stale and line.role != "ceiling":
                (floors if line.role else ratios.setdefault(line.label, [])).append(line.overall.mean)
    whole = {row: math.prod(each) ** (1 / len(each)) for row, each in ratios.items()}
    whole = {row: ratio for row, ratio in whole.items() if len(ratios[row]) == max(map(len, ratios.values()))}
    if not whole:
        return ""
    best = min(whole, key=lambda row: (whole[row], row))
    tasks = findings.tables[0].task if len(findings.tables) == 1 else f"{len(findings.tables)} tasks"
    said = f"On {tasks}, {best} comes nearest, with {ratio_text(whole[best])} times the best possible error"
    floor = math.prod(floors) ** (1 / len(floors)) if floors else math.inf
    worse = sum(ratio > floor for ratio in whole.values())
    return said + (f"; {worse} of {len(whole)} rows are worse than always the average." if floors else ".")


def titled(title: str) -> RichTable:
    """Begin a table that spends no room on frames."""
    shown = Text(title, "bold")
    return RichTable(title=shown, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


@dataclass(frozen=True)
class _Scores:
    """Scores of one task, as many as the terminal has room for."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _table(self.table, narrow=options.max_width < WIDE)


def _table(table: Table, *, narrow: bool) -> RichTable:
    """Scores and costs of one task."""
    rich_table = titled(table.title)
    marks = [table.mark_of(line) for line in table.lines]
    names = [f"{line.label} ({mark})" if mark else line.label for line, mark in zip(table.lines, marks, strict=True)]
    rich_table.add_column("row", width=min(WIDEST_NAME, max(map(len, names))), overflow="fold")
    cost = _cost_shown(table)
    lines = [(line, _values(table, line, cost, narrow)) for line in table.lines]
    for heading in lines[0][1]:
        rich_table.add_column(Text(heading), justify="right", min_width=7)  # a Text: brackets are not markup
    if not narrow:
        rich_table.add_column("status", overflow="fold")
    for name, (line, values) in zip(names, lines, strict=True):
        status = [Text(line.status, _colour(line))] * (not narrow)
        rich_table.add_row(Text(name), *map(Text, values.values()), *status)
    return rich_table


def _has_ratio(table: Table) -> bool:
    """Whether any row stands beside a ceiling."""
    return any(line.overall for line in table.lines)


def _cost_shown(table: Table) -> str:
    """The one cost that there is room for: processor seconds, but for records from before they were measured."""
    known = any(line.spread("fit_cpu_s") for line in table.lines)
    return "fit CPU [s]" if known else "fit [s]"


def _values(table: Table, line: Line, cost: str, narrow: bool) -> dict[str, str]:
    """Numbers of one line: errors relative to the ceilings, or in the target's unit where there is none."""
    ratio = _has_ratio(table)
    values = {f"R2 {shown.symbol}": _r2(line, shown.name, narrow) for shown in SHOWN}
    for shown in SHOWN:
        if ratio:
            values[f"ratio {shown.symbol}"] = _mean(line.ratio(shown.name), ratio_text)
            if table.untold and not narrow:
                values[f"to untold {shown.symbol}"] = _mean(table.untold_ratio(line, shown.name), ratio_text)
        else:
            values[f"RMSE {shown.symbol} [{shown.unit}]"] = quantity_text(line.mean(f"{shown.name}_rmse", shown.scale))
    if ratio and not narrow:
        values["ratio pH"] = _mean(line.ratio(FORECAST), ratio_text)
    column, text = COSTS[cost]
    return values | {cost: text(line.mean(column))}  # with one more cost, 80 columns would break numbers in two


def _mean(value: Spread | None, number: Callable[[float | None], str]) -> str:
    """Mean over seeds."""
    return number(value.mean if value else None)


def _r2(line: Line, target: str, narrow: bool) -> str:
    """R2 over seeds, in less room than on the page."""
    value = line.r2(target)
    if isinstance(value, Spread) and value.mean <= FAR_BELOW:
        return f"{value.mean:.1e}".replace("e+0", "e").replace("e+", "e")
    if not isinstance(value, Spread) or value.n == 1:
        return line.r2_text(target)
    if narrow or r2_text(value.low) == r2_text(value.high):
        return r2_text(value.mean)
    return f"{r2_text(value.mean)} ±{max(value.high - value.mean, value.mean - value.low):.1g}"


def _messages(table: Table) -> list[Text]:
    """One line for every cell without a score."""
    return [
        Text(f"{row}, seed {seeds}: {status}" + (f": {message}" if message else ""), COLOURS.get(status, FAILED))
        for row, seeds, status, message in table.unscored
    ]


def _colour(line: Line) -> str:
    """Colour of the worst status of a line."""
    colours = {COLOURS.get(record.status, FAILED) for record in (*line.scored, *line.unscored)}
    colours |= {"yellow"} if line.stale or line.unchecked else set()
    return next(colour for colour in (FAILED, "yellow", "green") if colour in colours)
