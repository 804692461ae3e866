"""Models that answer soundly, or with one fault; none learns anything."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.task import Sizes, Task
from bench.world.progress import unit_exposure
from bench.world.quantities import TARGET_NAMES
from bench.world.simulator import exposure_of_ph

TENTH = 0.12
"""A tenth of the prior of E0, which the faults below add where they should not."""


def last_exposure(traces: Traces) -> Prediction:
    """E0 from the exposure of the last sample, at a k_d in the middle of the prior."""
    last = np.arange(traces.n_cases), traces.lengths - 1
    exposure = exposure_of_ph(traces.ph[last][:, None], traces.known)[:, 0]
    phi = np.array([unit_exposure(t, 2.505e-3)[0] for t in traces.time_s[last]])
    return Prediction(np.column_stack([exposure / phi, np.full(traces.n_cases, 2.505e-3)]))


def both_exposures(traces: Traces) -> Prediction:
    """The same, and where the trace is long, both targets from the exposures at 100 and 200 s."""
    mean = last_exposure(traces).mean
    early, late = (np.argmax(traces.time_s >= time_s, axis=1) for time_s in (100.0, 200.0))
    for case in np.flatnonzero(late > 0):
        ph = traces.ph[case, [early[case], late[case]]][None]
        first, second = exposure_of_ph(ph, traces.known[[case]])[0]
        k_d = -np.log(second / first - 1.0) / 100.0
        mean[case] = first / unit_exposure(100.0, k_d)[0], k_d
    return Prediction(mean)


def shifted(where: Callable[[Traces], object]) -> Callable[[Traces], Prediction]:
    def answer(traces: Traces) -> Prediction:
        mean = last_exposure(traces).mean
        mean[:, 0] += TENTH * np.broadcast_to(where(traces), traces.n_cases)
        return Prediction(mean)

    return answer


@dataclass
class Answering(Predictor):
    answer: Callable[[Traces], Prediction]

    def predict(self, traces: Traces) -> Prediction:
        return self.answer(traces)

    def __getstate__(self) -> dict[str, object]:
        # The faults are closures, which pickle refuses, so that only the sound answer is stored.
        return {}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.answer = last_exposure


@dataclass(frozen=True)
class Sound(Model):
    trained: ClassVar[bool] = False
    uses_simulator: ClassVar[bool] = True
    fixed_features: ClassVar[bool] = True

    answer: Callable[[Traces], Prediction] = last_exposure

    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        return Answering(self.answer)


@dataclass(frozen=True)
class Learning(Sound):
    fixed_features: ClassVar[bool] = False


@dataclass(frozen=True)
class Floor(Sound):
    floor: ClassVar[bool] = True


@dataclass(frozen=True)
class Timeless(Sound):
    uses_time: ClassVar[bool] = False


@dataclass(frozen=True)
class Uncertain(Sound):
    gives_sd: ClassVar[bool] = True


@dataclass(frozen=True)
class Counting(Sound):
    fits: ClassVar[itertools.count] = itertools.count()

    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        number = next(self.fits)
        return Answering(shifted(lambda traces: number))


@dataclass(frozen=True)
class Writing(Sound):
    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        train.targets.values[0, 0] = 0.0
        return Answering(self.answer)


@dataclass(frozen=True)
class Unable(Sound):
    fewest_samples: int = 1_000

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        return "too few samples" if task.test.n_samples < self.fewest_samples else None


@dataclass
class Holding(Predictor):
    lock: object

    def predict(self, traces: Traces) -> Prediction:
        return last_exposure(traces)


@dataclass(frozen=True)
class Locking(Sound):
    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        return Holding(threading.Lock())


@dataclass
class Thawed(Model):
    fixed_features: ClassVar[bool] = True

    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        return Answering(last_exposure)


def writing(traces: Traces) -> Prediction:
    prediction = last_exposure(traces)
    traces.ph[0, 0] = 7.0
    return prediction


def narrow(traces: Traces) -> Prediction:
    return Prediction(last_exposure(traces).mean.astype(np.float32))


def listed(traces: Traces) -> Prediction:
    return Prediction(last_exposure(traces).mean.tolist())


def without_row(traces: Traces) -> Prediction:
    return Prediction(last_exposure(traces).mean[1:])


def bare(traces: Traces) -> np.ndarray:
    return last_exposure(traces).mean


def framed(traces: Traces) -> Prediction:
    return Prediction(pd.DataFrame(last_exposure(traces).mean, columns=TARGET_NAMES))


def structured(traces: Traces) -> Prediction:
    return Prediction(np.rec.fromarrays(last_exposure(traces).mean.T, names=list(TARGET_NAMES)).view(np.ndarray))


def masked(traces: Traces) -> Prediction:
    return Prediction(np.ma.masked_less(last_exposure(traces).mean, 0.5))


def worded(traces: Traces) -> Prediction:
    return Prediction(last_exposure(traces).mean.astype(str))


def a_minute(traces: Traces) -> Prediction:
    return Prediction(last_exposure(traces).mean * [1.0, 60.0])


def with_nan(traces: Traces) -> Prediction:
    mean = last_exposure(traces).mean
    mean[3:5] = np.nan
    return Prediction(mean)


def with_sd_of_zero(traces: Traces) -> Prediction:
    return Prediction(last_exposure(traces).mean, np.zeros((traces.n_cases, 2)))


def with_samples_elsewhere(traces: Traces) -> Prediction:
    mean = last_exposure(traces).mean
    spread = np.linspace(-1.0, 1.0, 100)[:, None] * [0.1, 1e-2]
    return Prediction(mean, samples=mean[:, None] * [1.0, 60.0] + spread)


def without_short(traces: Traces) -> Prediction:
    return Prediction(np.where(traces.lengths[:, None] < 10, np.inf, last_exposure(traces).mean))


def raising(traces: Traces) -> Prediction:
    raise RuntimeError("out of luck.")


def timeless(traces: Traces) -> Prediction:
    return last_exposure(Traces(0.3 * np.cumsum(traces.valid, axis=1) - 0.3, traces.ph, traces.valid, traces.known))


def constant(traces: Traces) -> Prediction:
    return Prediction(np.full((traces.n_cases, 2), 0.65))


def duration(traces: Traces) -> Prediction:
    return Prediction(np.column_stack([traces.time_s.max(axis=1) / 100.0, np.zeros(traces.n_cases)]))


def draws() -> Callable[[Traces], Prediction]:
    numbers = itertools.count()
    return shifted(lambda traces: next(numbers))
