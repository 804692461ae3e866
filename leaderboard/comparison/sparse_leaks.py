"""Plugins whose k_d beats the ceiling on sparse traces: what a plugin does that has seen the same cases denser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from bench.arrays import Array
from bench.task import Task
from bench.world.quantities import K_D
from leaderboard.comparison.evidence import ALARM, Evidence
from leaderboard.comparison.standing import ROUNDING
from leaderboard.tables import Place
from leaderboard.wording import quantity_text


def sparse_leaks(evidence: Mapping[Place, Evidence], tasks: Mapping[str, Task]) -> dict[Place, tuple[str, ...]]:
    """Find plugins whose rows, taken together over all sparse tasks of one size, beat the exact posterior in k_d.

    What a plugin keeps of denser traces can be too little to be seen in one row on one task, and k_d, which hangs on
    the samples, shows it first. Gains are averaged case by case, since open tasks share theirs. An alarm stands at the
    first sparse task of the plugin.
    """
    gains: defaultdict[tuple[Any, ...], list[tuple[Place, Array]]] = defaultdict(list)
    for place, of_table in evidence.items():
        task = tasks.get(place[0])
        if task is None or not is_sparse(task) or of_table.ceiling is None or not of_table.ceiling[:, K_D].any():
            continue
        ceiling = of_table.ceiling[:, K_D]
        for line in of_table.table.lines:
            if line.label in of_table.errors:
                gain = of_table.errors[line.label][..., K_D].mean(axis=0) - ceiling
                gains[line.scored[0].model, *place[1:]].append((place, gain / ceiling.mean()))
    alarms: dict[Place, tuple[str, ...]] = {}
    for (model, *_), each in gains.items():
        mean = np.mean([gain for _, gain in each], axis=0)
        p = len(gains) * stats.t.cdf(mean.mean() / (stats.sem(mean) + ROUNDING), len(mean) - 1)
        if p < ALARM:
            place = each[0][0]
            alarms[place] = (
                *alarms.get(place, ()),
                f"Leak alarm: the rows of `{model}` beat the exact posterior in k_d over all sparse tasks "
                f"(p = {quantity_text(float(p))} over all plugins of the board); no honest plugin can. "
                "Look for denser traces of the same cases that reach the model, or for a wrong ceiling.",
            )
    return alarms


def is_sparse(task: Task) -> bool:
    """Whether test traces have fewer samples than some that a model is trained on."""
    return task.test.interval_s > min(acquisition.interval_s for acquisition in task.train)
