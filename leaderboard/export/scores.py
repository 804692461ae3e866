"""Records for other programs: a line a cell, the long frame that other boards read, and Parquet."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import BenchError
from bench.run.record import Record
from bench.world.quantities import TARGET_NAMES
from leaderboard.frame import (
    CEILING,
    CEILINGS,
    COSTS,
    COUNTS,
    FORECASTS,
    SCORES,
    SIZES,
    TOGETHER,
    UNCERTAINTY,
)
from leaderboard.wording import gist

COLUMNS = [
    *("task", "row", "preset", "seed", "model", "status", "stale", "note", "relative_rmse"),
    *(f"{target}_{score}" for target in TARGET_NAMES for score in SCORES),
    *(f"{target}_rmse_ratio" for target in TARGET_NAMES),
    *(f"{target}_ceiling_{score}" for target in TARGET_NAMES for score in CEILINGS),
    *(f"forecast_{score}" for score in (*FORECASTS, "rmse_ratio")),
    *(
        f"{target}_{score}"
        for target in TARGET_NAMES
        for score in (*UNCERTAINTY, "information", "crps_ratio", "sharpness_ratio")
    ),
    *(*TOGETHER, "energy_ratio"),
    *COSTS[:4],
    *("predict_us_per_case", "predict_cpu_us_per_case"),
    *COSTS[4:],
    *COUNTS,
    *(f"n_{name}" for name in SIZES),
    *("metric_version", "task_digest", "source_digest", "cases_digest", "sealed", "seal_sha256"),
    *("isolation", "commit", "started_utc"),
]
LONG_COLUMNS = ["method", "task", "seed", "metric_error", "time_train_s", "time_infer_s"]


def csv_board(cells: pd.DataFrame) -> str:
    """Write a frame of cells: every number that the records hold, nothing averaged."""
    return csv_of(_written(cells))


def cell_values(cells: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Give a frame of cells as values by the columns of ``csv_board``, None where there is none."""
    written = _written(cells).astype(object)
    return written.where(written.notna(), None).to_dict("records")


def _written(cells: pd.DataFrame) -> pd.DataFrame:
    """Columns that are written of a frame of cells."""
    whole = dict.fromkeys([*COUNTS, *(f"n_{name}" for name in SIZES)], "Int64")
    records: list[Record] = cells["record"].tolist()
    written = cells.assign(
        stale=cells["stale"].map(";".join),
        note=[_note(record) for record in records],
        sealed=["yes" if record.sealed else "no" for record in records],
        forecast_rmse_ratio=cells["forecast_rmse_ratio"].where(cells["forecast_ph_rmse"].notna()),
    )
    return written.astype(whole)[COLUMNS]


def long_frame(cells: pd.DataFrame) -> str:
    """Write scores as other boards read them: one line for each row, task, target and seed."""
    kept = cells[(cells["status"] == "ok") & ~cells["stale"].map(bool)].sort_values(["row", "task", "seed"])
    presets = sorted(set(kept["preset"]))
    if len(presets) > 1:
        raise BenchError(
            f"export 'preset': records must be of one preset, got {', '.join(presets)}. Name one with --preset."
        )
    seeds: dict[Any, list[int]] = kept[kept["row"] != CEILING].groupby("task")["seed"].unique().map(sorted).to_dict()
    lines = [
        [cell["row"], f"{cell['task']}/{target}", seed, cell[f"{target}_rmse"], cell["fit_s"], cell["predict_s"]]
        for cell in kept.fillna({"fit_s": 0.0}).to_dict("records")
        for target in TARGET_NAMES
        for seed in (seeds.get(cell["task"], [cell["seed"]]) if cell["row"] == CEILING else [cell["seed"]])
    ]
    return csv_of(pd.DataFrame(lines, columns=LONG_COLUMNS))


def write_parquet_of_csv(text: str, path: Path) -> None:
    """Write comma-separated values as Parquet, each column in the type that its values have."""
    check_pyarrow()
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    # An empty text is a missing value in columns of text as well.
    options = arrow_csv.ConvertOptions(strings_can_be_null=True)
    parquet.write_table(arrow_csv.read_csv(io.BytesIO(text.encode()), convert_options=options), path)


def write_parquet(columns: Mapping[str, Sequence[Any]], path: Path, metadata: Mapping[str, str]) -> None:
    """Write columns as Parquet."""
    check_pyarrow()
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({name: list(values) for name, values in columns.items()})
    parquet.write_table(table.replace_schema_metadata(dict(metadata)), path)


def check_pyarrow() -> None:
    """Refuse to write Parquet where its library is missing."""
    if importlib.util.find_spec("pyarrow") is None:
        raise BenchError(
            "export 'parquet': package pyarrow must be installed, got none. "
            "Run 'pip install pyarrow', or name another --format."
        )


def csv_of(frame: pd.DataFrame) -> str:
    """Comma-separated values, nine digits of each number."""
    numbers = frame.select_dtypes("float")
    texts = {
        str(name): ["" if value != value else f"{value:.9g}" for value in numbers[name].tolist()] for name in numbers
    }
    return frame.assign(**texts).to_csv(
        index=False, lineterminator="\n"
    )  # its own float_format takes five times as long


def _note(record: Record) -> str:
    """Why there is no score, or no R2 of a target."""
    r2 = {target: scores.get("r2") for target, scores in record.scores.items()}
    sentences = [f"{target}_r2 {value}" for target, value in r2.items() if isinstance(value, str)]
    return "; ".join([gist(record.message)] * bool(record.message) + sentences)
