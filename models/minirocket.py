"""MiniRocket (tsai): shares of a trace above thresholds after fixed random convolutions, and ridge regression on them.

It needs at least nine samples on one grid, so every trace is interpolated onto the training grid first: a shorter one
holds its last pH, a longer one is cut, one of four samples becomes straight lines.
Source: Dempster, Schmidt & Webb, "MiniRocket: a very fast (almost) deterministic transform for time series
classification", KDD 2021, arXiv:2012.08791; features as in tsai.

Tuning: 1 trial at standard size on 1,024 validation cases of 30 s, R2 of E0 / k_d measured every 0.3 s, 1 s and 10 s:
0.969 / 0.003, 0.962 / 0.001, 0.910 / -0.009 in 43 CPU seconds; the penalties are chosen within a fit.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.world.quantities import INITIAL_PH
from models._sklearn import Standard
from models._subsampling import Subsampling

if TYPE_CHECKING:
    import torch
    from sklearn.pipeline import Pipeline

FEWEST = 9
"""Taps of its kernels: it takes no shorter series."""
CHUNK = 256
"""Cases that are transformed at once: bounds memory, moves no result."""
PENALTIES = np.logspace(-1.0, 5.0, 7)
"""Ridge penalties that are tried on the validation cases."""


@dataclass(frozen=True, eq=False)
class Rocket:
    """The transform with its grid.

    Parameters
    ----------
    grid_s : array, shape (sample,)
        Times onto which traces are interpolated [s].
    features : tsai's MiniRocketFeatures
        Fitted, in double precision: a rounding error could carry a sample across a threshold.
    """

    grid_s: Array
    features: torch.nn.Module

    @classmethod
    def fitted(cls, traces: Traces, n_features: int, seed: int) -> Rocket:
        """Take grid and thresholds from training traces."""
        import torch

        with warnings.catch_warnings():
            # fastai, which tsai imports, uses what torch and pandas have deprecated.
            warnings.simplefilter("ignore")
            from tsai.models.MINIROCKET_Pytorch import MiniRocketFeatures
        grid_s = np.linspace(0.0, traces.time_s.max(), max(int(traces.lengths.max()), FEWEST))
        features = MiniRocketFeatures(1, len(grid_s), n_features, random_state=seed)
        before = np.random.get_state()  # tsai seeds numpy's global generator
        try:
            features.fit(torch.from_numpy(_on_grid(traces, grid_s)).float())
        finally:
            np.random.set_state(before)
        return cls(grid_s, features.double().eval())

    def transform(self, traces: Traces) -> Array:
        """Features of every trace, then the known inputs, shape (case, feature)."""
        import torch

        series = torch.from_numpy(_on_grid(traces, self.grid_s))
        with torch.no_grad():
            parts = [self.features(part).double().numpy() for part in series.split(CHUNK)]
        return np.hstack([np.concatenate(parts), traces.known])


def _on_grid(traces: Traces, grid_s: Array) -> Array:
    """Rise of the pH on the grid, shape (case, 1, sample)."""
    rise = traces.ph - traces.known[:, [INITIAL_PH]]
    rows = zip(traces.time_s, rise, traces.lengths, strict=True)
    return np.array([np.interp(grid_s, time_s[:n], values[:n]) for time_s, values, n in rows])[:, None, :]


@dataclass
class MiniRocketPredictor(Predictor):
    """The transform, a linear regression, and the scale of the targets.

    Parameters
    ----------
    rocket : Rocket
        Gives the features.
    regressor : sklearn.pipeline.Pipeline
        Fitted on features and standardised targets.
    standard : Standard
        Scale of the targets.
    n_parameters : int
        Number of coefficients.
    """

    rocket: Rocket
    regressor: Pipeline
    standard: Standard
    n_parameters: int | None

    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces; see ``Predictor``."""
        return Prediction(self.standard.physical(self.regressor.predict(self.rocket.transform(traces))))


@dataclass(frozen=True)
class MiniRocket(Model):
    """Ridge regression on MiniRocket's features and the known inputs, learnt from traces and their sub-samplings.

    Parameters
    ----------
    n_features : int
        Number of features; tsai rounds it down to a multiple of 84.
    copies : int
        Random sub-samplings of each trace that are learnt from beside the trace itself.
    """

    family = "learned"
    trained_at = "many"
    fixed_features = True
    packages = ("torch", "tsai")

    n_features: int = 2_016
    copies: int = 1

    def fit(self, train: Cases, valid: Cases, context: Context) -> MiniRocketPredictor:
        """Fit the thresholds, then one ridge regression a penalty; the validation cases choose one for each target."""
        standard = Standard.of(train.targets)
        rocket = Rocket.fitted(train.traces, self.n_features, context.seed)
        generator = context.generator()
        x, x_valid = (self._inputs(rocket, cases.traces, generator) for cases in (train, valid))
        y, y_valid = (np.tile(standard.scaled(cases.targets), (1 + self.copies, 1)) for cases in (train, valid))
        errors = []
        for i, penalty in enumerate(PENALTIES):
            errors.append(((_ridge(penalty).fit(x, y).predict(x_valid) - y_valid) ** 2).mean(axis=0))
            context.report((i + 1) / (len(PENALTIES) + 1), f"penalty {penalty:g}")
        regressor = _ridge(PENALTIES[np.argmin(errors, axis=0)]).fit(x, y)
        return MiniRocketPredictor(rocket, regressor, standard, y.shape[1] * (x.shape[1] + 1))

    def _inputs(self, rocket: Rocket, traces: Traces, generator: np.random.Generator) -> Array:
        """Features of traces, then of their sub-samplings."""
        drawn = [Subsampling(whole=0.0).draw(traces, generator) for _ in range(self.copies)]
        return np.concatenate([rocket.transform(part) for part in (traces, *drawn)])


def _ridge(penalty: Array | float) -> Pipeline:
    """Ridge regression of one penalty, or of one for each target, on standardised features."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), Ridge(penalty, solver="cholesky"))


MODEL = MiniRocket()
