"""One weighted straight-line fit in the exposure coordinate with the prior of k_d: the physics, and nothing learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.world.equilibria import World
from models._exposure import columns_in_time, exposures_of, weighted_fit
from models._least_squares import HIGH, LOW, noise_sd, prior_sd


@dataclass
class LinearExposurePredictor(Predictor):
    """Turns every pH into an exposure, and fits a line to them; answers lie within the prior."""

    world: World
    noise: float
    n_parameters: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Fit every trace."""
        exposures = exposures_of(traces, self.world, self.noise)
        fit = weighted_fit(columns_in_time(exposures.time_s), exposures, self.noise)
        mean = np.clip(fit.targets, LOW, HIGH)
        return Prediction(mean, np.minimum(fit.sd, prior_sd(mean)))


@dataclass(frozen=True)
class LinearExposure(Model):
    """What ``exposure`` starts from: a linear fit that knows the mean and standard deviation of k_d's prior.

    Nothing is trained and nothing was tuned. It assumes the chemistry and the noise of the training cases, and an
    electrode without lag or offset. The exposure is linearised around the middle of k_d's prior.
    """

    family = "physics"
    trained_at = "none"
    uses_simulator: ClassVar[bool] = True
    gives_sd: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("numba",)

    def fit(self, train: Cases, valid: Cases, context: Context) -> LinearExposurePredictor:
        """Keep the training world and noise; the cases are not looked at."""
        return LinearExposurePredictor(context.world, noise_sd(context))


MODEL = LinearExposure()
