"""The table of measured costs: on the terminal, as Markdown, as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from bench.run.origin import provenance
from bench.run.record import write_json
from bench.timing import SECONDS, Figure, n_cores
from leaderboard.wording import grid

MARKDOWN_FILE, JSON_FILE = "speed.md", "speed.json"
HEADINGS = ("section", "work", "cost", "peer", "its cost", "ratio", "aim", "met")


def number(value: float | None) -> str:
    """Number to three significant digits, thousands grouped; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def quantity(value: float | None, unit: str) -> str:
    """Number with its unit; seconds in the unit that keeps them short."""
    if value is None:
        return "-"
    if unit not in SECONDS:
        return f"{number(value)} {unit}"
    seconds = value * SECONDS[unit]
    unit = next((unit for unit in SECONDS if seconds < 1000 * SECONDS[unit]), "s")
    return f"{number(seconds / SECONDS[unit])} {unit}"


def cells(figure: Figure) -> tuple[str, ...]:
    """Texts of one line, in the order of the headings."""
    ratio = "-" if figure.ratio is None else f"{number(figure.ratio)} x"
    aims = [
        *([f">= {number(figure.least_ratio)} x"] if figure.least_ratio is not None else []),
        *([f"<= {quantity(figure.most, figure.unit)}"] if figure.most is not None else []),
        *([f">= {quantity(figure.least, figure.unit)}"] if figure.least is not None else []),
    ]
    met = {True: "yes", False: "no", None: "?" if aims else ""}[figure.met]
    peer_cost = quantity(figure.peer_value, figure.unit) if figure.peer else ""
    return (
        figure.section,
        figure.work,
        quantity(figure.value, figure.unit),
        figure.peer,
        peer_cost,
        ratio if figure.peer else "",
        ", ".join(aims),
        met,
    )


def rich_table(figures: Iterable[Figure]) -> Table:
    """Table for a terminal of 80 columns, without the costs of peers; colour repeats what the last column says."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("what, beside what", ratio=1)
    for heading in ("cost", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("aim")
    table.add_column("met", no_wrap=True)
    section = ""
    for figure in figures:
        _, work, cost, peer, _, ratio, aim, met = cells(figure)
        what = Text(f"{work}, beside {peer}" if peer else work)
        if figure.section != section:
            section = figure.section
            table.add_row(Text(section, "bold"))
        if figure.note:
            what.append(f"\n{figure.note}", "dim")
        colour = {True: "green", False: "red", None: ""}[figure.met]
        table.add_row(what, cost, ratio, aim.replace(", ", "\n"), Text(met, colour))
    return table


def markdown_table(figures: Sequence[Figure]) -> str:
    """Table for a page, with where it was measured."""
    lines = [(*cells(figure), figure.note) for figure in figures]
    return f"{machine()}\n\n{grid((*HEADINGS, 'note'), lines, 'l')}\n"


def machine() -> str:
    """Where and under what load it was measured, in one sentence."""
    cpu = provenance.host().get("cpu", platform.processor())
    return (
        f"{cpu}, {n_cores()} cores, Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f}. "
        "Costs are processor seconds unless the line says otherwise; the cost of a peer is that of one core."
    )


def write_figures(figures: Sequence[Figure], out: Path) -> list[Path]:
    """Write the Markdown and the JSON file of a table."""
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKDOWN_FILE).write_text(markdown_table(figures), encoding="utf-8")
    lines = [asdict(figure) | {"ratio": figure.ratio, "met": figure.met} for figure in figures]
    write_json(out / JSON_FILE, {"machine": machine(), "commit": provenance.commit(), "figures": lines})
    return [out / MARKDOWN_FILE, out / JSON_FILE]
