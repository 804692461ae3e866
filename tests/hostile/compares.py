"""Answers the rank of a trace among those that it is asked together with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor


class ComparingPredictor(Predictor):
    """Compares cases."""

    def predict(self, traces: Traces) -> Prediction:
        """Answer shares of the batch."""
        rank = np.argsort(np.argsort(traces.ph[:, -1])) / traces.n_cases
        return Prediction(np.stack([rank, np.full(traces.n_cases, 1e-3)], axis=1))


@dataclass(frozen=True)
class Compares(Model):
    """Learns nothing."""

    def fit(self, train: Cases, valid: Cases, context: Context) -> ComparingPredictor:
        """Begin."""
        return ComparingPredictor()


MODEL = Compares()
