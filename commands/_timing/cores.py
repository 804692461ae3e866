"""All cores at once: compiled kernels let go of the interpreter, so threads suffice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from bench.arrays import Array
from bench.timing import cpu_seconds, n_cores


def seconds_on_cores(work: Callable[..., object], *arrays: Array) -> float:
    """Seconds that all cores of the machine need for some cases, if they have nothing else to do.

    They are the processor seconds of the whole, spent on all cores at once, over the number of cores: a wall clock
    would measure what else the machine is doing.
    """
    parts = list(zip(*(np.array_split(array, 4 * n_cores()) for array in arrays), strict=True))

    def everywhere() -> None:
        with ThreadPoolExecutor(n_cores()) as pool:
            list(pool.map(lambda part: work(*part), parts))

    return cpu_seconds(everywhere, 5) / n_cores()
