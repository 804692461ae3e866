"""Looks for the answers instead of inferring them: the setting says where; without any it answers the training mean."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.draw import draw_parameters
from bench.run.seal import Seal
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS
from bench.world.simulator import simulate_ph

Array = NDArray[np.float64]

N_SEEDS = 20
"""Seeds that are guessed."""
LARGEST_REGION = 256_000_000
"""Bytes of the largest piece of another process's memory that is searched."""


def _out() -> Path:
    """Folder of the run: two levels of work folders up from the job's own."""
    return Path.cwd().parents[2]


def _drawn_again(streams: list[str], traces: Traces, first: int) -> Iterator[Array]:
    """Targets of streams whose known inputs are those of the traces, from the first case on."""
    for stream in streams:
        known, targets = draw_parameters(stream, range(first, first + traces.n_cases))
        if np.array_equal(known, traces.known):
            yield targets


def _guessed_seeds(traces: Traces, first: int) -> Iterator[Array]:
    """Test cases drawn again from names that are public or easy to guess."""
    guesses = [f"{name}/{seed}" for name in ("test", "valid", "train", "sealed") for seed in range(N_SEEDS)]
    return _drawn_again(["test", *guesses], traces, first)


def _key_files(traces: Traces, first: int) -> Iterator[Array]:
    """Test cases drawn again from whatever near the run, in the environment or on a command line could be its key."""
    words = list(os.environ.values())
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                words += (process / name).read_bytes().decode(errors="replace").replace("=", "\0").split("\0")
            except OSError:
                continue
    near = [path for path in _out().parent.rglob("*key*") if path.is_file()]
    for path in {*near, *(Path(word) for word in words if 0 < len(word) < 4096)}:
        try:
            if path.stat().st_size == 32:
                yield from _drawn_again([Seal(path.read_bytes()).stream_of("dense")], traces, first)
        except (OSError, ValueError):
            continue


def _stored(name: str, traces: Traces, first: int) -> Iterator[Array]:
    """An array of the stored predictions of the exact posterior."""
    for path in sorted((_out() / "predictions").rglob("bayes-*.npz")):
        with np.load(path, allow_pickle=False) as stored:
            if traces.n_cases in (1, len(stored[name])):
                yield stored[name][first : first + traces.n_cases]


def _other_memory(traces: Traces, first: int) -> Iterator[Array]:
    """Pairs in the memory of the processes above that explain the traces, those first that look like draws."""
    found: list[Array] = []
    with suppress(psutil.Error, OSError):  # kept out
        for process in (Path("/proc") / str(parent.pid) for parent in psutil.Process().parents()):
            found += [run for region in _regions(process) for run in _pairs(region, traces.n_cases)]
    fitting = [pairs for pairs in found if _misfit(pairs, traces) < EXPLAINS]
    return iter(sorted(fitting, key=_unevenness))


def _unevenness(targets: Array) -> float:
    """Largest distance of the deactivation rates from a uniform draw: estimates crowd, the truth does not."""
    expected = np.linspace(TARGETS[1].low, TARGETS[1].high, len(targets))
    return float(np.abs(np.sort(targets[:, 1]) - expected).max())


def _misfit(targets: Array, traces: Traces) -> float:
    """Root mean square of measured less simulated pH."""
    ph = simulate_ph(traces.time_s, traces.known, np.array(targets), TEMPERATURE_CORRECTED)
    return float(np.sqrt(np.mean((ph - traces.ph) ** 2)))


def _regions(process: Path) -> Iterator[Array]:
    """Writable memory of a process, as numbers."""
    try:
        with open(process / "maps") as maps, open(process / "mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                start, end = (int(edge, 16) for edge in span.split("-"))
                if rights.startswith("rw") and end - start <= LARGEST_REGION:
                    memory.seek(start)
                    try:
                        yield np.frombuffer(memory.read(end - start), dtype=np.float64)
                    except (OSError, ValueError):
                        continue
    except OSError:
        return


def _pairs(numbers: Array, n_cases: int) -> Iterator[Array]:
    """Arrays (case, 2) of values within the prior, as long as the test set."""
    inside = [(numbers >= q.low) & (numbers <= q.high) for q in TARGETS]
    for offset in (0, 1):
        first, second = inside[0][offset::2], inside[1][offset + 1 :: 2]
        n = min(len(first), len(second))
        edges = np.flatnonzero(np.diff(np.concatenate([[False], first[:n] & second[:n], [False]]).astype(np.int8)))
        for begin, end in edges.reshape(-1, 2):
            if end - begin >= n_cases:
                run = numbers[offset + 2 * begin : offset + 2 * end].reshape(-1, 2)
                yield run[:n_cases]
                yield run[-n_cases:]


def _objects(traces: Traces, first: int) -> Iterator[Array]:
    """Arrays shaped like the answer that the collector, the frames, the modules or their attributes know."""
    seen: list[Any] = gc.get_objects()
    frame: Any = sys._getframe()
    while frame is not None:
        seen += [*frame.f_locals.values(), *frame.f_globals.values()]
        frame = frame.f_back
    for module in list(sys.modules.values()):
        seen += list(vars(module).values())
    for thing in seen:
        for value in (thing, getattr(thing, "values", None), getattr(thing, "targets", None)):
            if isinstance(value, np.ndarray) and value.shape == (traces.n_cases, 2) and value.dtype == np.float64:
                yield value


def _forge() -> None:
    """Append a better record to the run's, and leave files elsewhere."""
    for record in (_out() / "records.jsonl").read_text().splitlines()[:1]:
        with open(_out() / "records.jsonl", "a") as file:
            file.write(json.dumps(json.loads(record) | {"row": "forged"}) + "\n")
    (_out() / "predictions" / "forged").write_text("forged")


LOOKS = {
    "seeds": _guessed_seeds,
    "key": _key_files,
    "truth": lambda traces, first: _stored("truth", traces, first),
    "posterior": lambda traces, first: _stored("mean", traces, first),
    "memory": _other_memory,
    "objects": _objects,
}


IN_BULK = ("memory", "objects")
"""Ways of finding whole test sets only."""
EXPLAINS = 0.011
"""Largest misfit [pH] of targets that explain a trace with noise of 0.01 pH."""


@dataclass
class Cheat(Predictor):
    """Answers what it finds, otherwise the training mean."""

    how: str
    mean: Array
    n_single: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Look for the answers, to the first cases one by one, as they are asked, and then to the whole test set."""
        alone, first = traces.n_cases == 1, self.n_single if traces.n_cases == 1 else 0
        self.n_single += alone
        with suppress(OSError):  # kept out
            if self.how == "forges" and not alone:
                _forge()
            elif self.how in LOOKS and not (alone and self.how in IN_BULK):
                for found in LOOKS[self.how](traces, first):
                    return Prediction(np.array(found))
        return Prediction(np.tile(self.mean, (traces.n_cases, 1)))


@dataclass(frozen=True)
class Cheats(Model):
    """Looks in the way of ``how``."""

    how: str = "seeds"

    def fit(self, train: Cases, valid: Cases, context: Context) -> Cheat:
        """Learn the mean, in case nothing is found."""
        return Cheat(self.how, train.targets.values.mean(axis=0))


MODEL = Cheats()
