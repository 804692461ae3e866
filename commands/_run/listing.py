"""What can be run, as tables; read from the sources without importing a model."""

from __future__ import annotations

from pathlib import Path

from rich.table import Column, Table

from bench.run.catalogue import summary_of
from bench.task import PRESETS
from commands._shared.options import PUBLISHED, REFERENCE, all_tasks, plugin_files
from commands._shared.terminal import Console


def print_list(folders: list[Path]) -> None:
    """Print tasks, models and presets."""
    console = Console()
    for table in (_tasks(), _models(folders), _presets()):
        console.print(table)


def _tasks() -> Table:
    """What is asked."""
    tasks = Table(_name("task"), "suite", "train", "test", "question", title="Tasks (--task, --suite)")
    for name, task in all_tasks().items():
        train = " + ".join(acquisition.label for acquisition in task.train)
        world = "" if task.test_world == task.train_world else f", {task.test_world.name}"
        suites = ", ".join([*["core"] * task.core, *[task.suite] * bool(task.suite)])
        tasks.add_row(name, suites, train, task.test.label + world, task.question)
    return tasks


def _models(folders: list[Path]) -> Table:
    """Who answers."""
    rows = Table(_name("model"), "default", _name("board"), "what it is", title="Models (--model)")
    for name, path in plugin_files(folders).items():
        board = "published" if any((PUBLISHED / name).glob("records-*")) else "unpublished"
        rows.add_row(name, "yes" if name in REFERENCE else "", board, summary_of(path, name))
    return rows


def _presets() -> Table:
    """Sizes and seeds."""
    sizes = Table("preset", "train", "valid", "test", "seeds", title="Presets (--preset)")
    for name, size in PRESETS.items():
        sizes.add_row(name, *(f"{n:,}" for n in (size.train, size.valid, size.test, size.seeds)))
    return sizes


def _name(header: str) -> Column:
    """Column of names, which are never cut: they are there to be typed."""
    return Column(header, no_wrap=True)
