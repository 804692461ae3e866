"""One learner on one input, trained on sub-samplings down to a number of samples: which of the three mends a shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.errors import unknown
from bench.seeding import stream_seed
from models._any_regressor import on_what_varies
from models._exposure_readings import Reader
from models._features import features
from models._least_squares import HIGH, LOW, noise_sd
from models._sklearn import Standard, polynomial_ridge
from models._subsampling import Subsampling

LEARNERS = ("linear", "trees", "network")
INPUTS = ("time", "exposure")


@dataclass(frozen=True)
class Summaries:
    """Summaries in time; answers are in standard deviations of the training targets about their mean."""

    standard: Standard

    def of(self, traces: Traces) -> tuple[Array, Array, Array]:
        """Inputs (case, input), origin and unit of the answers."""
        return features(traces), self.standard.mean, self.standard.sd


@dataclass(frozen=True)
class Fits:
    """A weighted fit in the exposure coordinate; answers are in its own standard deviations about it."""

    reader: Reader

    def of(self, traces: Traces) -> tuple[Array, Array, Array]:
        """Inputs (case, input), origin and unit of the answers."""
        read = self.reader.read(traces)
        return read.features, read.targets[:, 0], read.sd[:, 0]


@dataclass
class LearnerPredictor(Predictor):
    """A fitted regressor and its input; answers lie within the prior."""

    inputs: Summaries | Fits
    regressor: Any

    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces; see ``Predictor``."""
        values, origin, unit = self.inputs.of(traces)
        return Prediction(np.clip(origin + unit * self.regressor.predict(values), LOW, HIGH))


@dataclass(frozen=True)
class Learner(Model):
    """A regressor of the library's own settings, but for the size of a tree and of a network; nothing was tuned.

    Parameters
    ----------
    learner : str
        ``linear``: ridge regression on products of two inputs; ``trees``: boosted; ``network``: two hidden layers.
    inputs : str
        ``time``: summaries that know nothing of the chemistry; ``exposure``: a weighted fit that does.
    fewest : int
        Fewest samples of the sub-samplings of training traces; 0 for whole traces only.
    copies : int
        Sub-samplings of each training case.
    """

    fixed_features: ClassVar[bool] = True
    packages: ClassVar[tuple[str, ...]] = ("lightgbm", "numba")

    learner: str = "trees"
    inputs: str = "exposure"
    fewest: int = 4
    copies: int = 8

    def __post_init__(self) -> None:
        for name, value, known in (("learner", self.learner, LEARNERS), ("inputs", self.inputs, INPUTS)):
            if value not in known:
                raise unknown(name, value, known)

    def fit(self, train: Cases, valid: Cases, context: Context) -> LearnerPredictor:
        """Fit the regressor on training cases; see ``Model``."""
        fits = self.inputs == "exposure"
        inputs = Fits(Reader(context.world, noise_sd(context))) if fits else Summaries(Standard.of(train.targets))
        generator, shown = context.generator(), [train.traces]
        if self.fewest:
            subsampling = Subsampling(whole=0.2, fewest=self.fewest)
            shown = [subsampling.draw(train.traces, generator) for _ in range(self.copies)]
        parts = [inputs.of(traces) for traces in shown]
        answers = [(train.targets.values - origin) / unit for _, origin, unit in parts]
        regressor = self._regressor(stream_seed(f"learner/{context.seed}"))
        regressor.fit(np.concatenate([values for values, *_ in parts]), np.concatenate(answers))
        return LearnerPredictor(inputs, regressor)

    def _regressor(self, seed: int) -> Any:
        """Regressor of both targets."""
        if self.learner == "linear":
            return polynomial_ridge(degree=2)
        if self.learner == "trees":
            from lightgbm import LGBMRegressor  # here, so that listing the row does not pay for the library

            tree = {"num_leaves": 15, "min_child_samples": 200, "learning_rate": 0.05, "n_estimators": 400}
            return on_what_varies(LGBMRegressor(**tree, random_state=seed, n_jobs=1, deterministic=True, verbosity=-1))
        from sklearn.neural_network import MLPRegressor

        layers = {"hidden_layer_sizes": (64, 64), "max_iter": 200, "early_stopping": True}
        return on_what_varies(MLPRegressor(**layers, random_state=seed))


MODEL = Learner()
