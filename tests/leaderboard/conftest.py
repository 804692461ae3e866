"""Records, predictions and examples as a run would leave them, drawn at random but always the same."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.metrics import scores
from bench.run.record import Record, append_records, write_arrays
from bench.world.quantities import KNOWN, TARGETS

N_CASES = 40
RecordFactory = Callable[..., Record]
FolderFactory = Callable[..., Path]


def _uniform(quantities, seed):
    generator = np.random.default_rng(seed)
    return np.column_stack([generator.uniform(q.low, q.high, N_CASES) for q in quantities])


TRUTH = _uniform(TARGETS, 1)


def _prediction(row: str, seed: int, error: float) -> np.ndarray:
    generator = np.random.default_rng([seed, *row.encode()])
    widths = np.array([target.high - target.low for target in TARGETS])
    if row == "mean":
        return np.broadcast_to(TRUTH.mean(axis=0), TRUTH.shape).copy()
    return TRUTH + error * widths * generator.standard_normal(TRUTH.shape)


@pytest.fixture
def record_of() -> RecordFactory:
    """Record of one cell: ``record_of("tcn", seed=1, error=0.1, task="shift_1s")``."""

    def build(row: str, seed: int = 0, status: str = "ok", error: float = 0.1, **changes: object) -> Record:
        record = Record(
            task="in_distribution",
            task_digest="t1",
            row=row,
            model=row,
            settings={"epochs": 60},
            seed=seed,
            preset="quick",
            sizes={"train": 1024, "valid": 256, "test": N_CASES},
            status=status,
            message="",
            source_digest=f"source of {row}",
            cases_digest="c1",
            metric_version=1,
            scores=scores(TRUTH, _prediction(row, seed, error)) if status == "ok" else {},
            fit_s=12.5,
            predict_s=0.01,
            predict_one_ms=0.31,
            peak_memory_mb=812.25,
            n_parameters=10234,
            versions={"numpy": "2.2.0"},
            host={"cpu": "Example CPU", "cores": 2},
            commit="0123456789ab",
            started_utc="2025-01-01T00:00:00Z",
        )
        named = replace(record, **changes)
        return replace(named, prediction_file=f"predictions/{named.task}-{row}-{seed}.npz" if status == "ok" else "")

    return build


@pytest.fixture
def folder_of(tmp_path: Path) -> FolderFactory:
    """Folder with records, and the predictions and examples beside them."""

    def build(records: Iterable[Record], name: str = "run", examples: bool = True) -> Path:
        folder, records = tmp_path / name, list(records)
        append_records(folder, records)
        for record in records:
            if record.prediction_file:
                mean = _prediction(record.row, record.seed, 0.1)
                arrays = {"case": np.arange(N_CASES), "truth": TRUTH, "mean": mean}
                write_arrays(folder / record.prediction_file, arrays)
        for task in {record.task for record in records} if examples else ():
            write_arrays(folder / "examples" / f"{task}.npz", example_arrays(n_cases=1))
        return folder

    return build


def example_arrays(n_cases: int = 2, n_samples: int = 7) -> dict[str, np.ndarray]:
    """Rising traces, the last one shorter than the others."""
    known = _uniform(KNOWN, 2)[:n_cases]
    times = np.tile(np.linspace(0.0, 30.0, n_samples), (n_cases, 1))
    valid = np.ones((n_cases, n_samples), dtype=bool)
    valid[-1, -2:] = False
    ph = known[:, 3:4] + 1.5 * (1.0 - np.exp(-times / 10.0))
    return {
        "case": np.arange(n_cases),
        "time_s": np.where(valid, times, 0.0),
        "ph": np.where(valid, ph, 0.0),
        "valid": valid,
        "known": known,
        "truth": TRUTH[:n_cases],
    }


@pytest.fixture
def examples_of() -> Callable[..., dict[str, np.ndarray]]:
    """Arrays of an example file."""
    return example_arrays
