"""Nonlinear least squares on the simulator, all cases of a batch in one compiled loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.task import Sizes, Task
from bench.world.equilibria import World
from models._least_squares import LOW, fits_of, noise_sd, standard_deviations, under_determined
from models._lm_kernel import H_00


@dataclass
class NlsPredictor(Predictor):
    """Fits E0 and k_d to each trace, within the prior's box, in the chemistry of the training cases.

    Parameters
    ----------
    world : World
        Chemistry that is assumed.
    noise : float
        Standard deviation of the pH that is assumed.
    """

    world: World
    noise: float
    n_parameters: int = 0
    simulator_calls: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Fit every trace."""
        fits, _ = fits_of("nls", traces, self.world)
        self.simulator_calls += traces.n_cases
        estimate = fits[:, : len(LOW)]
        return Prediction(estimate, standard_deviations(estimate, fits[:, H_00:], self.noise))


@dataclass(frozen=True)
class Nls(Model):
    """Least squares of the pH over the prior's box, by Levenberg-Marquardt.

    Nothing is trained and nothing was tuned. It assumes the chemistry and the noise of the training cases, and an
    electrode without lag or offset. One progress curve is built a case, whatever the number of steps.
    """

    family = "physics"
    trained_at = "none"
    uses_simulator: ClassVar[bool] = True
    gives_sd: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("numba",)

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Decline tasks in which one exposure is observed: the optimum is a curve there."""
        return under_determined("nls", task)

    def fit(self, train: Cases, valid: Cases, context: Context) -> NlsPredictor:
        """Keep the training world and noise; the cases are not looked at."""
        return NlsPredictor(context.world, noise_sd(context))


MODEL = Nls()
