"""Squared errors of rows on the same cases, checked: what every comparison is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.errors import BenchError


@dataclass(frozen=True, eq=False)
class Errors:
    """Squared errors of one target on the same cases; every cell is there, and case i has the same truth in every task.

    Examples
    --------
    >>> Errors(("a", "b"), np.ones((2, 3, 1, 10))).squared_error.shape
    (2, 3, 1, 10)
    """

    rows: tuple[str, ...]
    squared_error: Array  # (row, seed, task, case)
    ceiling: Array | None = None  # (task, case): of the exact posterior's mean, the same for all seeds

    def __post_init__(self) -> None:
        shape = np.shape(self.squared_error)
        if len(shape) != 4 or shape[0] != len(self.rows) or min(shape) < 1 or shape[3] < 2:
            raise BenchError(
                f"errors 'squared_error': shape must be ({len(self.rows)}, seed, task, case) with at least 2 cases, "
                f"got {shape}. Give one block a row."
            )
        if len(set(self.rows)) != len(self.rows):
            raise BenchError(f"errors 'rows': names must be different, got {self.rows}. Name each row once.")
        if self.ceiling is not None and np.shape(self.ceiling) != shape[2:]:
            raise BenchError(
                f"errors 'ceiling': shape must be {shape[2:]}, as the rows' tasks and cases, "
                f"got {np.shape(self.ceiling)}. Score the ceiling on the same cases."
            )
        blocks = list(zip(self.rows, self.squared_error, strict=True))
        for name, values in [*blocks, *([("ceiling", self.ceiling)] if self.ceiling is not None else [])]:
            if not (np.isfinite(values).all() and np.min(values) >= 0):
                raise BenchError(
                    f"errors '{name}': values must be finite and at least 0, got some that are not. "
                    "Leave the row out of the comparison."
                )
            if not (np.max(values, axis=-1) > 0).all():
                raise BenchError(
                    f"errors '{name}': mean squared error must be above 0, got 0. A log RMSE needs an error; "
                    "look for a leak."
                )
