"""Does its work where no clock of a plugin's own would look: as an array is made, and as a fit is stored."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor

WORK_S = 0.5


def _work() -> None:
    """Use the processor."""
    began = time.process_time()
    while time.process_time() - began < WORK_S:
        pass


class LateArray:
    """Numbers that are made when they are asked for."""

    def __init__(self, n_cases: int) -> None:
        self.shape, self.ndim = (n_cases, 2), 2

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        """Make them."""
        _work()
        return np.full(self.shape, 0.5)


class LatePrediction(Prediction):
    """A prediction whose means are made when they are asked for."""

    def __post_init__(self) -> None:
        """Be checked, as every prediction."""
        super().__post_init__()
        object.__setattr__(self, "made", True)

    def __getattribute__(self, name: str) -> Any:
        """Work before the means are given."""
        if name == "mean" and "made" in vars(self):
            _work()
        return super().__getattribute__(name)


@dataclass
class DelayingPredictor(Predictor):
    """Answers what is late."""

    late: str

    def __getstate__(self) -> dict[str, Any]:
        """Work as it is stored."""
        _work()
        return vars(self)

    def predict(self, traces: Traces) -> Prediction:
        """Answer what is not there yet."""
        if self.late == "array":
            return Prediction(LateArray(traces.n_cases))
        return LatePrediction(np.full((traces.n_cases, 2), 0.5))


@dataclass(frozen=True)
class Delays(Model):
    """Learns nothing; ``late`` is the array or the prediction."""

    late: str = "array"

    def fit(self, train: Cases, valid: Cases, context: Context) -> DelayingPredictor:
        """Put the work off."""
        return DelayingPredictor(self.late)


MODEL = Delays()
