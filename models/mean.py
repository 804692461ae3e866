"""The floor: the mean of the training targets, whatever the trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor


@dataclass
class MeanPredictor(Predictor):
    """Answers the same for every trace.

    Parameters
    ----------
    answer : array, shape (2,)
        E0 [g/L] and k_d [1/s].
    """

    answer: Array
    n_parameters: int = 2

    def predict(self, traces: Traces) -> Prediction:
        """Repeat the answer, one row a case."""
        return Prediction(np.tile(self.answer, (traces.n_cases, 1)))


@dataclass(frozen=True)
class Mean(Model):
    """Mean of the training targets; nothing was tuned."""

    family = "baseline"
    trained_at = "none"
    uses_time: ClassVar[bool] = False
    floor: ClassVar[bool] = True
    fixed_features: ClassVar[bool] = True

    def fit(self, train: Cases, valid: Cases, context: Context) -> MeanPredictor:
        """Take the mean of each target."""
        return MeanPredictor(train.targets.values.mean(axis=0))


MODEL = Mean()
