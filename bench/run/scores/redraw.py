"""Overfit gap: stored fits, scored on fresh test draws, beside the scores of the published draw. Nothing is trained."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.draw import draw_cases
from bench.errors import ContradictionError
from bench.metrics import r2
from bench.run.child import Limits
from bench.run.drive import Place, drive
from bench.run.fits import FitStore
from bench.run.plan import Cell, Job, Plugin
from bench.run.record import Record
from bench.run.scores.predictions import read_predictions
from bench.run.scores.scoring import r2_error
from bench.run.seal import Seal
from bench.run.store import CaseStore
from bench.task import Sizes, Task
from bench.world.quantities import TARGET_NAMES

STREAM = "redraw"
"""Random streams of the fresh draws: neither training, validation nor test."""


@dataclass(frozen=True)
class Gap:
    """One target of one cell, on the published draw of its test cases and on fresh ones.

    Examples
    --------
    >>> round(Gap("shift_10s", "tcn", 0, "quick", "k_d_per_s", 512, 512, 0.5, 0.4, 0.05).difference, 3)
    -0.1
    """

    task: str
    row: str
    seed: int
    preset: str
    target: str
    n_published: int
    n_fresh: int
    published: float
    fresh: float
    standard_error: float

    @property
    def difference(self) -> float:
        """Fresh minus published R2: below zero where the published draw was kinder."""
        return self.fresh - self.published


@dataclass(frozen=True)
class Redraw:
    """Where stored fits lie and on how many fresh cases they are asked."""

    out: Path
    work: Path
    limits: Limits
    n_draws: int = 1
    seal: Seal | None = None

    def gaps(self, record: Record, task: Task, path: Path) -> list[Gap] | str:
        """Ask the stored fit of one cell."""
        plugin = Plugin.named(record.model, path, overrides_of(record))
        cell = Cell(task, plugin, record.seed, record.preset, Sizes(**record.sizes), record.seal_sha256)
        changed = cell.stale(record)
        if changed:
            return f"its {' and '.join(changed)} changed since; run it again"
        asked = cell if self.seal is None else replace(cell, seal=self.seal.sha256)
        job = Job((asked,), record.host.get("device", "cpu"))
        fits = FitStore(self.out, job.key)
        if fits.packed() is None:
            return "its fit is not stored; run it again with --rerun"
        try:
            stored = read_predictions(self.out, record)
        except ContradictionError as error:
            return str(error)
        truths, means = [], []
        for cases in self._fresh(cell):
            place = Place(CaseStore(self.work), _always(cases.traces), fits, self.limits, lambda fraction, doing: None)
            with closing(drive(job, place)) as outcomes:
                outcome = next(outcomes)
            if outcome.prediction is None:
                return f"{outcome.status}: {outcome.message}"
            truths.append(cases.targets.values)
            means.append(outcome.prediction.mean)
        truth, mean = np.concatenate(truths), np.concatenate(means)
        return _gaps(record, (stored["truth"], stored["mean"]), (truth, mean))

    def _fresh(self, cell: Cell) -> Iterator[Cases]:
        """Fresh test sets of a cell."""
        task = cell.task
        for number in range(self.n_draws):
            stream = f"{STREAM}/{number}"
            named = stream if self.seal is None else self.seal.secret(f"{stream}/{task.name}")
            yield draw_cases((task.test,), task.test_world, named, cell.sizes.test)


def _always(traces: Traces) -> Callable[[Cell], Traces]:
    """Give the same traces for every cell."""
    return lambda cell: traces


def overrides_of(record: Record) -> dict[str, Any]:
    """Changed settings of a row, read from its name."""
    text = record.row[len(record.model) :].removeprefix("(").removesuffix(")")
    overrides: dict[str, Any] = {}
    while text:
        name, _, rest = text.partition("=")
        overrides[name], end = json.JSONDecoder().raw_decode(rest)
        text = rest[end:].removeprefix(",")
    return overrides


def _gaps(record: Record, published: tuple[Array, Array], fresh: tuple[Array, Array]) -> list[Gap] | str:
    """R2 of both draws with the error of their difference, a target each."""
    gaps = []
    for column, target in enumerate(TARGET_NAMES):
        then, now = ((truth[:, column], mean[:, column]) for truth, mean in (published, fresh))
        before, after = r2(*then), r2(*now)
        if isinstance(before, str) or isinstance(after, str):
            return "its R2 is undefined on so few cases; use a larger preset"
        error = float(np.hypot(r2_error(*then), r2_error(*now)))
        cell = (record.task, record.row, record.seed, record.preset, target)
        gaps.append(Gap(*cell, len(then[0]), len(now[0]), before, after, error))
    return gaps
