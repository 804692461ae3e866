"""The board for the end of a run: one table a task, in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from bench.run.record import Record
from leaderboard.lines import Line, Spread
from leaderboard.tables import Stale, Table, tables
from leaderboard.wording import SHOWN, quantity_text, r2_text

# Colour repeats what the text says; nothing depends on it.
COLOURS = {"ok": "green", "cannot": "yellow", "not_run": "yellow"}
FAILED = "red"


def terminal_board(records: Iterable[Record], stale: Stale | None = None) -> RenderableType:
    """Lay out records for a terminal.

    Parameters
    ----------
    records : iterable of Record
        In any order; only these are shown.
    stale : mapping, optional
        Cells that are stale, and why.

    Returns
    -------
    RenderableType
        For ``rich.console.Console.print``.

    Raises
    ------
    BenchError
        An ok cell without its scores.
    """
    found = tables(records, stale)
    if not found:
        return Text("No cells: nothing was planned or recorded.")
    parts: list[RenderableType] = []
    for table in found:
        parts += [_table(table), *_messages(table), Text()]
    return Group(*parts, Text("R2: 1 is perfect, 0 answers the mean. Several seeds: mean ±largest deviation.", "dim"))


def _table(table: Table) -> RichTable:
    """Scores and costs of one task."""
    rich_table = RichTable(
        title=Text(table.title, "bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    rich_table.add_column("row", no_wrap=True)
    headings = [f"R2 {shown.symbol}" for shown in SHOWN]
    headings += [f"RMSE {shown.symbol} [{shown.unit}]" for shown in SHOWN]
    for heading in [*headings, "fit [s]", "µs/case"]:
        rich_table.add_column(Text(heading), justify="right", overflow="fold")  # a Text: brackets are not markup
    rich_table.add_column("status", overflow="fold")
    for line in table.lines:
        costs = line.costs()
        rich_table.add_row(
            Text(f"{line.label} ({line.role})" if line.role else line.label),
            *(Text(_r2(line, shown.name)) for shown in SHOWN),
            *(Text(quantity_text(line.mean(shown.name, "rmse", shown.scale))) for shown in SHOWN),
            Text(costs["fit [s]"]),
            Text(costs["predict [µs/case]"]),
            Text(line.status, _colour(line)),
        )
    return rich_table


def _r2(line: Line, target: str) -> str:
    """R2 over seeds, in less room than on the page."""
    value = line.r2(target)
    if not isinstance(value, Spread) or value.n == 1:
        return line.r2_text(target)
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
    colours |= {"yellow"} if line.stale else set()
    return next(colour for colour in (FAILED, "yellow", "green") if colour in colours)
