"""Curves of scaling: what more cases, samples and jobs cost, and what more training cases give."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.run.child import Limits
from bench.run.plan import Plugin, make_plan
from bench.run.record import Record, read_records
from bench.run.store import sole_run
from bench.task import Sizes
from bench.timing import cpu_seconds, n_cores
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED as WORLD
from bench.world.quantities import TARGET_NAMES
from commands._shared.options import all_tasks, choose_models, plugin_files, say
from commands._shared.running import Conditions, carry_out
from commands._shared.terminal import Console
from commands._timing.inference import fit_seconds
from commands._timing.runner import TASK, job_seconds
from commands._timing.simulation import cost_of_cases
from leaderboard.pictures.looks import drawing, save
from leaderboard.pictures.scaling import Curve, Panel, draw_scaling, slopes_table

ROWS = ("gradient_boosting", "tcn_dt", "gru")
"""Rows of the score curves: two networks and boosted trees."""
LEAST_CASES = 512
N_VALID, N_TEST = 1_024, 2_000
TABLE_FILE = {"cost": "scaling_cost.md", "score": "scaling_score.md"}
PICTURE_FILE = {"cost": "scaling_cost.png", "score": "scaling_score.png"}


def cost_curves(console: Console, out: Path, quick: bool) -> list[Path]:
    """Measure and draw cost against cases, samples and jobs."""
    cases = [64, 256, 1024, 4096] if quick else [64, 256, 1024, 4096, 16_384]
    samples = [11, 31, 101, 301] if quick else [11, 31, 101, 301, 1001]
    jobs = [1, 2, 4] if quick else [1, 2, 4, 8, 16]

    def posterior(n_cases: int, n_samples: int) -> float:
        acquisition = Acquisition(30.0, 30.0 / (n_samples - 1))
        measured, _ = draw_measured(acquisition, WORLD, "timing", range(n_cases))
        return cpu_seconds(lambda: exact_posterior(measured, acquisition, WORLD))

    works = {"simulate": cost_of_cases, "fit": fit_seconds, "posterior": posterior}
    panels = []
    say(console, "measuring: cost against cases")
    curves = [Curve(name, tuple(cases), tuple(work(n, 101) for n in cases)) for name, work in works.items()]
    panels.append(Panel("cost against cases", "cases of 101 samples", "processor seconds", tuple(curves)))
    say(console, "measuring: cost against samples")
    curves = [Curve(name, tuple(samples), tuple(work(500, n) for n in samples)) for name, work in works.items()]
    panels.append(Panel("cost against samples", "samples of 500 traces", "processor seconds", tuple(curves)))
    say(console, "measuring: cost against jobs")
    curve = Curve("a run of light jobs", tuple(jobs), tuple(n * job_seconds(n, n_cores()) for n in jobs))
    panels.append(Panel("cost against jobs", "jobs", "processor seconds", (curve,)))
    return _written("cost", "What more work costs", panels, out)


def score_curves(console: Console, out: Path, rows: list[str], most_cases: int, n_jobs: int) -> list[Path]:
    """Train rows on ever more cases, those that are done not again, and draw their errors beside the ceiling's."""
    plugins = [Plugin(path) for path in choose_models(rows, plugin_files([])).values()]
    task = all_tasks()[TASK]
    with sole_run(out):
        for n_cases in _doubled(most_cases):
            sizes = Sizes(n_cases, N_VALID, N_TEST, 1)
            records = read_records(out)
            plan = make_plan([task], plugins, range(1), f"train_{n_cases}", sizes, records)
            said = f"{n_cases:,} training cases: {plan.n_open} of {len(plan.cells)} fits to run"
            conditions = Conditions(out, n_jobs, Limits.of(sizes))
            carry_out(console, plan, conditions, records, lambda expected, said=said: [said])
    return _written("score", f"What more training cases give: {TASK}", score_panels(read_records(out)), out)


def score_panels(records: list[Record]) -> list[Panel]:
    """Panels of error against training cases, a target each, from the records of such runs."""
    panels = []
    for target in TARGET_NAMES:
        points: dict[str, dict[int, float]] = {}
        for record in records:
            ratio = record.ceiling.get(target, {}).get("rmse_ratio")
            if record.status == "ok" and record.preset == f"train_{record.sizes['train']}" and ratio is not None:
                points.setdefault(record.row, {})[record.sizes["train"]] = float(ratio)
        curves = [
            Curve(row, tuple(sorted(at)), tuple(at[n] for n in sorted(at))) for row, at in points.items() if len(at) > 1
        ]
        panels.append(Panel(f"error of {target}", "training cases", "RMSE / ceiling", tuple(curves)))
    return panels


def _doubled(most: int) -> list[int]:
    """512, 1,024, 2,048 and so on."""
    return [LEAST_CASES * 2**i for i in range(int(np.log2(most / LEAST_CASES)) + 1)]


def _written(kind: str, title: str, panels: list[Panel], out: Path) -> list[Path]:
    """Write the table and the picture."""
    out.mkdir(parents=True, exist_ok=True)
    table = out / TABLE_FILE[kind]
    table.write_text(slopes_table(panels), encoding="utf-8")
    with drawing():
        return [table, save(draw_scaling(title, panels), out / PICTURE_FILE[kind])]
