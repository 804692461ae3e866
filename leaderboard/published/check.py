"""Checks of the published records: that each is whole, and says what its predictions say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.errors import BenchError
from bench.metrics import scores
from bench.run.record import Record
from bench.world.quantities import TARGET_NAMES
from leaderboard.frame import CEILING, number_of, ratio_of
from leaderboard.predictions import Predictions
from leaderboard.published.store import stray_files

CLOSE = 1e-4
"""Relative difference that predictions kept as float32 can make to an RMSE."""


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
    try:
        predicted = predictions.of(record)
        rmse = [number_of(record, target, "rmse") for target in TARGET_NAMES]
        again = scores(predicted.truth, np.asarray(predicted.mean, dtype=np.float64))
    except BenchError as error:
        return [str(error)]
    wrong = []
    if len(predicted.case) != record.sizes["test"]:
        wrong.append(f"{len(predicted.case)} predictions for {record.sizes['test']} test cases")
    for target, told in zip(TARGET_NAMES, rmse, strict=True):
        if not np.isclose(told, float(again[target]["rmse"]), rtol=CLOSE, atol=0.0):
            wrong.append(f"RMSE of {target} is {told:.6g}, that of its predictions {float(again[target]['rmse']):.6g}")
        ratio = ratio_of(record, target)
        if ceiling is None or ratio is None:
            wrong.append(f"{target} stands beside no ceiling")
        elif not np.isclose(ratio, told / number_of(ceiling, target, "rmse"), rtol=CLOSE, atol=0.0):
            wrong.append(f"the ratio of {target} is {ratio:.6g}, not that to the published ceiling")
    return wrong
