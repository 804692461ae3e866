"""What can be known of the test cases of a task: the exact posterior of each, told or untold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.calibration import stated_by_posterior
from bench.ceiling.draws import exact_draws
from bench.ceiling.posterior import exact_posterior
from bench.ceiling.untold.many import untold_ceiling
from bench.task import Task
from bench.world.equilibria import World
from bench.world.laboratory import Laboratory

N_EXACT_DRAWS = 256
"""Draws of each exact posterior: enough that their own number moves no score by a percent."""
STREAM = "ceiling/draws"


@dataclass(frozen=True, eq=False)
class Known:
    """What can be known of each test case: means, spreads, ranks of the truth, scores of its uncertainty, forecasts."""

    mean: Array
    sd: Array
    rank: Array
    uncertainty: dict[str, dict[str, float]]
    draws: Callable[[], Array]
    """Draws of both targets, shape (case, draw, 2)."""
    predictive_ph: Callable[[Array, Array, World], tuple[Array, Array]]
    """Forecast at some times, and its standard deviation, from those times, known inputs and the world."""
    note: str = ""
    told: bool = True


def known_of(
    task: Task, measured: Traces, truth: Array, report: Callable[[float], object] = lambda share: None
) -> Known:
    """Posterior of the test cases: told how they were measured, or only how a laboratory measures."""
    if isinstance(task.test, Laboratory):
        untold = untold_ceiling(measured, truth, task.test, task.test_world, report=report)
        n_poor = int(np.sum(~untold.ok))
        note = f"{n_poor} of {len(truth)} posteriors have too few effective draws" if n_poor else ""
        return Known(
            untold.mean,
            untold.sd,
            untold.rank,
            untold.uncertainty,
            lambda: untold.draws,
            untold.predictive_ph,
            note,
            told=task.test.start_sd_s == 0,  # a laboratory that says when mixing began has but the named fault
        )
    exact = exact_posterior(measured, task.test, task.test_world)
    stated = stated_by_posterior(truth, exact)
    draws = partial(exact_draws, exact, N_EXACT_DRAWS, STREAM)
    return Known(exact.mean, exact.sd, stated.rank, stated.scores, draws, exact.predictive_ph)
