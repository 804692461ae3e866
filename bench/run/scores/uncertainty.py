"""Stated uncertainty of one cell: what is kept of each case, from which alone its scores follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.calibration import Stated, stated_by_moments, stated_by_samples
from bench.ceiling.draws import apart, energy_scores
from bench.contract import Prediction
from bench.draw import draw_measured
from bench.run.record import Record
from bench.run.scores.known import known_of
from bench.run.seal import Seal, test_stream
from bench.task import Task
from bench.world.quantities import TARGET_NAMES

BOTH = "both"
"""Name of the scores of both targets together."""
OF_SAMPLES = ("rank", "log_density", "crps", "energy", "apart", "apart_chance")
"""What is kept of samples: a few numbers a case, never the samples themselves."""
N_APART = 200
"""Test cases whose samples are held beside draws from the exact posterior."""
TOLD = 0.05
"""Chance below which samples are told from the exact posterior's: of equal ones it is the share that is."""


def kept_of_samples(
    prediction: Prediction, truth: Array, task: Task, ceiling: Record, seal: Seal | None
) -> dict[str, NDArray[np.float32]]:
    """What is kept of samples, a number a case; the two-sample test only of the first cases."""
    if prediction.samples is None or prediction.sd is None:
        return {}
    stated = stated_by_samples(truth, prediction.sd, prediction.samples)
    few = range(min(N_APART, len(truth)))
    known = known_of(task, draw_measured(task.test, task.test_world, test_stream(seal, task.name), few)[0], truth[few])
    distance, chance = apart(prediction.samples[few], known.draws(), known.sd)
    kept = {
        "rank": stated.rank,
        "log_density": stated.log_density,
        "crps": stated.crps,
        "energy": energy_scores(truth, prediction.samples, energy_unit(ceiling.uncertainty)),
        "apart": distance,
        "apart_chance": chance,
    }
    return {name: values.astype(np.float32) for name, values in kept.items()}


def energy_unit(ceiling: Mapping[str, Mapping[str, float]]) -> Array:
    """Mean standard deviations of the exact posteriors of a task: in these both targets count alike."""
    return np.array([ceiling[target]["sharpness"] for target in TARGET_NAMES])


def uncertainty_of(arrays: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, float]]:
    """Scores of stated uncertainty from what a prediction file holds; none where nothing was stated."""
    if "sd" not in arrays:
        return {}
    if "log_density" not in arrays:
        return stated_by_moments(arrays["truth"], *(_double(arrays[name]) for name in ("mean", "sd"))).scores
    scores = Stated(*(_double(arrays[name]) for name in ("sd", "rank", "log_density", "crps"))).scores
    return scores | {
        BOTH: {
            "energy": float(np.mean(_double(arrays["energy"]))),
            "apart": float(np.mean(_double(arrays["apart"]))),
            "told_apart": float(np.mean(_double(arrays["apart_chance"]) <= TOLD + 1e-6)),
        }
    }


def _double(values: NDArray[Any]) -> Array:
    return np.asarray(values, dtype=np.float64)
