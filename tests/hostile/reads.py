"""Reads a file beside it, whose name its source does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from _answering import LevelPredictor

from bench.cases import Cases
from bench.contract import Context, Model


@dataclass(frozen=True)
class Reads(Model):
    """A model whose setting is the stem of a file."""

    stem: str = "_table"

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Read the file."""
        Path(__file__).with_name(f"{self.stem}.{''.join(('p', 'y'))}").read_text()
        return LevelPredictor()


MODEL = Reads()
