"""The course of training, from a history of epochs: stopped early, still falling, unstable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LATE = 0.25
"""Share of the epochs at the end of which is asked whether the loss still falls or jumps."""
STILL = 0.05
"""Relative fall of the validation loss over the late epochs that is no end."""
JUMPS = 0.2
"""Typical relative change of the validation loss from one late epoch to the next that is no convergence."""
EXPLODES = 100.0
"""Largest gradient norm, in medians."""
RATE = 0.3
"""Share of the largest learning rate at the end, above which a rate that has fallen has not fallen far."""
SHORT = 10
"""Epochs with which nothing can have been learnt."""


@dataclass(frozen=True)
class Course:
    """What a history shows: a name, or none, and the number that shows it."""

    name: str = ""
    evidence: float = 0.0
    expected: float = 0.0
    measure: str = ""


def course_of(history: Sequence[Mapping[str, float]]) -> Course:
    """Name what is wrong with the course of a training.

    Examples
    --------
    >>> falling = [{"valid_loss": 1.0 - 0.01 * epoch} for epoch in range(40)]
    >>> course_of(falling).name, course_of([]).name
    ('still_falling', '')
    """
    losses = _column(history, "valid_loss")
    if len(losses) < 2:
        return Course()
    norms, rates = _column(history, "gradient_norm"), _column(history, "learning_rate")
    best = int(np.argmin(losses)) + 1
    n = len(losses)
    if n <= SHORT or (len(rates) and rates[-1] > RATE * max(rates) and np.ptp(rates) > 0.05 * max(rates) and best < n):
        return Course("stopped_early", float(n), float(n), f"epochs until training stopped; the best was epoch {best}")
    late = np.array(losses[-max(4, int(LATE * n)) :])
    level = float(np.median(np.abs(late)))
    jumps = float(np.median(np.abs(np.diff(late)))) / max(level, 1e-12)
    if jumps > JUMPS:
        return Course("unstable", jumps, JUMPS, "relative change of the validation loss between late epochs")
    if len(norms) and max(norms) > EXPLODES * float(np.median(norms)):
        return Course("unstable", max(norms) / float(np.median(norms)), EXPLODES, "largest gradient norm, in medians")
    fall = float(late[: len(late) // 2].mean() - late[len(late) // 2 :].mean()) / max(level, 1e-12)
    if best > n - max(2, n // 20) and fall > STILL:
        return Course("still_falling", fall, STILL, "relative fall of the validation loss in the last epochs")
    return Course()


def _column(history: Sequence[Mapping[str, float]], name: str) -> list[float]:
    """One quantity over the epochs that have it."""
    return [epoch[name] for epoch in history if np.isfinite(epoch.get(name, np.nan))]
