"""Make again what the documents show: their pictures, and the table of tasks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import track

from bench.ceiling.posterior import exact_posterior
from bench.compiled import ROOT
from bench.draw import draw_measured
from bench.errors import unknown
from bench.task import Task
from bench.world.quantities import TARGETS
from commands._import_picture import architecture_svg, imports_between
from commands._real.page import BLOCKS
from commands._shared.options import DOCS, published_tasks, say
from commands._shared.terminal import Console
from leaderboard.pictures.ceiling import draw_ceiling
from leaderboard.pictures.looks import drawing, save
from leaderboard.pictures.problem import draw_problem, example_twins
from leaderboard.published.marked import fill
from leaderboard.wording import r2_text

TASKS_PAGE = "tasks.md"
REAL_PAGE, REAL_COMMAND = "real_traces.md", "python run_bench.py documents --real all"
COMMAND, BLOCK = "python run_bench.py documents", "table of tasks"
MARKS = f"<!-- begin: {BLOCK}, written by `{COMMAND}` -->\n<!-- end: {BLOCK} -->\n"
"""What a folder without the page begins with."""
STREAM = "task table"
"""Random streams of the cases behind the table: neither training, validation nor test."""
N_CASES = 2_000
HEADER = (
    "| task | core | trained on | tested on | attainable R2 E0 / k_d | question |",
    "| --- | :---: | --- | --- | ---: | --- |",
)


def documents(
    to: Annotated[Path, typer.Option(help="Folder of the documents.", metavar="DIR")] = DOCS,
    cases: Annotated[int, typer.Option(min=10, help="Cases behind every attainable R2 of the table.")] = N_CASES,
    real: Annotated[
        list[str] | None,
        typer.Option(help="Write this block of the page about real traces instead, or 'all'.", metavar="BLOCK"),
    ] = None,
) -> None:
    """Draw the documents' pictures again and write the table of tasks, from the sources and the simulator alone.

    For example, after adding a task or moving an import:

      python run_bench.py documents

    The page about real traces takes many minutes, so it is written apart:

      python run_bench.py documents --real all
    """
    console = Console()
    if real:
        for name in BLOCKS if "all" in real else real:
            if name not in BLOCKS:
                raise unknown("block", name, BLOCKS)
            _write_real(to, name)
            say(console, f"{os.path.relpath(to / REAL_PAGE)}: {name}")
        return
    page = to / TASKS_PAGE
    text = page.read_text(encoding="utf-8") if page.exists() else MARKS
    tasks = track(published_tasks().values(), "attainable scores", console=console, disable=not console.is_terminal)
    written = fill(text, TASKS_PAGE, COMMAND, {BLOCK: "\n".join(task_table(tasks, cases))})
    pictures = to / "pictures"
    with drawing():
        paths = [
            save(draw_problem(example_twins()), pictures / "problem.png"),
            save(draw_ceiling(), pictures / "ceiling.png"),
            pictures / "architecture.svg",
        ]
    paths[-1].write_text(architecture_svg(imports_between(ROOT)), encoding="utf-8")
    page.write_text(written, encoding="utf-8")
    for path in (*paths, page):
        say(console, os.path.relpath(path))


def _write_real(to: Path, name: str) -> None:
    """Write one block of the page about real traces."""
    page, block = to / REAL_PAGE, BLOCKS[name](to / "pictures")
    page.write_text(fill(page.read_text(encoding="utf-8"), REAL_PAGE, REAL_COMMAND, {name: block}), encoding="utf-8")


def task_table(tasks: Iterable[Task], n_cases: int) -> list[str]:
    """Tasks as a Markdown table: what is asked, and how much of it the test traces can tell at all."""
    return [*HEADER, *(" | ".join([*_asked(task), _attainable(task, n_cases), f"{task.question} |"]) for task in tasks)]


def _asked(task: Task) -> list[str]:
    """First cells of a task's line."""
    train = " + ".join(acquisition.label for acquisition in task.train)
    world = "" if task.test_world == task.train_world else f", world `{task.test_world.name}`"
    return [f"| `{task.name}`", "yes" if task.core else "", train, task.test.label + world]


def _attainable(task: Task, n_cases: int) -> str:
    """R2 of both targets that the exact posterior implies under the test's acquisition and chemistry."""
    measured, _ = draw_measured(task.test, task.test_world, STREAM, range(n_cases))
    variance = np.mean(exact_posterior(measured, task.test, task.test_world).sd ** 2, axis=0)
    prior = [(target.high - target.low) ** 2 / 12.0 for target in TARGETS]
    E0, k_d = (r2_text(float(1.0 - value / width)) for value, width in zip(variance, prior, strict=True))
    return f"{E0} / {k_d}"
