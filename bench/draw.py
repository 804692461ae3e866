"""Drawing the cases of a task: parameters from the prior, traces from the simulator, all from named streams."""

from __future__ import annotations

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Targets, Traces, concatenate
from bench.seeding import Stream
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition, deliver, measure
from bench.world.equilibria import World
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory
from bench.world.quantities import KNOWN, TARGETS

TEST_STREAM = "test"
"""Name of the streams of the test cases: the same for every task, seed and model."""


def draw_parameters(stream_name: str, numbers: range) -> tuple[Array, Array]:
    """Draw known inputs and targets from the uniform prior.

    Parameters
    ----------
    stream_name : str
        Name of the random streams.
    numbers : range
        Case numbers.

    Returns
    -------
    known : array, shape (case, 5)
        Known inputs.
    targets : array, shape (case, 2)
        E0 [g/L] and k_d [1/s].

    Examples
    --------
    >>> known, targets = draw_parameters("example", range(3))
    >>> known.shape, targets.shape
    ((3, 5), (3, 2))
    """
    quantities = (*TARGETS, *KNOWN)
    low = np.array([quantity.low for quantity in quantities])
    width = np.array([quantity.high - quantity.low for quantity in quantities])
    draws = [g.random(len(quantities)) for g in Stream(f"{stream_name}/parameters").cases(numbers)]
    values = low + width * np.reshape(draws, (len(numbers), len(quantities)))
    return values[:, len(TARGETS) :], values[:, : len(TARGETS)]


def draw_measured(acquisition: Acquisition, world: World, stream_name: str, numbers: range) -> tuple[Traces, Targets]:
    """Draw cases and measure them, before any resampling.

    Parameters
    ----------
    acquisition : Acquisition
        How they are measured.
    world : World
        Chemistry that they live in.
    stream_name : str
        Name of the random streams.
    numbers : range
        Case numbers.

    Returns
    -------
    measured : Traces
        What the instrument recorded.
    targets : Targets
        What is asked for.
    """
    known, targets = draw_parameters(stream_name, numbers)
    if isinstance(acquisition, Laboratory):
        return measure_in_laboratory(acquisition, known, targets, world, stream_name, numbers), Targets(targets)
    return measure(acquisition, known, targets, world, stream_name, numbers), Targets(targets)


def draw_cases(acquisitions: tuple[Acquisition, ...], world: World, stream_name: str, n_cases: int) -> Cases:
    """Draw cases as a model sees them; several acquisitions take the cases in turn.

    Parameters
    ----------
    acquisitions : tuple of Acquisition
        How the cases are measured.
    world : World
        Chemistry that they live in.
    stream_name : str
        Name of the random streams.
    n_cases : int
        Number of cases.

    Returns
    -------
    Cases
        In the order of their numbers.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> both = (Acquisition(30.0, 1.0), Acquisition(30.0, 10.0))
    >>> draw_cases(both, TEMPERATURE_CORRECTED, "example", 4).traces.lengths.tolist()
    [31, 4, 31, 4]
    """
    turns = len(acquisitions)
    parts, targets = [], []
    for turn, acquisition in enumerate(acquisitions):
        measured, truth = draw_measured(acquisition, world, stream_name, range(turn, n_cases, turns))
        parts.append(deliver(acquisition, measured))
        targets.append(truth.values)
    numbers = np.concatenate([np.arange(turn, n_cases, turns) for turn in range(turns)])
    return Cases(concatenate(parts), Targets(np.concatenate(targets))).take(np.argsort(numbers))


def training_cases(task: Task, sizes: Sizes, seed: int) -> Cases:
    """Training cases of a task.

    Parameters
    ----------
    task : Task
        The task.
    sizes : Sizes
        How many.
    seed : int
        Seed of the run.

    Returns
    -------
    Cases
        Fresh for every seed; the parameters are the same in every task.
    """
    return draw_cases(task.train, task.train_world, f"train/{seed}", sizes.train)


def validation_cases(task: Task, sizes: Sizes, seed: int) -> Cases:
    """Validation cases of a task, measured like its training cases.

    Parameters
    ----------
    task, sizes, seed
        As for ``training_cases``.

    Returns
    -------
    Cases
        They never meet the training or the test cases.
    """
    return draw_cases(task.train, task.train_world, f"valid/{seed}", sizes.valid)


def test_cases(task: Task, sizes: Sizes) -> Cases:
    """Test cases of a task, the same for every seed and model.

    Parameters
    ----------
    task : Task
        The task.
    sizes : Sizes
        How many.

    Returns
    -------
    Cases
        Tasks that differ in acquisition only share the parameters of these cases.
    """
    return draw_cases((task.test,), task.test_world, TEST_STREAM, sizes.test)


test_cases.__test__ = False  # type: ignore[attr-defined]  # a name that pytest would collect
