"""Puts things into its folder where the runner is going to write, or read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from _answering import LevelPredictor, note

from bench.cases import Cases
from bench.contract import Context, Model


class Unloadable(LevelPredictor):
    """Can be stored but not opened again."""

    def __setstate__(self, state: dict[str, object]) -> None:
        """Refuse."""
        raise ValueError("I do not want to come back")


def _write_hole(path: Path, content: bytes) -> int:
    """Write eight gigabytes that take no room, whatever should be written."""
    with open(path, "wb") as file:
        return file.truncate(8_000_000_000)


@dataclass(frozen=True)
class SpoilsFolder(Model):
    """Spoils ``what``."""

    what: str = "traces"

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Spoil."""
        note("fits", self.what)
        if self.what == "traces":
            os.mkfifo("single-0.npz")
            Path("victim").write_text("untouched")
            Path("test.npz").symlink_to(Path("victim").resolve())
        if self.what == "folder":
            Path("test.npz").mkdir()
        if self.what == "store":
            Path("fit.pickle").symlink_to(Path("elsewhere").resolve())
        if self.what == "sparse":
            Path.write_bytes = _write_hole
        return Unloadable() if self.what == "reload" else LevelPredictor()


MODEL = SpoilsFolder()
