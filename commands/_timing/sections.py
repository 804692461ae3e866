"""The parts of the table of costs, by the names that ``--only`` takes, each imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from bench.timing import Figure


def _late(module: str, name: str) -> Callable[[bool], Iterator[Figure]]:
    """Give a function of ``commands._timing`` that is imported when it is called."""
    return lambda quick: getattr(import_module(f"commands._timing.{module}"), name)(quick)


SECTIONS = {
    "simulate": _late("simulation", "simulation"),
    "fit": _late("inference", "fits"),
    "posterior": _late("inference", "posteriors"),
    "worlds": _late("laboratory", "worlds"),
    "laboratory": _late("laboratory", "posteriors"),
    "train": _late("networks", "epochs"),
    "predict": _late("networks", "predictions"),
    "runner": _late("runner", "starting"),
    "memory": _late("runner", "memory"),
    "first use": _late("runner", "compiling"),
    "gpu": _late("networks", "on_gpu"),
}
"""Name to what measures it."""
