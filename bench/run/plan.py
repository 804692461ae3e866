"""What must run: cells, grouped into jobs that share one fit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.compiled import ROOT
from bench.metrics import METRIC_VERSION
from bench.run.catalogue import rows_in
from bench.run.origin.provenance import versions_of
from bench.run.origin.sources import source_digest, sources_of
from bench.run.record import FINAL, Record
from bench.task import Sizes, Task, digest_of

DRAW = ROOT / "bench" / "draw.py"
NOT_FOUND = "plugin not found"
"""What is said of a record whose plugin is in no folder that was searched."""
CellKey = tuple[str, str, int, str]
"""``Record.cell``: task, row, seed, preset."""
Stale = Mapping[CellKey, tuple[str, ...]]
"""What has changed since a cell was run, such as ``source``, ``task`` or ``metric``."""


@dataclass(frozen=True)
class Plugin:
    """A model file, or a row of a table of models, with the settings that a run changes.

    Examples
    --------
    >>> Plugin(Path("models/tcn.py"), {"width": 32}).row
    'tcn(width=32)'
    """

    path: Path
    overrides: dict[str, Any] = field(default_factory=dict)
    member: str = ""

    @classmethod
    def named(cls, name: str, path: Path, overrides: dict[str, Any] | None = None) -> Plugin:
        """Plugin of a name that stands for a file: a row of it where the file is a table with such a row."""
        return cls(path, overrides or {}, name if name != path.stem and name in rows_in(path) else "")

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.member or self.path.stem

    @property
    def row(self) -> str:
        """Name of the row on the board."""
        if not self.overrides:
            return self.name
        changed = ",".join(f"{key}={json.dumps(value)}" for key, value in sorted(self.overrides.items()))
        return f"{self.name}({changed})"

    @cached_property
    def digest(self) -> str:
        """Digest of the sources and library versions behind the model."""
        return source_digest(self.path, self.member)

    @property
    def order(self) -> dict[str, Any]:
        """What a child needs to load it, and which files beside it are known to count, for any row of a table."""
        files = sorted(map(str, sources_of(self.path).files))
        path = str(self.path.resolve())
        return {"plugin": path, "member": self.member, "overrides": self.overrides, "files": files}

    @cached_property
    def versions(self) -> dict[str, str]:
        """Versions of the libraries that the model imports."""
        return versions_of(sources_of(self.path, self.member).libraries)


@dataclass(frozen=True)
class Cell:
    """A task, a model and a seed: one planned number on the board."""

    task: Task
    plugin: Plugin
    seed: int
    preset: str
    sizes: Sizes
    seal: str = ""

    @property
    def key(self) -> CellKey:
        """Same as ``Record.cell``."""
        return self.task.name, self.plugin.row, self.seed, self.preset

    @property
    def label(self) -> str:
        """Short text for progress lines."""
        return f"{self.plugin.row} on {self.task.name}, seed {self.seed}"

    @cached_property
    def training_digest(self) -> str:
        """Digest of the training and validation cases."""
        drawn = [[asdict(acquisition) for acquisition in self.task.train], self.task.train_world.as_dict()]
        return digest_of([*drawn, self.sizes.train, self.sizes.valid, self.seed, source_digest(DRAW)])

    @cached_property
    def test_digest(self) -> str:
        """Digest of the test cases."""
        drawn = [asdict(self.task.test), self.task.test_world.as_dict(), self.sizes.test, source_digest(DRAW)]
        return digest_of([*drawn, self.seal, self.task.name] if self.seal else drawn)

    @property
    def cases_digest(self) -> str:
        """Digest of everything that the model is trained and tested on."""
        return digest_of([self.training_digest, self.test_digest])

    def stale(self, record: Record) -> tuple[str, ...]:
        """Say what has changed since a record of this cell was made."""
        pairs = {
            "task": (record.task_digest, self.task.digest()),
            "cases": (record.cases_digest, self.cases_digest),
            "source": (record.source_digest, self.plugin.digest),
        }
        return tuple(name for name, (then, now) in pairs.items() if then != now)


@dataclass(frozen=True)
class Job:
    """Cells that share a training set, a model and a seed: fitted once, then tested on all."""

    cells: tuple[Cell, ...]
    device: str = "cpu"
    threads: int = 1

    @property
    def first(self) -> Cell:
        """A cell that stands for what all of them share."""
        return self.cells[0]

    @property
    def label(self) -> str:
        """Short text for progress lines."""
        tasks = self.first.task.name if len(self.cells) == 1 else f"{len(self.cells)} tasks"
        return f"{self.first.plugin.row} on {tasks}, seed {self.first.seed}"

    @cached_property
    def key(self) -> str:
        """What the fit is addressed by."""
        plugin = self.first.plugin
        training = self.first.training_digest
        settings = [plugin.name, plugin.overrides, self.first.seed, self.device, self.threads]
        return digest_of([plugin.digest, training, *settings])


@dataclass(frozen=True)
class Plan:
    """Everything that a run was asked for."""

    cells: tuple[Cell, ...]
    jobs: tuple[Job, ...]

    @property
    def n_open(self) -> int:
        """Number of cells still to be done."""
        return sum(len(job.cells) for job in self.jobs)


def make_plan(
    tasks: Sequence[Task],
    plugins: Sequence[Plugin],
    seeds: Iterable[int],
    preset: str,
    sizes: Sizes,
    records: Sequence[Record],
    *,
    rerun: bool = False,
    device: str = "cpu",
    threads: int = 1,
    seal: str = "",
) -> Plan:
    """Plan a run: every task with every model and seed, less what is done and fresh."""
    newest = {record.cell: record for record in records}
    cells = [Cell(task, plugin, seed, preset, sizes, seal) for seed in seeds for plugin in plugins for task in tasks]
    groups: dict[tuple[str, str, int], list[Cell]] = {}
    for cell in cells:
        record = newest.get(cell.key)
        done = record is not None and record.status in FINAL and not cell.stale(record)
        if rerun or not done:
            groups.setdefault((cell.plugin.row, cell.training_digest, cell.seed), []).append(cell)
    jobs = tuple(Job(tuple(group), device, threads) for group in groups.values())
    return Plan(tuple(cells), jobs)


def stale_cells(records: Sequence[Record], tasks: dict[str, Task], plugins: dict[str, Path]) -> Stale:
    """Say which records no longer describe what would come out today."""
    stale: dict[CellKey, tuple[str, ...]] = {}
    plugin_of = {name: Plugin.named(name, path) for name, path in plugins.items()}
    for record in records:
        if record.task not in tasks:
            stale[record.cell] = ("task removed",)
        elif record.model not in plugin_of:
            stale[record.cell] = (NOT_FOUND,)
        else:
            sizes = Sizes(**record.sizes)
            task, plugin = tasks[record.task], plugin_of[record.model]
            cell = Cell(task, plugin, record.seed, record.preset, sizes, record.seal_sha256)
            older = record.status == "ok" and record.metric_version != METRIC_VERSION
            if reasons := (*cell.stale(record), *["metric"] * older):
                stale[record.cell] = reasons
    return stale


def without_stale_predictions(records: Iterable[Record], stale: Stale) -> list[Record]:
    """Leave out records whose predictions are no longer those of today; an older metric alone does not make them so."""
    return [record for record in records if set(stale.get(record.cell, ())) <= {"metric"}]
