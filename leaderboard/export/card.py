"""The data card that goes with the exported cases of a task."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bench.cases import Cases
from bench.draw import test_cases, training_cases, validation_cases
from bench.task import Sizes, Task
from bench.world.quantities import KNOWN, TARGETS
from leaderboard.wording import grid

CARD = """\
# {name}

{question_sentence}. Simulated pH traces of urea hydrolysed by urease in a closed vessel; from each trace and five known
inputs, two numbers are to be inferred: the enzyme load E0 and the rate k_d at which the enzyme dies.

## Splits

{splits}

Training and validation cases are those of seed {seed}. The test cases are the same for every seed, and tasks that
differ in acquisition share their parameters. All are drawn from named random streams of the public benchmark: they are
no secret, and scores on them that are to convince others are measured on a sealed draw, whose cases are never exported.

## Columns

{columns}

Targets and known inputs are drawn independently and uniformly from these ranges. `time_s` and `ph` are lists, one value
a sample. `grams_urease_powder` does not enter the reaction, and `volume_L` is constant; both are there to be seen
through.

## Files

{files}

## How it was made

```bash
python run_bench.py export --task {name} --preset {preset} --seed {seed}
```

Commit {commit}, task digest {digest}, chemistry {world}. The rate law is that of Qin & Cabral, Appl. Biochem.
Biotechnol. 49 (1994) 217-240; the noise is Gaussian and independent. Nothing was measured in a laboratory.

## What it is good for, and what not

For comparing methods on how much of E0 and k_d they recover, beside the exact posterior of the same cases. On short or
sparse traces nobody can know k_d: a score needs its ceiling beside it (`run_bench.py ceiling`). Scores are R2 and RMSE
of one target at a time, in physical units, over all test cases.

Not for conclusions about a real enzyme: the solution is ideal, the mixing instant, the initial pH known exactly.

MIT licence; cite as in CITATION.cff of the benchmark.
"""
PARQUET_TEXT = """\
- `train.parquet`, `valid.parquet`, `test.parquet`: one line a case, every bit kept.

```python
import pandas as pd

train = pd.read_parquet("train.parquet")
```"""
TS_TEXT = """\
- `{name}_<target>_<SPLIT>.ts`: the format of aeon and sktime, one file a target, nine significant digits. Channels, in
  order: pH, time [s], then the five known inputs, constant over the trace.

```python
from aeon.datasets import load_from_ts_file

X, y = load_from_ts_file("{name}_E0_g_per_L_TRAIN.ts")
```"""


@dataclass(frozen=True)
class Export:
    """What is written of a task."""

    task: Task
    preset: str
    sizes: Sizes
    seed: int = 0

    def splits(self) -> Iterator[tuple[str, Cases]]:
        """Draw the cases of each split."""
        yield "train", training_cases(self.task, self.sizes, self.seed)
        yield "valid", validation_cases(self.task, self.sizes, self.seed)
        yield "test", test_cases(self.task, self.sizes)


def data_card(export: Export, n_samples: Mapping[str, tuple[int, int]], formats: Collection[str], commit: str) -> str:
    """Write the data card of an exported task."""
    task, sizes = export.task, export.sizes
    train = " and ".join(acquisition.label for acquisition in task.train)
    measured = {"train": train, "valid": train, "test": task.test.label}
    n_cases = {"train": sizes.train, "valid": sizes.valid, "test": sizes.test}
    splits = [
        [split, f"{n_cases[split]:,}", _range(low, high), measured[split]] for split, (low, high) in n_samples.items()
    ]
    worlds = dict.fromkeys([task.train_world.name, task.test_world.name])
    texts = [PARQUET_TEXT] * ("parquet" in formats) + [TS_TEXT.format(name=task.name)] * ("ts" in formats)
    return CARD.format(
        name=task.name,
        question_sentence=task.question[:1].upper() + task.question[1:].rstrip("."),
        splits=grid(["split", "cases", "samples", "measured"], splits, "lrrl"),
        columns=grid(["column", "what", "unit", "range"], _columns(), "lllr"),
        files="\n\n".join(texts),
        preset=export.preset,
        seed=export.seed,
        commit=commit or "unknown",
        digest=task.digest(),
        world=" in training, ".join(worlds) + " in the test" * (len(worlds) > 1),
    )


def _columns() -> list[list[str]]:
    """One line a column."""
    samples = [["`time_s`", "sample times, from mixing", "s", ""], ["`ph`", "measured pH, with noise", "", ""]]
    quantities = [
        [f"`{each.name}`", what, each.unit, _range(each.low, each.high)]
        for what, group in (("known input", KNOWN), ("**target**", TARGETS))
        for each in group
    ]
    return [["`case`", "number of the case", "", ""], *samples, *quantities]


def _range(low: float, high: float) -> str:
    """Least and largest value."""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
