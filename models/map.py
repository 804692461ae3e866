"""Least squares on the simulator with a Gaussian prior on k_d: what shrinking does for ``nls``, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.world.equilibria import World
from bench.world.quantities import K_D
from models._least_squares import HIGH, LOW, fits_of, noise_sd, prior_sd, standard_deviations
from models._lm_kernel import H_00

MIDDLE = 0.5 * (LOW + HIGH)


@dataclass
class MapPredictor(Predictor):
    """Finds the mode of the posterior of each trace, within the prior's box, in the chemistry of the training cases."""

    world: World
    noise: float
    n_parameters: int = 0
    simulator_calls: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Fit every trace."""
        precision = float((self.noise / prior_sd(MIDDLE)[K_D]) ** 2)
        fits, _ = fits_of("map", traces, self.world, (float(MIDDLE[K_D]), precision))
        self.simulator_calls += traces.n_cases
        estimate = fits[:, : len(LOW)]
        return Prediction(estimate, standard_deviations(estimate, fits[:, H_00:], self.noise))


@dataclass(frozen=True)
class Map(Model):
    """``nls`` that knows where k_d lies: one term for the mean and standard deviation of its uniform prior.

    Nothing is trained and nothing was tuned. It assumes the chemistry and the noise of the training cases, and an
    electrode without lag or offset.
    """

    family = "physics"
    trained_at = "none"
    uses_simulator: ClassVar[bool] = True
    gives_sd: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("numba",)

    def fit(self, train: Cases, valid: Cases, context: Context) -> MapPredictor:
        """Keep the training world and noise; the cases are not looked at."""
        return MapPredictor(context.world, noise_sd(context))


MODEL = Map()
