"""Raises somewhere, or declines: the setting says where."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from _answering import LevelPredictor, note

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction
from bench.task import Sizes, Task


@dataclass
class RaisesOnSparse(LevelPredictor):
    """Raises for traces with few samples."""

    def predict(self, traces: Traces) -> Prediction:
        """Answer dense traces only."""
        if traces.ph.shape[1] < 5:
            raise ValueError("too few samples for me")
        return super().predict(traces)


@dataclass(frozen=True)
class Raises(Model):
    """Raises in ``where``."""

    where: str = "fit"

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Decline the sparse task, in one way or another."""
        if self.where == "cannot":
            raise KeyError("what a task is")
        if self.where == "reason":
            return True  # type: ignore[return-value]
        return "it has too few samples" if self.where == "declines" and task.test.interval_s >= 1.0 else None

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Raise, or leave a note."""
        note("fits", self.where)
        if self.where == "fit":
            raise ValueError("no urease in sight")
        if self.where == "device":
            raise RuntimeError("Found no NVIDIA driver on your system. Please check that you have one.")
        if self.where == "lambda":
            predictor = LevelPredictor()
            predictor.scale = lambda level: level  # type: ignore[attr-defined]
            return predictor
        if self.where == "exit":
            sys.exit(0)
        if self.where == "memory":
            np.ones((10**7, 10**7))
        if self.where == "result":
            return None  # type: ignore[return-value]
        return RaisesOnSparse() if self.where == "predict" else LevelPredictor()


MODEL = Raises()
