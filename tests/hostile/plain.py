"""Has settings, counts and a history that JSON has no form for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from _answering import LevelPredictor

from bench.cases import Cases
from bench.contract import Context, Model

EIGHT = np.int64(8)


class Kind(Enum):
    """A choice."""

    MEAN = 1


@dataclass(frozen=True)
class Plain(Model):
    """A model as an author writes it who thinks of no file format."""

    kind: Kind = Kind.MEAN
    where: Path = Path("weights")
    width: np.int64 = EIGHT

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Count with numpy."""
        context.report(np.float32(0.5), "half \x1b[31m way")
        predictor = LevelPredictor(({"loss": np.float32(1.0), "epoch": np.int64(3)},))
        predictor.n_parameters = np.int64(12)
        predictor.simulator_calls = np.int32(7)
        return predictor


MODEL = Plain()
