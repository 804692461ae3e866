"""How long a plan will take, from what the same rows took before."""

from __future__ import annotations

import heapq
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.run.plan import Job, Plan
from bench.run.record import Record

START_S = 2.0
"""Allowance for starting a child, reading cases and scoring."""


@dataclass(frozen=True)
class Estimate:
    """Expected duration of a plan."""

    seconds: float
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        text = f"about {duration(self.seconds)}" if self.seconds else ""
        if self.unknown:
            rows = ", ".join(self.unknown)
            text = f"{text}, plus " if text else ""
            text += f"not yet timed here: {rows}"
        return text or "nothing to do"


def duration(seconds: float) -> str:
    """Duration as people say it.

    Examples
    --------
    >>> duration(42.0), duration(312.0), duration(7300.0)
    ('42 s', '5.2 min', '2.0 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def estimate(plan: Plan, records: Sequence[Record], n_jobs: int) -> Estimate:
    """Estimate the wall time of a plan."""
    costs = {job.label: job_seconds(job, records) for job in plan.jobs}
    workers = [0.0] * n_jobs
    for job in plan.jobs:
        heapq.heapreplace(workers, workers[0] + (costs[job.label] or 0.0))
    unknown = {job.first.plugin.row for job in plan.jobs if costs[job.label] is None}
    return Estimate(max(workers), tuple(sorted(unknown)))


def longest_first(plan: Plan, records: Sequence[Record]) -> Plan:
    """Order the jobs of a plan so that the long ones, and those of unknown length, start first."""

    def order(job: Job) -> float:
        seconds = job_seconds(job, records)
        return float("-inf") if seconds is None else -seconds

    return Plan(plan.cells, tuple(sorted(plan.jobs, key=order)))


def job_seconds(job: Job, records: Sequence[Record]) -> float | None:
    """Wall seconds that a job should take, from the nearest earlier records of its row."""
    same_row = [r for r in records if r.row == job.first.plugin.row and r.fit_s is not None and r.predict_s is not None]
    near = [r for r in same_row if r.preset == job.first.preset] or same_row
    if not near:
        return None
    sizes = job.first.sizes
    fit = statistics.median((r.fit_s or 0.0) * sizes.train / r.sizes["train"] for r in near)
    predict = statistics.median((r.predict_s or 0.0) * sizes.test / r.sizes["test"] for r in near)
    return START_S + fit + predict * len(job.cells)
