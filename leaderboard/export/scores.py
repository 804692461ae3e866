"""Records for other programs: the long frame that other boards read, and Parquet."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.run.record import Record
from bench.world.quantities import TARGET_NAMES
from leaderboard.cells import CEILING, number_of
from leaderboard.tables import Stale

LONG_COLUMNS = ("method", "task", "seed", "metric_error", "time_train_s", "time_infer_s")


def long_frame(records: Iterable[Record], stale: Stale | None = None) -> str:
    """Write scores as other boards read them: one line for each row, task, target and seed."""
    kept = [record for record in records if record.status == "ok" and record.cell not in (stale or {})]
    presets = sorted({record.preset for record in kept})
    if len(presets) > 1:
        raise BenchError(
            f"export 'preset': records must be of one preset, got {', '.join(presets)}. Name one with --preset."
        )
    seeds: dict[str, set[int]] = {}
    for record in kept:
        if record.row != CEILING:
            seeds.setdefault(record.task, set()).add(record.seed)
    lines = [
        [
            record.row,
            f"{record.task}/{target}",
            str(seed),
            f"{number_of(record, target, 'rmse'):.9g}",
            f"{record.fit_s or 0.0:.9g}",
            "" if record.predict_s is None else f"{record.predict_s:.9g}",
        ]
        for record in sorted(kept, key=lambda r: (r.row, r.task, r.seed))
        for target in TARGET_NAMES
        for seed in (sorted(seeds.get(record.task, {record.seed})) if record.row == CEILING else [record.seed])
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LONG_COLUMNS)
    writer.writerows(lines)
    return text.getvalue()


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
