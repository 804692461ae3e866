"""Waits in its fit for as long as a file named hold lies in the folder for temporary files."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from _answering import LevelPredictor, note

from bench.cases import Cases
from bench.contract import Context, Model


@dataclass(frozen=True)
class Waits(Model):
    """Learns nothing, slowly."""

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Wait, under a name by which it is found from outside, where it has another number."""
        Path("/proc/self/comm").write_text("waits")
        note("pids-waits", os.getpid())
        while (Path(tempfile.gettempdir()) / "hold").exists():
            time.sleep(0.02)
        return LevelPredictor()


MODEL = Waits()
