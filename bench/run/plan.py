"""What must run: cells, grouped into jobs that share one fit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bench.compiled import ROOT
from bench.metrics import METRIC_VERSION
from bench.run.catalogue import name_of, rows_in
from bench.run.origin.sources import Sources, source_digest, sources_of
from bench.run.record import FINAL, CellKey, Record
from bench.task import Sizes, Task, digest_of

DRAW = ROOT / "bench" / "draw.py"
NOT_FOUND = "plugin not found"
"""What is said of a record whose plugin is in no folder that was searched."""
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
        return cls(path, overrides or {}, name if name != name_of(path) and name in rows_in(path) else "")

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.member or name_of(self.path)

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
        return self.sources.digest

    @property
    def order(self) -> dict[str, Any]:
        """What a child needs to load it, and which files beside it are known to count, for any row of a table."""
        files = sorted(map(str, sources_of(self.path).files))
        path = str(self.path.resolve())
        return {"plugin": path, "member": self.member, "overrides": self.overrides, "files": files}

    @cached_property
    def versions(self) -> dict[str, str]:
        """Versions of the libraries that the model imports."""
        return self.sources.versions

    @cached_property
    def sources(self) -> Sources:
        """What the model is made of."""
        return sources_of(self.path, self.member)


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
    def task_digest(self) -> str:
        """Digest of the task."""
        return self.task.digest()

    @cached_property
    def training_digest(self) -> str:
        """Digest of the training and validation cases."""
        return self._training_digest(source_digest(DRAW))

    @cached_property
    def test_digest(self) -> str:
        """Digest of the test cases."""
        return self._test_digest(source_digest(DRAW))

    @cached_property
    def cases_digest(self) -> str:
        """Digest of everything that the model is trained and tested on."""
        return digest_of([self.training_digest, self.test_digest])

    def stale(self, record: Record) -> tuple[str, ...]:
        """Say what has changed since a record of this cell was made: a library with its version then and here."""
        reasons, moved = [], dict[str, str]()
        if record.task_digest != self.task_digest:
            reasons.append("task")
        if record.cases_digest != self.cases_digest:
            draw = sources_of(DRAW)
            then = draw.versions | {name: v for name, v in record.versions.items() if name in draw.versions}
            moved |= _moved(then, draw.versions)
            drawn = draw.digest_with(then)
            if record.cases_digest != digest_of([self._training_digest(drawn), self._test_digest(drawn)]):
                reasons.append("cases")
        if record.source_digest != self.plugin.digest and not self.unchecked(record):
            here = self.plugin.versions
            if record.source_digest == self.plugin.sources.digest_with(record.versions):
                moved |= _moved(record.versions, here)
            else:
                reasons.append("source")
                both = here.keys() & record.versions.keys()  # others may have come or gone with the source
                moved |= _moved(*({name: versions[name] for name in both} for versions in (record.versions, here)))
        return (*reasons, *moved.values())

    def unchecked(self, record: Record) -> tuple[str, ...]:
        """Distributions that are not installed here, where nothing else differs from when a record was made.

        Whether the model still answers so cannot be told here, and running it again would give no score.
        """
        here, then = self.plugin.versions, record.versions
        if record.source_digest == self.plugin.digest:
            return ()
        if self.plugin.sources.digest_with(then) != record.source_digest or not here.items() <= then.items():
            return ()
        return tuple(f"{name} {version}" for name, version in sorted(then.items()) if name not in here)

    def _training_digest(self, draw: str) -> str:
        """Digest of the training and validation cases as sources of a digest draw them."""
        drawn = [[asdict(acquisition) for acquisition in self.task.train], self.task.train_world.as_dict()]
        return digest_of([*drawn, self.sizes.train, self.sizes.valid, self.seed, draw])

    def _test_digest(self, draw: str) -> str:
        """Digest of the test cases as sources of a digest draw them."""
        drawn = [asdict(self.task.test), self.task.test_world.as_dict(), self.sizes.test, draw]
        return digest_of([*drawn, self.seal, self.task.name] if self.seal else drawn)


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
    jobs = tuple(Job(tuple(group), device) for group in groups.values())
    return Plan(tuple(cells), jobs)


def stale_cells(records: Sequence[Record], tasks: dict[str, Task], plugins: dict[str, Path]) -> Stale:
    """Say which records no longer describe what would come out today."""
    stale: dict[CellKey, tuple[str, ...]] = {}
    for record, cell in _cells_today(records, tasks, plugins):
        if cell is None:
            stale[record.cell] = ("task removed",) if record.task not in tasks else (NOT_FOUND,)
        else:
            older = record.status == "ok" and record.metric_version != METRIC_VERSION
            if reasons := (*cell.stale(record), *["metric"] * older):
                stale[record.cell] = reasons
    return stale


def unchecked_cells(records: Sequence[Record], tasks: dict[str, Task], plugins: dict[str, Path]) -> Stale:
    """Say which records are neither fresh nor stale, with the distributions that would have to be installed to tell."""
    there = ((record, cell) for record, cell in _cells_today(records, tasks, plugins) if cell is not None)
    return {record.cell: missing for record, cell in there if (missing := cell.unchecked(record))}


def _cells_today(
    records: Iterable[Record], tasks: Mapping[str, Task], plugins: Mapping[str, Path]
) -> Iterator[tuple[Record, Cell | None]]:
    """Records with their cells as they would be planned today; None where the task or the plugin is gone.

    Rows of one plugin share a cell: settings move none of its digests.
    """
    plugin_of = {name: Plugin.named(name, path) for name, path in plugins.items()}

    @cache
    def cell(task: str, model: str, seed: int, preset: str, seal: str, sizes: tuple[tuple[str, int], ...]) -> Cell:
        return Cell(tasks[task], plugin_of[model], seed, preset, Sizes(**dict(sizes)), seal)

    for record in records:
        if record.task in tasks and record.model in plugin_of:
            named = (record.task, record.model, record.seed, record.preset, record.seal_sha256)
            yield record, cell(*named, tuple(record.sizes.items()))
        else:
            yield record, None


def without_stale_predictions(records: Iterable[Record], stale: Stale) -> list[Record]:
    """Leave out records whose predictions are no longer those of today; an older metric alone does not make them so."""
    return [record for record in records if set(stale.get(record.cell, ())) <= {"metric"}]


def _moved(then: Mapping[str, str], here: Mapping[str, str]) -> dict[str, str]:
    """Libraries whose versions differ, each with both.

    Examples
    --------
    >>> _moved({"numpy": "2.2.0", "scipy": "1.17.1", "sbi": "0.27.0"}, {"numpy": "2.4.6", "scipy": "1.17.1"})
    {'numpy': 'numpy (2.2.0, here 2.4.6)', 'sbi': 'sbi (0.27.0, here none)'}
    """
    return {
        name: f"{name} ({then.get(name, 'none')}, here {here.get(name, 'none')})"
        for name in sorted(then.keys() | here.keys())
        if then.get(name) != here.get(name)
    }
