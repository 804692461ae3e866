"""Records, predictions and examples as a run would leave them, drawn at random but always the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.ceiling.calibration import UNCERTAINTY_VERSION
from bench.metrics import scores
from bench.run.record import Record, append_records, write_arrays
from bench.run.scores.scoring import beside
from bench.world.quantities import KNOWN, TARGET_NAMES, TARGETS

N_CASES = 40
RecordFactory = Callable[..., Record]
FolderFactory = Callable[..., Path]


def _uniform(quantities, seed):
    generator = np.random.default_rng(seed)
    return np.column_stack([generator.uniform(q.low, q.high, N_CASES) for q in quantities])


TRUTH = _uniform(TARGETS, 1)
FORECAST_TIME_S = np.array([0.0, 5.0, 30.0, 200.0, 2000.0])
FORECASTS = 7.0 + np.linspace(0.0, 1.5, 5) + np.zeros((2, 1))
CEILING_ERROR = 0.02
UNCERTAINTY = {"nll": -1.5, "crps": 0.001, "sharpness": 0.002, "coverage_50": 0.52, "coverage_90": 0.91}


def _prediction(row: str, seed: int, error: float) -> np.ndarray:
    generator = np.random.default_rng([seed, *row.encode()])
    widths = np.array([target.high - target.low for target in TARGETS])
    if row == "mean":
        return np.broadcast_to(TRUTH.mean(axis=0), TRUTH.shape).copy()
    return TRUTH + error * widths * generator.standard_normal(TRUTH.shape)


def _error_of(record: Record) -> float:
    """Error that the scores of a record were computed with."""
    once = scores(TRUTH, _prediction(record.row, record.seed, 1.0))
    return record.scores["E0_g_per_L"]["rmse"] / once["E0_g_per_L"]["rmse"]


@pytest.fixture(scope="session")
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
            sizes={"train": 1024, "valid": 256, "test": N_CASES, "seeds": 3},
            status=status,
            message="",
            source_digest=f"source of {row}",
            cases_digest="c1",
            metric_version=1,
            uncertainty_version=UNCERTAINTY_VERSION,
            scores=scores(TRUTH, _prediction(row, seed, error)) if status == "ok" else {},
            fit_s=12.5,
            fit_cpu_s=11.5,
            predict_s=0.01,
            predict_cpu_s=0.008,
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


def _filled(folder: Path, records: Iterable[Record], examples: bool) -> Path:
    """Folder with records, and the predictions and examples beside them."""
    records = list(records)
    append_records(folder, records)
    for record in records:
        if record.prediction_file:
            mean = _prediction(record.row, record.seed, _error_of(record))
            arrays = {"case": np.arange(N_CASES), "truth": TRUTH, "mean": mean, "forecast": FORECASTS}
            if record.uncertainty:
                arrays["sd"] = np.full_like(mean, 0.1) * np.array([1.0, 1e-3])
            write_arrays(folder / record.prediction_file, arrays)
    for task in {record.task for record in records} if examples else ():
        write_arrays(folder / "examples" / f"{task}.npz", example_arrays(n_cases=1))
    return folder


@pytest.fixture
def folder_of(tmp_path: Path) -> FolderFactory:
    """Folder of a run in the test's own: ``folder_of(records, name="run")``."""
    return lambda records, name="run", examples=True: _filled(tmp_path / name, records, examples)


@pytest.fixture(scope="session")
def shared_folder_of(tmp_path_factory: pytest.TempPathFactory) -> FolderFactory:
    """Folder of a run that several tests read and none writes."""
    return lambda records, examples=True: _filled(tmp_path_factory.mktemp("run"), records, examples)


@pytest.fixture(scope="session")
def beside_ceiling(record_of: RecordFactory) -> Callable[..., list[Record]]:
    """Cells of rows with their errors, beside the exact posterior's: ``beside_ceiling({"gru": 0.1}, ["shift_1s"])``."""

    def build(
        errors: Mapping[str, float], tasks: Iterable[str] = ("in_distribution",), n_seeds: int = 3, **changes: object
    ) -> list[Record]:
        cells = []
        for task in tasks:
            stated = {name: {"r2_error": 0.02, "r2_implied": 0.93, "r2_implied_error": 0.01} for name in TARGET_NAMES}
            ceiling = record_of(
                "bayes",
                error=CEILING_ERROR,
                task=task,
                ceiling=stated,
                forecast={"ph_rmse": 0.01, "ph_rmse_median": 0.005, "ph_rmse_p95": 0.03, "n_clipped": 0},
                uncertainty=dict.fromkeys(TARGET_NAMES, UNCERTAINTY),
                fit_s=None,
            )
            cells.append(ceiling)
            for row, error in errors.items():
                for seed in range(n_seeds):
                    forecast = {"ph_rmse": 0.0125, "ph_rmse_median": 0.0123, "ph_rmse_p95": 0.0456, "n_clipped": 3}
                    cell = record_of(row, seed, error=error, task=task, forecast=forecast, **changes)
                    cells.append(replace(cell, ceiling=beside(cell, ceiling)))
        return cells

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
        "forecast_time_s": FORECAST_TIME_S,
        "forecast_true": np.tile(FORECASTS[0] + 0.1, (n_cases, 1)),
        "forecast_mean": np.tile(FORECASTS[0] + 0.05, (n_cases, 1)),
        "forecast_sd": np.full((n_cases, 5), 0.1),
    }


@pytest.fixture
def example_file_of() -> Callable[..., dict[str, np.ndarray]]:
    """Arrays of an example file."""
    return example_arrays


@pytest.fixture
def examples_of() -> Callable[..., dict[str, np.ndarray]]:
    """Fields of example traces, without forecasts."""

    def build(**sizes: int) -> dict[str, np.ndarray]:
        return {name: values for name, values in example_arrays(**sizes).items() if not name.startswith("forecast")}

    return build
