"""Notes what it can see while it fits and while it predicts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _answering import LevelPredictor, note

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction


def _look(when: str) -> None:
    """Note the files of the working directory with their arrays, and the names of the environment."""
    files = {}
    for path in sorted(Path().rglob("*")):
        arrays = []
        if path.suffix == ".npz":
            with np.load(path) as stored:
                arrays = [f"{name} {len(stored[name])}" for name in stored.files]
        files[path.as_posix()] = arrays
    note("seen", json.dumps({"when": when, "files": files, "environment": sorted(os.environ)}))


@dataclass
class SpyPredictor(LevelPredictor):
    """Looks before it answers."""

    def predict(self, traces: Traces) -> Prediction:
        """Look, then answer."""
        _look(f"predict {traces.n_cases}")
        return super().predict(traces)


@dataclass(frozen=True)
class Spies(Model):
    """Looks before it learns nothing."""

    def fit(self, train: Cases, valid: Cases, context: Context) -> SpyPredictor:
        """Look."""
        _look("fit")
        note("context", sorted(vars(context)))
        return SpyPredictor()


MODEL = Spies()
