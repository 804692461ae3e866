"""What the suite itself costs: starting a job, loading many records, drawing a large training set, compiling."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

from bench.compiled import CACHE_VARIABLE, ROOT
from bench.contract import Context
from bench.draw import test_cases, training_cases, validation_cases
from bench.metrics import METRIC_VERSION
from bench.run.catalogue import load_module
from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.packages import FIND_CHECKOUT
from bench.run.plan import Plugin, make_plan
from bench.run.record import Record, append_records, read_records
from bench.run.scores.ceiling import ceilings
from bench.task import PRESETS
from bench.timing import Figure, cpu_seconds
from bench.world.quantities import TARGET_NAMES
from commands._shared.options import MODELS, all_tasks
from commands.board import board
from leaderboard.tables import tables

RUNNER, MEMORY, COMPILE = "runner", "memory", "first use"
TASK, LIGHT = "in_distribution", "mean"
N_RECORDS = 100_000
FULL = """
import resource
from bench.draw import training_cases
from bench.task import PRESETS
from commands._shared.options import all_tasks
cases = training_cases(all_tasks()["in_distribution"], PRESETS["full"], 0)
print(len(cases.traces.ph), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""
"""Draws the training cases of preset full, and prints how many there are and the most memory that it took [GiB]."""
FIRST_USE = """
import time
import numpy as np
from bench.contract import Context
from bench.draw import draw_cases
from bench.ceiling.posterior import exact_posterior
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED as world
from models import nls
acquisition = Acquisition(30.0, 0.3)
def simulator():
    global cases
    cases = draw_cases((acquisition,), world, "timing", 2)
def posterior():
    global exact
    exact = exact_posterior(cases.traces, acquisition, world)
def forecast():
    exact.predictive_ph(np.array([0.0, 1.0]), cases.traces.known, world)
def fit():
    nls.MODEL.fit(None, None, Context(0, (acquisition,), world)).predict(cases.traces)
for work in (simulator, posterior, forecast, fit):
    began = time.process_time()
    work()
    print(work.__name__, time.process_time() - began)
"""
"""Calls the kernels that a run calls, and prints the processor seconds of each first call."""


def starting(quick: bool) -> Iterator[Figure]:
    """Time a job of the lightest row, beside the same work in this process, and the loading of many records."""
    n_jobs = 4 if quick else 12
    seconds, own = job_seconds(n_jobs, 1), cpu_seconds(_own_work)
    work, peer = f"a job of {LIGHT}, quick size, child and all", "its own work in one process"
    yield Figure(RUNNER, work, seconds, "s", peer, own, most=1.0)
    n_records = N_RECORDS // 10 if quick else N_RECORDS
    bound = f"; bound for {N_RECORDS:,}" if quick else ""
    with tempfile.TemporaryDirectory(prefix="records-") as name:
        _write_records(Path(name), n_records, list(all_tasks()), 20)
        began = time.process_time()
        ranked = tables(read_records(Path(name)))
        seconds = time.process_time() - began
    note = f"into {len(ranked)} tables, rows in order; records without epochs{bound}"
    yield Figure(RUNNER, f"load and rank {n_records:,} records", seconds, "s", most=10.0, note=note)
    with tempfile.TemporaryDirectory(prefix="records-") as name, redirect_stdout(io.StringIO()):
        _write_records(Path(name), n_records, [TASK], 1)
        began = time.process_time()
        board(Path(name), page=True)
        seconds = time.process_time() - began
    work = f"board --page of {n_records:,} records of distinct rows"
    yield Figure(RUNNER, work, seconds, "s", most=20.0, note=f"on one task, without prediction files{bound}")


def memory(quick: bool) -> Iterator[Figure]:
    """Measure the memory in which the largest training set is drawn."""
    n_cases, gib = _printed(FULL)[0].split()
    note = f"{int(n_cases):,} cases of 101 samples, the whole process"
    yield Figure(MEMORY, "draw the training set of preset full", float(gib), "GiB", most=2.0, note=note)


def compiling(quick: bool) -> Iterator[Figure]:
    """Time the first calls of the kernels with an empty cache."""
    with tempfile.TemporaryDirectory(prefix="kernels-") as name:
        spent = dict(line.split() for line in _printed(FIRST_USE, {CACHE_VARIABLE: name}))
    for kernel, seconds in spent.items():
        yield Figure(COMPILE, f"compile the {kernel}", float(seconds), "s", most=10.0, note="once, then cached")


def job_seconds(n_jobs: int, n_at_a_time: int) -> float:
    """Processor seconds a job of the lightest row, with all that belongs to a run, children included."""
    task, sizes = all_tasks()[TASK], PRESETS["quick"]
    plan = make_plan([task], [Plugin(MODELS / f"{LIGHT}.py")], range(n_jobs), "quick", sizes, [])

    with tempfile.TemporaryDirectory(prefix="runner-") as name:
        best = {record.task: record for record in ceilings(plan.cells, [], Path(name))}
        began = _spent_s()
        records = list(run_plan(plan, best, Path(name), n_at_a_time, Limits(), lambda *report: None))
        seconds = (_spent_s() - began) / n_jobs
    if {record.status for record in records} != {"ok"}:
        raise RuntimeError(f"timing 'runner': jobs of {LIGHT} must end ok, got {records[0].message}")
    return seconds


def _own_work() -> None:
    """Draw the cases of such a job, fit the row and predict, in this process."""
    task, sizes = all_tasks()[TASK], PRESETS["quick"]
    model = load_module(MODELS / f"{LIGHT}.py", f"models.{LIGHT}").MODEL
    train, valid = training_cases(task, sizes, 0), validation_cases(task, sizes, 0)
    model.fit(train, valid, Context(0, task.train, task.train_world)).predict(test_cases(task, sizes).traces)


def _spent_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def _write_records(folder: Path, n_records: int, names: list[str], n_seeds: int) -> None:
    """Write records of many rows with made-up scores."""
    scores = {name: {"r2": 0.5, "rmse": 0.01, "mae": 0.01, "bias": 0.0} for name in TARGET_NAMES}
    ceiling = {name: {"r2": 0.9, "r2_error": 0.01, "rmse_ratio": 1.5} for name in (*TARGET_NAMES, "forecast")}
    forecast = {"ph_rmse": 0.02, "ph_rmse_median": 0.01, "ph_rmse_p95": 0.05, "n_clipped": 0}
    blank = Record(
        *("task", "digest", "row", "model"),
        settings={"width": 48, "epochs": 40},
        seed=0,
        preset="standard",
        sizes={"train": 8192, "valid": 1024, "test": 2000, "seeds": 3},
        status="ok",
        message="",
        source_digest="source",
        cases_digest="cases",
        metric_version=METRIC_VERSION,
        scores=scores,
        ceiling=ceiling,
        forecast=forecast,
    )
    n_rows = -(-n_records // (len(names) * n_seeds))
    cells = [(task, f"row_{row}", seed) for task in names for row in range(n_rows) for seed in range(n_seeds)]
    records = (replace(blank, task=task, row=row, model=row, seed=seed) for task, row, seed in cells[:n_records])
    append_records(folder, records)


def _printed(code: str, environment: dict[str, str] | None = None) -> list[str]:
    """Lines that a fresh interpreter prints."""
    surroundings = os.environ | {"OMP_NUM_THREADS": "1"} | (environment or {})
    command = [sys.executable, "-c", FIND_CHECKOUT + code]
    ended = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    return ended.stdout.splitlines()
