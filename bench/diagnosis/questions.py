"""What a fitted model is asked in a diagnosis: the same reactions again, measured and described in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Mask, Traces, concatenate
from bench.draw import draw_measured, draw_parameters
from bench.task import Task
from bench.world.acquisition import Acquisition, deliver, measure
from bench.world.equilibria import World
from bench.world.quantities import INITIAL_PH, KNOWN, POWDER

STREAM = "diagnosis"
"""Random streams of the questions: neither training, validation nor test."""
INTERVALS_S = (0.3, 0.5, 1.0, 2.0, 5.0, 10.0)
PREFIXES_S = (10.0, 20.0, 60.0)
SHORT_S = 10.0
"""Prefix of the traces that stand beside longer ones in one batch."""
STEP = 0.03
"""How far a known input is moved, in its prior's range (in its value, where it never varies)."""
TIMES, START_S, LEVEL, BASELINE = 1.1, 1.0, 0.02, 0.1
"""Factor of all times, delay of the start [s], pH added to all samples, and to these and the initial pH."""
HELD_S = 1e-6
"""Time between repeated samples [s]: a trace has increasing times."""
TOUCH = 0.02
"""How far one sample is moved [pH]."""
N_PARTS = 8
"""Equal parts of the trace of which it is asked whether they are read."""
IRREGULAR = Acquisition(30.0, 0.6, jitter_s=0.25, drop_fraction=0.3)


@dataclass(frozen=True)
class Extent:
    """How many reactions and replicates are asked about.

    Parameters
    ----------
    reactions : int
        Different reactions.
    base, other : int
        Times that each is measured at the training acquisition, and at others.
    touched, positions : int
        Cases whose samples are moved one at a time, and at most how many samples.
    trained : int
        Training cases that are asked about again.
    """

    reactions: int = 150
    base: int = 8
    other: int = 4
    touched: int = 12
    positions: int = 51
    trained: int = 600


@dataclass(frozen=True, eq=False)
class Question:
    """Traces with the truth behind them, in the order reaction, replicate."""

    measured: Traces
    truth: Array
    acquisition: Acquisition
    world: World

    @property
    def traces(self) -> Traces:
        """What a model is given."""
        return deliver(self.acquisition, self.measured)


@dataclass(frozen=True, eq=False)
class Questions:
    """Every question of a diagnosis by name; ``parts`` are for the exact posterior alone."""

    task: Task
    extent: Extent
    asked: dict[str, Question]
    parts: dict[str, Question]
    positions: list[int]


def questions(task: Task, extent: Extent | None = None) -> Questions:
    """Pose the questions about a model that is trained for a task, with seed 0."""
    extent = extent or Extent()
    train, world = task.train[0], task.train_world
    base = _measured(train, world, extent.reactions, extent.base)
    once = _taken(base, np.arange(extent.reactions) * extent.base)
    asked = {"base": base}
    if task.test != train or task.test_world != world:
        asked["test"] = _measured(task.test, task.test_world, extent.reactions, extent.other)
    for name, acquisition in _acquisitions(train):
        asked[name] = _measured(acquisition, world, extent.reactions, extent.other)
    numbers = range(0, extent.trained * len(task.train), len(task.train))
    seen, targets = draw_measured(train, world, "train/0", numbers)
    asked["train"] = Question(seen, targets.values, train, world)
    asked |= dict(_moved(once))
    asked |= dict(_batches(once))
    touched, positions = _touched(once, extent)
    asked["touched"] = touched
    return Questions(task, extent, asked, dict(_parts(base, extent.base)), positions)


def by_heart(task: Task, n_cases: int, n_repeated: int) -> tuple[Question, Question]:
    """Few noise-free cases to be learnt by heart, and the same repeated as a training set."""
    exact = replace(task.train[0], noise_sd=0.0)
    measured, targets = draw_measured(exact, task.train_world, f"{STREAM}/by heart", range(n_cases))
    few = Question(measured, targets.values, exact, task.train_world)
    return few, _taken(few, np.arange(n_repeated) % n_cases)


def towards_middle(known: Array, column: int) -> Array:
    """Sign that moves a known input into its range rather than out of it, shape (case,)."""
    middle = 0.5 * (KNOWN[column].low + KNOWN[column].high)
    return np.where(known[:, column] < middle, 1.0, -1.0)


def part_edges(acquisition: Acquisition) -> Array:
    """Ends of the parts of a trace [s], shape (part + 1,)."""
    return np.linspace(0.0, acquisition.prefix_s, N_PARTS + 1)


def _measured(acquisition: Acquisition, world: World, n_reactions: int, n_replicates: int) -> Question:
    """Reactions, each measured several times with other noise."""
    known, targets = (np.repeat(each, n_replicates, axis=0) for each in draw_parameters(STREAM, range(n_reactions)))
    measured = measure(acquisition, known, targets, world, STREAM, range(len(known)))
    return Question(measured, targets, acquisition, world)


def _taken(question: Question, cases: NDArray[np.int64]) -> Question:
    """Some cases of a question."""
    return replace(question, measured=question.measured.take(cases), truth=question.truth[cases])


def _acquisitions(train: Acquisition) -> Iterator[tuple[str, Acquisition]]:
    """Other ways to measure what is measured in training."""
    for interval_s in INTERVALS_S:
        if interval_s <= train.prefix_s and interval_s != train.interval_s:
            yield f"interval {interval_s:g}", replace(train, interval_s=interval_s)
    for prefix_s in PREFIXES_S:
        if prefix_s >= train.interval_s and prefix_s != train.prefix_s:
            yield f"prefix {prefix_s:g}", replace(train, prefix_s=prefix_s)
    sparse = {"interval_s": IRREGULAR.interval_s, "jitter_s": IRREGULAR.jitter_s}
    yield "irregular", replace(train, **sparse, drop_fraction=IRREGULAR.drop_fraction)
    yield "interpolated", replace(train, interval_s=1.0, resample_interval_s=train.interval_s)


def _moved(once: Question) -> Iterator[tuple[str, Question]]:
    """One thing moved at a time: each known input, the times, the start, the level, level and initial pH together."""
    measured = once.measured
    for column, quantity in enumerate(KNOWN):
        step = STEP * (quantity.high - quantity.low or quantity.low)
        known = measured.known.copy()
        known[:, column] += step * towards_middle(known, column)
        yield f"known {quantity.name}", replace(once, measured=replace(measured, known=known))
    known = measured.known.copy()
    known[:, POWDER] = np.roll(known[:, POWDER], 1)
    yield "powder of another", replace(once, measured=replace(measured, known=known))
    times = np.where(measured.valid, TIMES * measured.time_s, 0.0)
    yield "times", replace(once, measured=replace(measured, time_s=times))
    late = np.where(measured.valid, measured.time_s + START_S, 0.0)
    yield "start", replace(once, measured=replace(measured, time_s=late))
    yield "level", replace(once, measured=replace(measured, ph=_raised(measured, np.full(measured.n_cases, LEVEL))))
    known, shift = measured.known.copy(), BASELINE * towards_middle(measured.known, INITIAL_PH)
    known[:, INITIAL_PH] += shift
    yield "baseline", replace(once, measured=replace(measured, ph=_raised(measured, shift), known=known))


def _raised(measured: Traces, shift: Array) -> Array:
    """PH of all samples moved by an amount a case."""
    return np.where(measured.valid, measured.ph + shift[:, None], 0.0)


def _batches(once: Question) -> Iterator[tuple[str, Question]]:
    """The same cases in other company: alone, few, beside shorter ones, with padding that is not zero."""
    for case in range(3):
        yield f"alone {case}", _taken(once, np.array([case]))
    few = _taken(once, np.arange(20))
    yield "few", few
    short_acquisition = replace(few.acquisition, prefix_s=max(SHORT_S, few.acquisition.interval_s))
    regular = replace(short_acquisition, jitter_s=0.0, drop_fraction=0.0)
    short = _measured(regular, few.world, 20, 1)
    yield "short", short
    yield "held", replace(short, measured=_held(short.measured, few.measured.ph.shape[1]))
    truth = np.concatenate([few.truth, short.truth])
    yield "mixed", replace(few, measured=concatenate([few.measured, short.measured]), truth=truth)
    padding = ((0, 0), (0, 20))
    measured = few.measured
    filled = Traces(
        np.pad(measured.time_s, padding, constant_values=77.0),
        np.pad(measured.ph, padding, constant_values=9.0),
        np.pad(measured.valid, padding),
        measured.known,
    )
    yield "filled", replace(few, measured=filled)


def _held(traces: Traces, n_samples: int) -> Traces:
    """Short traces whose last sample is repeated, and called valid, up to a number of samples: padding at the edge."""
    n_more = max(0, n_samples - traces.ph.shape[1])
    instants = HELD_S * np.arange(1, n_more + 1)
    time_s = np.concatenate([traces.time_s, traces.time_s[:, -1:] + instants], axis=1)
    ph = np.concatenate([traces.ph, np.repeat(traces.ph[:, -1:], n_more, axis=1)], axis=1)
    return Traces(time_s, ph, np.ones(ph.shape, dtype=bool), traces.known)


def _touched(once: Question, extent: Extent) -> tuple[Question, list[int]]:
    """Cases with one sample moved at a time, in the order case, sample; each case comes first as it was measured."""
    few = _taken(once, np.arange(extent.touched))
    n_samples = int(few.measured.lengths.min())
    positions = np.unique(np.linspace(0, n_samples - 1, min(extent.positions, n_samples)).round()).astype(int)
    touched = _taken(few, np.repeat(np.arange(extent.touched), len(positions) + 1))
    ph = touched.measured.ph.copy()
    for number, position in enumerate(positions):
        ph[number + 1 :: len(positions) + 1, position] += TOUCH
    return replace(touched, measured=replace(touched.measured, ph=ph)), positions.tolist()


def _parts(base: Question, n_replicates: int) -> Iterator[tuple[str, Question]]:
    """What the exact posterior is given alone: parts of the traces, and traces whose level is unknown."""
    edges = part_edges(base.acquisition)
    twice = _taken(base, np.flatnonzero(np.arange(base.measured.n_cases) % n_replicates < 2))
    times = twice.measured.time_s[0]
    for part in range(1, N_PARTS):
        for name, kept in ((f"from {part}", times >= edges[part]), (f"until {part}", times < edges[part])):
            if kept.any():
                yield name, replace(twice, measured=_cut(twice.measured, kept))
    yield "level unknown", replace(twice, acquisition=replace(twice.acquisition, offset_sd=1.0))


def _cut(traces: Traces, kept: Mask) -> Traces:
    """Some samples of traces that have the same times."""
    return Traces(traces.time_s[:, kept], traces.ph[:, kept], traces.valid[:, kept], traces.known)
