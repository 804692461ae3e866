"""Needs a package that nobody has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from _answering import LevelPredictor

from bench.cases import Cases
from bench.contract import Context, Model


@dataclass(frozen=True)
class NeedsPackage(Model):
    """Would learn nothing."""

    packages: ClassVar[tuple[str, ...]] = ("no-such-package-of-urease",)

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Learn nothing."""
        return LevelPredictor()


MODEL = NeedsPackage()
