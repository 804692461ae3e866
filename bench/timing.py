"""Comparing costs on a busy machine: processor seconds, and rounds in which everybody takes turns."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
"""Units of time, the smallest first."""


@dataclass(frozen=True)
class Figure:
    """One measured cost, beside that of a peer on the same work, and what was aimed at.

    Examples
    --------
    >>> figure = Figure("simulate", "a trace", 2.0, "us", "a loop", 9000.0, least_ratio=4000.0)
    >>> figure.ratio, figure.met
    (4500.0, True)
    """

    section: str
    work: str
    value: float | None
    unit: str
    peer: str = ""
    peer_value: float | None = None
    least_ratio: float | None = None
    most: float | None = None
    least: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "peer_value"):
            number = getattr(self, name)
            if number is not None and not number > 0:
                raise BenchError(
                    f"figure '{self.work}': {name} must be above 0, got {number}. Measure more work at a time."
                )

    @property
    def ratio(self) -> float | None:
        """How many times the peer's value is ours; None where one is missing."""
        return None if self.value is None or self.peer_value is None else self.peer_value / self.value

    @property
    def met(self) -> bool | None:
        """Whether every aim is met; None where there is none, or no number to compare with it."""
        pairs = [(self.ratio, self.least_ratio, 1), (self.value, self.least, 1), (self.value, self.most, -1)]
        aims = [(number, aim, sign) for number, aim, sign in pairs if aim is not None]
        if not aims or any(number is None for number, _, _ in aims):
            return None
        return all(number is not None and sign * (number - aim) >= 0 for number, aim, sign in aims)


def n_cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # macOS and Windows let every process use all


def cpu_seconds(work: Callable[[], object], n_calls: int = 3) -> float:
    """Processor seconds of one call, of all threads of this process: the least of several."""
    return min(turns({"it": work}, n_calls)["it"])


def seconds_on_cores(work: Callable[..., object], *arrays: NDArray[Any]) -> float:
    """Seconds that all cores of the machine need for some cases, if they have nothing else to do.

    They are the processor seconds of the whole, spent on all cores at once, over the number of cores: a wall clock
    would measure what else the machine is doing. Compiled kernels let go of the interpreter, so threads suffice.
    """
    parts = list(zip(*(np.array_split(array, 4 * n_cores()) for array in arrays), strict=True))

    def everywhere() -> None:
        with ThreadPoolExecutor(n_cores()) as pool:
            list(pool.map(lambda part: work(*part), parts))

    return cpu_seconds(everywhere, 5) / n_cores()


def turns(
    works: Mapping[str, Callable[[], object]], n_rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, list[float]]:
    """Seconds of every call of each work, in turns, so that a change of the machine's pace meets all.

    Examples
    --------
    >>> spent = turns({"sum": lambda: sum(range(1000)), "nothing": lambda: None}, 3)
    >>> {name: len(rounds) for name, rounds in spent.items()}
    {'sum': 3, 'nothing': 3}
    """
    spent: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(n_rounds):
        for name, work in works.items():
            began = clock()
            work()
            spent[name].append(clock() - began)
    return spent


def usual_ratio(spent: Mapping[str, list[float]], above: str, below: str) -> float:
    """Median over rounds of the ratio of two works of ``turns``.

    Examples
    --------
    >>> usual_ratio({"a": [2.0, 3.0, 9.0], "b": [1.0, 1.0, 1.0]}, "a", "b")
    3.0
    """
    return statistics.median(x / y for x, y in zip(spent[above], spent[below], strict=True))
