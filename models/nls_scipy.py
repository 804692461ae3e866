"""One scipy ``least_squares`` a case: the slow, independent check on ``nls``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import least_squares

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.task import PRESETS, Sizes, Task
from bench.world.equilibria import World
from bench.world.simulator import ph_and_derivatives
from models._least_squares import HIGH, LOW, noise_sd, standard_deviations, under_determined


@dataclass
class ScipyPredictor(Predictor):
    """Fits E0 and k_d to each trace by the trust-region reflective method, from several starts.

    Parameters
    ----------
    world : World
        Chemistry that is assumed.
    noise : float
        Standard deviation of the pH that is assumed.
    starts : tuple of float
        Where in the prior k_d begins, as fractions of its width; E0 begins in the middle.
    tolerance : float
        Relative change of cost, targets and gradient at which a fit ends.
    """

    world: World
    noise: float
    starts: tuple[float, ...]
    tolerance: float
    n_parameters: int = 0
    simulator_calls: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Fit every trace."""
        optima = [
            self.best_fit(traces.time_s[case, :length], traces.ph[case, :length], traces.known[case])
            for case, length in enumerate(traces.lengths)
        ]
        estimate = np.reshape([x for x, _, _ in optima], (-1, len(LOW)))
        matrix = np.reshape([entries for _, _, entries in optima], (-1, 3))
        return Prediction(estimate, standard_deviations(estimate, matrix, self.noise))

    def best_fit(self, time_s: Array, ph: Array, known: Array) -> tuple[Array, float, Array]:
        """Fit one trace."""

        def simulated(targets: Array) -> tuple[Array, Array]:
            fitted, derivatives = ph_and_derivatives(time_s, known[None], targets[None], self.world)
            self.simulator_calls += 1
            return fitted[0], derivatives[0]

        fits = [
            least_squares(
                lambda targets: simulated(targets)[0] - ph,
                np.array([0.5, start]) * (HIGH - LOW) + LOW,
                jac=lambda targets: simulated(targets)[1],
                bounds=(LOW, HIGH),
                method="trf",
                x_scale="jac",
                xtol=self.tolerance,
                ftol=self.tolerance,
                gtol=self.tolerance,
            )
            for start in self.starts
        ]
        best = min(fits, key=lambda fit: fit.cost)
        return best.x, best.cost, (best.jac.T @ best.jac)[np.triu_indices(2)]


@dataclass(frozen=True)
class NlsScipy(Model):
    """Least squares of the pH over the prior's box, by scipy; nothing is trained and nothing was tuned.

    Parameters
    ----------
    starts : tuple of float
        Where in the prior k_d begins, as fractions of its width.
    tolerance : float
        Relative change at which a fit ends.
    """

    family = "physics"
    trained_at = "none"
    uses_simulator: ClassVar[bool] = True
    gives_sd: ClassVar[bool] = True
    trained: ClassVar[bool] = False

    starts: tuple[float, ...] = (0.2, 0.8)
    tolerance: float = 1e-15

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Decline large test sets, and tasks in which one exposure is observed."""
        limit = PRESETS["quick"].test
        if sizes.test > limit:
            return f"nls_scipy fits one case at a time and takes at most {limit} test cases: use preset quick, or nls."
        return under_determined("nls_scipy", task)

    def fit(self, train: Cases, valid: Cases, context: Context) -> ScipyPredictor:
        """Keep the training world and noise; the cases are not looked at."""
        return ScipyPredictor(context.world, noise_sd(context), self.starts, self.tolerance)


MODEL = NlsScipy()
