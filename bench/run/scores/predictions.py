"""Prediction files: read only where they are those that the record was scored from."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from bench.errors import ContradictionError
from bench.run.record import Record, read_arrays

PUT_BACK = "Put the file back, or run the cell again with --rerun."
"""What to do about predictions that are not those of the record."""


def read_predictions(folder: Path, record: Record) -> dict[str, NDArray[Any]]:
    """Read the prediction file of a record."""

    def check(content: bytes) -> None:
        wanted, got = record.prediction_sha256, hashlib.sha256(content).hexdigest()
        if wanted and got != wanted:
            digest = f"SHA-256 of {record.prediction_file} must be {wanted[:16]}... as in the record"
            raise ContradictionError(f"{record.place}: {digest}, got {got[:16]}.... {PUT_BACK}")

    return read_arrays(folder / record.prediction_file, check)


def contradicted(record: Record, error: ContradictionError) -> Record:
    """Record whose scores are not those of its predictions, without them, and marked with the reason."""
    return replace(
        record, status="invalid_output", message=str(error), scores={}, forecast={}, uncertainty={}, ceiling={}
    )
