from dataclasses import replace

import numpy as np
import pytest

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C
from leaderboard.comparison.overview import Overview
from leaderboard.comparison.standing import Placed, Standing
from leaderboard.published.rows import UNPUBLISHED, blocks
from leaderboard.tables import tables

FINE = Acquisition(30.0, 0.3)
TASKS = {
    "in_distribution": Task("in_distribution", "can it be done", (FINE,), FINE, core=True),
    "probe_lag": Task("probe_lag", "slow electrode", (FINE,), replace(FINE, lag_s=2.0)),
    "probe_offset": Task("probe_offset", "offset", (FINE,), replace(FINE, offset_sd=0.03)),
    "noise_3x": Task("noise_3x", "noise", (FINE,), replace(FINE, noise_sd=0.03)),
    "world": Task("world", "chemistry", (FINE,), FINE, test_world=FIXED_25C),
    "shift_1s": Task("shift_1s", "interval", (FINE,), Acquisition(30.0, 1.0), core=True),
}
OVERVIEW = Overview(
    "quick",
    {},
    ("in_distribution", "shift_1s"),
    (0,),
    tuple(Standing((Placed("tcn", ratio, 0.9, 9.0, None),), np.zeros((1, 1), dtype=bool), 1) for ratio in (4.0, 1.0)),
    (),
)


@pytest.fixture
def task_tables(beside_ceiling):
    cells = beside_ceiling({"tcn": 0.1}, list(TASKS), n_seeds=1)
    wild = {"E0_g_per_L": {"rmse_ratio": 7.0}, "k_d_per_s": {"rmse_ratio": 3.0}}
    sound = {"E0_g_per_L": {"rmse_ratio": 2.0}, "k_d_per_s": {"rmse_ratio": 3.5}}
    ceilings = {"shift_1s": wild, "in_distribution": sound}
    return tables(
        [
            replace(cell, ceiling=ceilings.get(cell.task, cell.ceiling), fit_cpu_s=10.0, predict_cpu_s=0.004)
            if cell.row == "tcn"
            else cell
            for cell in cells
        ]
    )


def test_core_rows_come_with_interval_worst_task_and_costs(task_tables):
    lines = blocks(OVERVIEW, task_tables, TASKS)["core tasks"].splitlines()
    assert lines[2:] == [
        "| `tcn` | 2.00 | 4.00 (0.90..9.00) | 7.00 on `shift_1s` | 1.00 (0.90..9.00) | 3.50 on `in_distribution` "
        "| 10.0 | 100 |"
    ]


def test_only_tasks_whose_electrode_noise_or_chemistry_is_not_that_of_training_mislead(task_tables):
    heading, _, *rows = blocks(OVERVIEW, task_tables, TASKS)["misled"].splitlines()
    assert heading == "| row: E0 / k_d | `noise_3x` | `probe_lag` | `probe_offset` | `world` |"
    assert rows[0].startswith("| `tcn` | ")
    assert not any("bayes" in row for row in rows)


def test_seeds_are_told_of_rows_that_they_move(beside_ceiling):
    cells = beside_ceiling({"tcn": 0.1, "nls": 0.1}, OVERVIEW.tasks, n_seeds=2)
    rmse = {("tcn", 0): 1.0, ("tcn", 1): 1.1}
    moved = [
        replace(
            cell, scores={name: score | {"rmse": rmse.get((cell.row, cell.seed), 2.0)} for name, score in s.items()}
        )
        for cell in cells
        if (s := cell.scores)
    ]
    lines = blocks(OVERVIEW, tables(moved), TASKS)["seeds"].splitlines()
    assert lines[0] == "| row: E0 / k_d, % | `in_distribution` | `shift_1s` |"
    assert lines[2:] == ["| `tcn` | 6.7 / 6.7 | 6.7 / 6.7 |"]  # log 1.1 / sqrt 2


def test_nothing_published_says_so():
    assert blocks(None, [], TASKS) == dict.fromkeys(("core tasks", "misled", "seeds"), UNPUBLISHED)
