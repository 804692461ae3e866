"""Faults that need no training: what the sound pipeline's own predictions become when decoded or scored wrongly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.draw import draw_parameters
from bench.metrics import r2
from bench.world.quantities import TARGET_NAMES
from leaderboard.audit.effects import CONFIRMED, LEAST_SEEDS, NONE_MEASURED, NOT_A_FAULT, UNDECIDED, WITHIN
from leaderboard.audit.plan import LEARNT, SCALE, Variant
from leaderboard.comparison.standing import lengthening, scatter_shares

SAME = 1e-9
"""Difference between two R2 that rounding can make."""
EPSILON = 1e-12
"""Added to a sum of squares, as the study does."""

DECODED = (
    Variant("targets_swapped", "A3", "-", "E0 and k_d exchanged at decoding", SCALE),
    Variant("denormalization_skipped", "C1, #4", "high", "scaled predictions taken for physical ones", SCALE),
    Variant("scaler_of_test", "C3", "correct", "predictions decoded with the statistics of the test targets", LEARNT),
)
"""Faults of decoding: other predictions, scored rightly."""


@dataclass(frozen=True)
class Metric:
    """A wrong way to score right predictions."""

    name: str
    items: str
    severity: str
    sentence: str
    place: int | None = None


METRICS = (
    Metric("r2_normalized", "C2, G1, #4", "high", "R2 of scaled targets, each by itself", 4),
    Metric("r2_pooled", "C2, G1", "-", "one R2 of both targets about one mean, as the study's function gives it"),
    Metric("r2_mean_of_cases", "G1", "-", "mean over cases of the R2 of a case's two targets"),
    Metric("r2_about_training_mean", "G1", "-", "R2 about the mean of the training targets"),
)
"""Faults of the metric: the same predictions, another number."""


@dataclass(frozen=True)
class Scored:
    """What a wrong metric says beside the right one, on one task and target."""

    name: str
    task: str
    target: str
    right: tuple[float, ...]
    reported: tuple[float, ...]

    @property
    def change(self) -> float:
        """Mean over seeds of what is reported less what is right."""
        return float(np.mean(self.reported) - np.mean(self.right))


@dataclass(frozen=True, eq=False)
class Statistics:
    """Mean and standard deviation of targets, shape (2,), in their units."""

    mean: Array
    sd: Array


def training_statistics(n_train: int, seed: int) -> Statistics:
    """Statistics of the training targets, as a scaler has them; targets do not depend on the task.

    Examples
    --------
    >>> training_statistics(100, 0).mean.shape
    (2,)
    """
    targets = draw_parameters(f"train/{seed}", range(n_train))[1]
    return Statistics(targets.mean(axis=0), targets.std(axis=0))


def decoded(name: str, mean: Array, truth: Array, training: Statistics) -> Array:
    """Predictions as they come out with a fault of decoding.

    Examples
    --------
    >>> decoded("targets_swapped", np.array([[0.5, 1e-3]]), np.array([[0.4, 2e-3]]), training_statistics(10, 0))
    array([[0.001, 0.5  ]])
    """
    if name == "targets_swapped":
        return mean[:, ::-1]
    scaled = (mean - training.mean) / training.sd
    return scaled if name == "denormalization_skipped" else scaled * truth.std(axis=0) + truth.mean(axis=0)


def reported(name: str, truth: Array, mean: Array, training: Statistics) -> Array:
    """R2 that a wrong metric gives."""
    if name == "r2_pooled":
        return np.full(2, 1.0 - np.sum((truth - mean) ** 2) / (np.sum((truth - truth.mean()) ** 2) + EPSILON))
    if name == "r2_mean_of_cases":
        total = np.sum((truth - truth.mean(axis=1, keepdims=True)) ** 2, axis=1) + EPSILON
        return np.full(2, np.mean(1.0 - np.sum((truth - mean) ** 2, axis=1) / total))
    if name == "r2_about_training_mean":
        return np.asarray(1.0 - np.sum((truth - mean) ** 2, axis=0) / np.sum((truth - training.mean) ** 2, axis=0))
    scaled_truth, scaled_mean = ((values - training.mean) / training.sd for values in (truth, mean))
    return np.array([r2(scaled_truth[:, i], scaled_mean[:, i]) for i in range(len(TARGET_NAMES))], dtype=np.float64)


def metric_verdict(scored: list[Scored]) -> str:
    """Judge a wrong metric."""
    if not scored:
        return UNDECIDED
    pairs = [pair for each in scored for pair in zip(each.right, each.reported, strict=True)]
    if all(abs(right - other) <= SAME * max(1.0, abs(right)) for right, other in pairs):
        return NOT_A_FAULT
    here = next((each for each in scored if (each.task, each.target) == (LEARNT.task, LEARNT.target)), None)
    if here is None or len(here.right) < LEAST_SEEDS:
        return UNDECIDED
    # Factor between the RMSE that the reported R2 stands for and the true one.
    level = np.log((1.0 - np.array(here.reported)) / (1.0 - np.array(here.right))) / 2
    least, most = np.log(WITHIN)
    n_seeds, spread = len(level), np.ptp(level)
    longer = lengthening(n_seeds) * spread
    if least <= level.min() - longer and level.max() + longer <= most:
        return NONE_MEASURED
    nearest = max(level.min(), -level.max())
    return CONFIRMED if nearest > scatter_shares(n_seeds) * spread and abs(np.median(level)) >= most else UNDECIDED
