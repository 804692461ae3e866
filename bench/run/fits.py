"""Stored fits: kept as the child wrote them, never opened here, and handed back to a child that asks for the same."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.run.isolation.handover import hand_over, open_given
from bench.run.job import FIT_FILE
from bench.run.record import write_json

FITS_FOLDER = "fits"
LARGEST_FIT = 2_000_000_000
"""Bytes of a stored fit: every child that answers is handed a copy."""


@dataclass(frozen=True)
class FitStore:
    """Place of one stored fit."""

    out: Path
    key: str

    @property
    def _fit(self) -> Path:
        return self.out / FITS_FOLDER / f"{self.key}.pickle"

    @property
    def _notes(self) -> Path:
        return self.out / FITS_FOLDER / f"{self.key}.json"

    def copy_to(self, folder: Path) -> bool:
        """Give a child the stored fit."""
        if not (self._fit.is_file() and self._notes.is_file()):
            return False
        hand_over(self._fit, folder / FIT_FILE)
        return True

    def notes(self) -> dict[str, Any]:
        """What the runner measured when the fit was made."""
        value: dict[str, Any] = json.loads(self._notes.read_text(encoding="utf-8"))
        return value

    def keep(self, folder: Path, notes: dict[str, Any]) -> None:
        """Store the fit that a child has written, if it is a file of a size that can be kept."""
        source = open_given(folder / FIT_FILE, LARGEST_FIT, "stored fit")
        self._fit.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._fit.with_name(f".{self._fit.name}.{os.getpid()}")
        with source, open(temporary, "wb") as file:
            shutil.copyfileobj(source, file)
        temporary.replace(self._fit)
        write_json(self._notes, notes)

    def packed(self) -> tuple[bytes, dict[str, Any]] | None:
        """Stored fit as it crosses to another machine, not opened."""
        if not (self._fit.is_file() and self._notes.is_file()):
            return None
        return self._fit.read_bytes(), self.notes()

    def unpack(self, fit: bytes, notes: dict[str, Any]) -> None:
        """Store a fit that came from another machine, without opening it."""
        with tempfile.TemporaryDirectory(prefix="fit-") as name:
            (Path(name) / FIT_FILE).write_bytes(fit)
            self.keep(Path(name), notes)

    def forget(self) -> None:
        """Remove the stored fit."""
        self._notes.unlink(missing_ok=True)
        self._fit.unlink(missing_ok=True)
