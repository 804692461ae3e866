"""Behaves well, and counts its fits in a file outside the run's folder."""

from __future__ import annotations

from dataclasses import dataclass

from _answering import LevelPredictor, note

from bench.cases import Cases
from bench.contract import Context, Model


@dataclass(frozen=True)
class Behaves(Model):
    """A model with settings of several kinds."""

    width: int = 4
    rate: float = 0.1
    name: str = "plain"
    flag: bool = False
    starts: tuple[float, ...] = (0.2, 0.8)
    most: float = float("inf")

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Leave a note; one epoch of its history diverged."""
        note("fits", context.seed)
        note("limits", f"{context.time_s} {context.memory_mb}")
        context.report(0.5, "half way")
        predictor = LevelPredictor(({"loss": 1.0}, {"loss": float("nan")}))
        predictor.trials, predictor.pretrained_on = 12, "10,000 traces of another buffer"
        return predictor


MODEL = Behaves()
