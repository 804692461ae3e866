"""Starts processes of its own, or works as outside authors do: the setting says how."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import shared_memory
from typing import Any

from _answering import LevelPredictor

from bench.cases import Cases
from bench.contract import Context, Model

SPAWN = multiprocessing.get_context("spawn")


def double(number: int) -> int:
    """Twice a number."""
    return 2 * number


def _put(queue: Any) -> None:
    """Put a number into a queue."""
    queue.put(6)


def _pool() -> int:
    """Use a pool of fresh interpreters, which import this file by its name."""
    with SPAWN.Pool(2) as pool:
        return sum(pool.map(double, (1, 2)))


def _executor() -> int:
    """Use an executor."""
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        return sum(pool.map(double, (1, 2)))


def _queue() -> int:
    """Take from a queue what another process puts."""
    queue = SPAWN.Queue()
    process = SPAWN.Process(target=_put, args=(queue,))
    process.start()
    number: int = queue.get()
    process.join()
    return number


def _shared() -> int:
    """Keep a number in shared memory."""
    block = shared_memory.SharedMemory(create=True, size=1_000_000)
    block.buf[0] = 6
    number = block.buf[0]
    block.close()
    block.unlink()
    return number


def _joblib() -> int:
    """Use two processes of joblib."""
    from joblib import Parallel, delayed

    return sum(Parallel(n_jobs=2)(delayed(double)(number) for number in (1, 2)))


def _torch() -> int:
    """Have two processes of torch load batches."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    batches = DataLoader(TensorDataset(torch.arange(4)), batch_size=2, num_workers=2)
    return sum(int(batch.sum()) for (batch,) in batches)


def _relative() -> int:
    """Import the file beside this one relatively."""
    from ._answering import LevelPredictor as Other

    return 6 if Other.__name__ == LevelPredictor.__name__ else 0


def _chdir() -> int:
    """Go to another folder, for good."""
    os.chdir(tempfile.mkdtemp())
    return 6


WAYS: dict[str, Callable[[], int]] = {
    "pool": _pool,
    "executor": _executor,
    "queue": _queue,
    "shared": _shared,
    "joblib": _joblib,
    "torch": _torch,
    "relative": _relative,
    "chdir": _chdir,
}


@dataclass(frozen=True)
class Starts(Model):
    """Works in the ways of ``how``, one after the other."""

    how: tuple[str, ...] = ("relative", "chdir")

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Work; each way comes to six."""
        came = {name: WAYS[name]() for name in self.how}
        if set(came.values()) != {6}:
            raise ValueError(f"not six: {came}")
        return LevelPredictor()


MODEL = Starts()
