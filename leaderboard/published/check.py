"""Checks of the published records: that each is whole, and says what its predictions say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.errors import BenchError
from bench.run.record import Record
from bench.world.quantities import TARGET_NAMES
from leaderboard.frame import CEILING, ratio_of
from leaderboard.predictions import CLOSE, Predictions
from leaderboard.published.store import stray_files


def problems(predictions: Predictions, records: Sequence[Record]) -> list[str]:
    """Find what is wrong with published records, given what lies beside them."""
    ceilings = {(record.task, record.preset): record for record in records if record.row == CEILING}
    wrong = [f"{path}: no record names this file" for path in stray_files(predictions.folder, records)]
    for record in records:
        where = f"{record.row} on {record.task}, seed {record.seed}"
        ceiling = ceilings.get((record.task, record.preset))
        wrong += [f"{where}: {text}" for text in _wrong(predictions, record, ceiling)]
    return wrong


def _wrong(predictions: Predictions, record: Record, ceiling: Record | None) -> list[str]:
    """What is wrong with one record."""
    if record.status != "ok":
        return [f"status {record.status} comes with scores"] if record.scores or record.prediction_file else []
    if not record.prediction_sha256:
        return ["the digest of its predictions lacks"]
    try:
        predictions.of(record)
    except BenchError as error:
        return [str(error)]
    wrong = []
    for target in TARGET_NAMES:
        told, ratio = float(record.scores[target]["rmse"]), ratio_of(record, target)
        if ceiling is None or ratio is None:
            wrong.append(f"{target} stands beside no ceiling")
        elif not np.isclose(ratio, told / float(ceiling.scores[target]["rmse"]), rtol=CLOSE, atol=0.0):
            wrong.append(f"the ratio of {target} is {ratio:.6g}, not that to the published ceiling")
    return wrong
