"""Fitting a model and asking it everything, with progress and a time estimate."""

from __future__ import annotations

from pathlib import Path

from bench.diagnosis.evidence import Evidence, Way, asked_before, fits_of, gather
from bench.errors import BenchError
from bench.run.child import ChildFailed, Limits
from bench.run.estimate import duration, job_seconds
from bench.run.fits import FitStore
from bench.run.plan import Job, Plugin
from bench.run.store import work_folder
from bench.task import PRESETS, Task
from commands._shared.options import PUBLISHED, say
from commands._shared.progress import RunProgress
from commands._shared.terminal import Console
from leaderboard.published.store import read_published
from leaderboard.wording import gist

ASKING_S = 30.0
"""Allowance for the questions themselves."""


def gathered(console: Console, plugin: Plugin, task: Task, preset: str, out: Path, limits: Limits) -> Evidence:
    """Fit a model and ask it everything, or say in one sentence why that cannot be."""
    out.mkdir(parents=True, exist_ok=True)
    fits = fits_of(task, plugin, preset, PRESETS[preset])
    say(console, _expected(plugin, fits, out))
    with work_folder(out) as work, RunProgress(console, len(fits), 0.0) as progress:
        try:
            return gather(task, fits, Way(out, work, limits, progress.report))
        except ChildFailed as failure:
            why = gist(failure.message).rstrip(".")
            raise BenchError(
                f"model '{plugin.name}': it must fit and answer, got {failure.status}: {why}. "
                f"Run 'check {plugin.name}' first, which says how to mend it."
            ) from failure


def _expected(plugin: Plugin, fits: tuple[Job, Job, Job], out: Path) -> str:
    """Say what is done, and how long it will take by what such a fit took before."""
    if asked_before(out, fits[0]):
        return f"{plugin.row}: answers that are kept from an earlier diagnosis"
    open_ = [job for job in fits[:2] if FitStore(out, job.key).packed() is None]
    if not open_:
        return f"{plugin.row}: stored fits, about {duration(ASKING_S)} for the questions"
    records = read_published(PUBLISHED)
    seconds = [job_seconds(job, records) for job in open_]
    told = [each for each in seconds if each is not None]
    if len(told) < len(seconds):
        return f"{plugin.row}: three fits, not yet timed here, then about {duration(ASKING_S)} for the questions"
    return f"{plugin.row}: three fits and the questions, about {duration(sum(told) + ASKING_S)}"
