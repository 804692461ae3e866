"""The cases of a task as files that other libraries load: Parquet, the .ts format, and a data card.

Only public draws are written: the test cases of a sealed run need its key, which nothing here takes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.cases import Cases
from bench.world.quantities import KNOWN_NAMES, TARGET_NAMES
from leaderboard.export.card import Export, data_card
from leaderboard.export.scores import write_parquet

PARQUET, TS = "parquet", "ts"
FORMATS = (PARQUET, TS)
CARD_FILE = "README.md"
CHANNELS = ("ph", "time_s", *KNOWN_NAMES)
"""Channels of a .ts file; a known input is constant over the trace."""
DIGITS = 9
"""Significant digits of a .ts file; Parquet holds every bit."""


def write_task(export: Export, formats: tuple[str, ...], folder: Path, commit: str) -> list[Path]:
    """Write the cases of a task and their data card."""
    own = folder / export.task.name
    own.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    n_samples: dict[str, tuple[int, int]] = {}
    for split, cases in export.splits():
        lengths = cases.traces.lengths
        n_samples[split] = int(lengths.min()), int(lengths.max())
        if PARQUET in formats:
            path = own / f"{split}.parquet"
            about = {"task": export.task.name, "task_digest": export.task.digest(), "split": split, "commit": commit}
            write_parquet(_columns(cases), path, about)
            written.append(path)
        for column, target in enumerate(TARGET_NAMES if TS in formats else ()):
            path = own / f"{export.task.name}_{target}_{split.upper()}.ts"
            path.write_text(ts_text(cases, column, f"{export.task.name}_{target}"), encoding="utf-8")
            written.append(path)
    card = own / CARD_FILE
    card.write_text(data_card(export, n_samples, formats, commit), encoding="utf-8")
    return [*written, card]


def ts_text(cases: Cases, target: int, name: str) -> str:
    """Cases in the .ts format, for regression on one target.

    Examples
    --------
    >>> from bench.cases import Targets, Traces
    >>> traces = Traces.of([0.0, 0.3], [[7.0, 7.1]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> print(ts_text(Cases(traces, Targets(np.array([[0.5, 1e-3]]))), 0, "example").splitlines()[-1])
    7,7.1:0,0.3:50,50:0.25,0.25:30,30:7,7:0.2,0.2:0.5
    """
    traces, lengths = cases.traces, cases.traces.lengths
    equal = bool((lengths == lengths[0]).all())
    lines = [
        "# channels: " + ", ".join(CHANNELS),
        f"@problemname {name}",
        "@timestamps false",
        "@missing false",
        "@univariate false",
        f"@dimension {len(CHANNELS)}",
        f"@equallength {str(equal).lower()}",
        *([f"@serieslength {lengths[0]}"] if equal else []),
        "@targetlabel true",
        "@data",
    ]
    for number, n_samples in enumerate(lengths):
        samples = [each[number, :n_samples] for each in (traces.ph, traces.time_s)]
        samples += [np.repeat(value, n_samples) for value in traces.known[number]]
        channels = [",".join(map(_number, values)) for values in samples]
        lines.append(":".join([*channels, _number(cases.targets.values[number, target])]))
    return "\n".join(lines) + "\n"


def _columns(cases: Cases) -> dict[str, list[object]]:
    """One column a quantity; the samples of a trace are a list."""
    traces = cases.traces
    samples = [slice(0, int(n_samples)) for n_samples in traces.lengths]
    columns: dict[str, list[object]] = {
        "case": list(range(traces.n_cases)),
        "time_s": [row[kept].tolist() for row, kept in zip(traces.time_s, samples, strict=True)],
        "ph": [row[kept].tolist() for row, kept in zip(traces.ph, samples, strict=True)],
    }
    for names, values in ((KNOWN_NAMES, traces.known), (TARGET_NAMES, cases.targets.values)):
        columns |= {name: values[:, column].tolist() for column, name in enumerate(names)}
    return columns


def _number(value: float) -> str:
    """One number."""
    return f"{value:.{DIGITS}g}"
