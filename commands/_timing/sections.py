"""The parts of the table of costs, by the names that ``--only`` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.timing import Figure
from commands._timing.inference import FITS, POSTERIOR, fits, posteriors
from commands._timing.runner import COMPILE, MEMORY, RUNNER, compiling, memory, starting
from commands._timing.simulation import SECTION as SIMULATE
from commands._timing.simulation import simulation


def _epochs(quick: bool) -> Iterator[Figure]:
    """As ``networks.epochs``; torch is imported when it is asked for."""
    from commands._timing.networks import epochs

    yield from epochs(quick)


def _predictions(quick: bool) -> Iterator[Figure]:
    """As ``networks.predictions``."""
    from commands._timing.networks import predictions

    yield from predictions(quick)


def _on_gpu(quick: bool) -> Iterator[Figure]:
    """As ``networks.on_gpu``."""
    from commands._timing.networks import on_gpu

    yield from on_gpu(quick)


SECTIONS: dict[str, Callable[[bool], Iterator[Figure]]] = {
    SIMULATE: simulation,
    FITS: fits,
    POSTERIOR: posteriors,
    "train": _epochs,
    "predict": _predictions,
    RUNNER: starting,
    MEMORY: memory,
    COMPILE: compiling,
    "gpu": _on_gpu,
}
"""Name to what measures it."""
