"""The pipeline as found with a split that the seed settles."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import SeededAsFound


@dataclass(frozen=True)
class AsFoundSeededSplit(SeededAsFound):
    """Without the unseeded split."""


MODEL = AsFoundSeededSplit()
