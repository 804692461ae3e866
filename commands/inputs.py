"""Measure what repairs a sampling shift: the learner, its input, or the sub-samplings that it was trained on."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from bench.run.child import Limits
from bench.run.plan import Plugin, make_plan
from bench.run.record import read_records
from bench.run.store import said_when_full, sole_run
from bench.timing import n_cores
from commands._shared.arguments import NJobs, Preset
from commands._shared.options import MODELS, all_tasks, say, sizes_of
from commands._shared.running import Conditions, carry_out, scored_today
from commands._shared.terminal import Console
from leaderboard.comparison.inputs import inputs_table

LEARNER = MODELS / "_inputs" / "learner.py"
TASKS = ("in_distribution", "shift_1s", "shift_10s", "shift_15s", "sparse_times")
TABLE_FILE = "inputs.md"
SETTINGS = [
    {"learner": learner, "inputs": inputs, "fewest": fewest}
    for learner, fewest, inputs in product(("linear", "trees", "network"), (0, 16, 4, 3), ("time", "exposure"))
]


def inputs(
    preset: Preset = "standard",
    seeds: Annotated[int | None, typer.Option(min=1, help="Number of seeds. Default: the preset's.")] = None,
    jobs: NJobs = None,
    out: Annotated[Path, typer.Option(help="Folder of records, predictions and the table.")] = Path("results/inputs"),
) -> None:
    """Train three learners on two inputs, by whole traces and by sub-samplings down to 16, 4 and 3 samples.

    Each is scored where it was trained, at 1, 10 and 15 s, and at five random times:

      python run_bench.py inputs --preset quick

    Finished cells are kept in the output folder and not run again; stop and start as you like.
    """
    console = Console()
    sizes = sizes_of(preset)
    with said_when_full(out), sole_run(out):
        plugins = [Plugin(LEARNER, settings) for settings in SETTINGS]
        known = scored_today(console, out, {"learner": LEARNER})
        tasks = [all_tasks()[name] for name in TASKS]
        plan = make_plan(tasks, plugins, range(seeds or sizes.seeds), preset, sizes, known)
        conditions = Conditions(out, jobs or n_cores(), Limits())
        told = [f"plan    {len(plan.cells)} cells, {len(plan.jobs)} fits, {conditions.n_jobs} at a time"]
        left = carry_out(console, plan, conditions, known, lambda expected: told).left
        for text in left:
            say(console, f"not done: {text}")
        asked = {cell.key for cell in plan.cells}
        if scored := [record for record in read_records(out) if record.cell in asked and record.status == "ok"]:
            table = inputs_table(scored, TASKS)
            (out / TABLE_FILE).write_text(table, encoding="utf-8")
            say(console, table + f"\ntable: {os.path.relpath(out / TABLE_FILE)}")
        if left:
            raise typer.Exit(1)
