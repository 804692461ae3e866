"""Reports progress that is no fraction, and says so in letters that are none."""

from __future__ import annotations

from dataclasses import dataclass

from _answering import LevelPredictor

from bench.cases import Cases
from bench.contract import Context, Model

FRACTIONS = (0.25, float("nan"), -1.0, 2.0, float("inf"))


@dataclass(frozen=True)
class Reports(Model):
    """Reports what no bar can show, then fails."""

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Report, and raise with the name of a file that is no text."""
        for fraction in FRACTIONS:
            context.report(fraction, "reading \udcff")
        raise ValueError("no such file: \udcff")


MODEL = Reports()
