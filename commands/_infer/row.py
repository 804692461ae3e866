"""A learned row asked about one trace: fitted in a child process, or taken from a stored fit, which a child opens."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.errors import BenchError
from bench.infer.inference import Inference, unlike
from bench.run.child import Limits
from bench.run.drive import Place, drive
from bench.run.estimate import duration
from bench.run.fits import FitStore
from bench.run.plan import Cell, Job, Plugin
from bench.run.store import CaseStore, said_when_full, work_folder
from bench.task import PRESETS, Task
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from commands._infer.picture import RowAnswer
from commands._shared.options import say
from commands._shared.progress import RunProgress
from commands._shared.terminal import Console

SEED = 0


@dataclass(frozen=True)
class Row:
    """Which row is asked, and how it was trained."""

    plugin: Plugin
    task: Task
    preset: str
    out: Path


def check_alike(inference: Inference, row: Row, tasks: dict[str, Task]) -> None:
    """Refuse a trace that is unlike what the row was trained on, and name a task that would do."""
    name, task = row.plugin.name, row.task
    if inference.unusual:
        raise BenchError(
            f"model '{name}': known inputs must be inside the range that it was trained on, got "
            f"{', '.join(inference.unusual)} outside. Leave --model out, or insist with --force."
        )
    if not unlike(inference.traces, task.train):
        return
    others = [each.name for each in tasks.values() if _ideal(each) and not unlike(inference.traces, each.train)]
    train = " or ".join(acquisition.label for acquisition in task.train)
    step = f"Add --task {others[0]}" if others else "No task is trained so: leave --model out"
    raise BenchError(
        f"model '{name}': trace must be measured as its training cases, {train}, got {sampling(inference)}. "
        f"{step}, or insist with --force."
    )


def _ideal(task: Task) -> bool:
    """Whether the traces of a task are as an ideal measurement of the ideal reaction takes them to be."""
    return task.train_world == TEMPERATURE_CORRECTED and not any(isinstance(each, Laboratory) for each in task.train)


def sampling(inference: Inference) -> str:
    """How a trace was sampled."""
    acquisition = inference.acquisition
    return f"{acquisition.prefix_s:.4g} s @ {acquisition.interval_s:.3g} s"


def ask_row(console: Console, inference: Inference, row: Row) -> RowAnswer:
    """Fit the row, or find its stored fit, and ask it."""
    cell = Cell(replace(row.task, test=inference.acquisition), row.plugin, SEED, row.preset, PRESETS[row.preset])
    job, began = Job((cell,)), time.monotonic()
    fits = FitStore(row.out, job.key)
    stored = fits.packed() is not None
    with said_when_full(row.out), work_folder(row.out) as work, RunProgress(console, 1, 0.0) as progress:
        report = partial(progress.report, job)
        place = Place(CaseStore(work), lambda cell: inference.traces, fits, Limits(), report)
        with closing(drive(job, place)) as outcomes:
            outcome = next(outcomes)
    if outcome.prediction is None:
        raise BenchError(
            f"model '{row.plugin.name}': it must answer, got {outcome.status}: "
            f"{outcome.message.strip().splitlines()[-1] if outcome.message.strip() else 'no message'}. "
            f"Run 'check {row.plugin.name}' to see what is wrong, or leave --model out."
        )
    fit_s = outcome.measured.get("fit_s")
    how = f"stored fit, once fitted in {duration(fit_s)}" if stored and fit_s is not None else ""
    how = how or f"fitted in {duration(fit_s if fit_s is not None else time.monotonic() - began)}"
    cases = f"{PRESETS[row.preset].train:,} training cases of {row.task.name}"
    say(console, f"{row.plugin.row}: {how}, on {cases}")
    answer = outcome.prediction
    sd, samples = (None if values is None else values[0] for values in (answer.sd, answer.samples))
    return RowAnswer(row.plugin.row, answer.mean[0], sd, samples)
