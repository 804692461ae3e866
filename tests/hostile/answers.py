"""Answers what it should not: the setting says what."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _answering import LevelPredictor, levels, note

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction
from bench.world.quantities import TARGET_NAMES


class Bomb:
    """Leaves a note when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Have the note left."""
        return note, ("exploded", "the answer was unpickled")


def _replace_file(kind: str, path: Path, values: Any) -> None:
    """Put something else in the place of an answer file."""
    path.unlink(missing_ok=True)
    if kind == "symlink":
        elsewhere = path.with_name("elsewhere.npy")
        with open(elsewhere, "wb") as file:
            np.lib.format.write_array(file, np.asarray(values))
        path.symlink_to(elsewhere.resolve())
    elif kind == "hardlink":
        elsewhere = path.with_name("elsewhere.npy")
        with open(elsewhere, "wb") as file:
            np.lib.format.write_array(file, np.asarray(values))
        path.hardlink_to(elsewhere)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "pickle":
        path.write_bytes(pickle.dumps(Bomb()))


@dataclass
class Misanswers(LevelPredictor):
    """Answers ``kind``."""

    kind: str = "nan"

    def predict(self, traces: Traces) -> Prediction:
        """Answer wrongly."""
        mean: Any = levels(traces)
        if self.kind == "nan":
            mean[-1, 1] = np.nan
        elif self.kind == "columns":
            mean = np.tile(mean, 2)
        elif self.kind == "text":
            mean = mean.astype(str)
        elif self.kind == "swapped":
            return Prediction(mean[:, ::-1], targets=TARGET_NAMES[::-1])
        elif self.kind == "bare":
            return mean
        elif self.kind == "mutates":
            traces.ph[:], traces.time_s[:], traces.known[:] = 7.0, 0.0, 0.0
        elif self.kind == "float32":
            mean = mean.astype(np.float32)
        elif self.kind == "undeclared":
            return Prediction(mean, np.ones_like(mean))
        else:
            np.save = lambda name, values, **_: _replace_file(self.kind, Path(name), values)
        return Prediction(mean)


@dataclass(frozen=True)
class Answers(Model):
    """Answers ``kind``."""

    kind: str = "nan"

    def fit(self, train: Cases, valid: Cases, context: Context) -> Misanswers:
        """Spoil the training cases as well."""
        if self.kind == "mutates":
            train.traces.ph[:], train.targets.values[:] = 7.0, 0.0
        return Misanswers(kind=self.kind)


MODEL = Answers()
