"""Posterior mean by least squares, a Gaussian in E0 and a one-dimensional integral over k_d, without learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.world.equilibria import World
from models._laplace_kernel import MEAN_K_D, N_MOMENTS, integrate_cases
from models._least_squares import HIGH, LOW, fits_of, noise_sd, out_of_nodes


@dataclass
class LaplacePredictor(Predictor):
    """Integrates the likelihood of each trace over the prior's box, in the chemistry of the training cases.

    Parameters
    ----------
    world : World
        Chemistry that is assumed.
    noise : float
        Standard deviation of the pH that is assumed.
    n_nodes : int
        Nodes of the integral over k_d.
    """

    world: World
    noise: float
    n_nodes: int
    n_parameters: int = 0
    simulator_calls: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Fit every trace, then integrate around the fit."""
        fits, packed = fits_of("laplace", traces, self.world)
        moments = np.empty((traces.n_cases, N_MOMENTS))
        places, weights = np.polynomial.legendre.leggauss(self.n_nodes)
        rule = np.stack([0.5 * (1.0 + places), 0.5 * weights])
        time_s, ph, lengths = np.ascontiguousarray(traces.time_s), np.ascontiguousarray(traces.ph), traces.lengths
        if integrate_cases(time_s, ph, lengths, packed, fits, self.noise, np.stack([LOW, HIGH]), rule, moments) < 0:
            raise out_of_nodes("laplace")
        self.simulator_calls += 2 * traces.n_cases
        return Prediction(moments[:, : MEAN_K_D + 1], np.sqrt(moments[:, MEAN_K_D + 1 :]))


@dataclass(frozen=True)
class Laplace(Model):
    """How cheap the ceiling can be: the posterior mean, with one of its two integrals done by a Gaussian.

    Nothing is trained. It assumes the chemistry and the noise of the training cases, and an electrode without lag or
    offset. Tuning: on 2,000 validation cases of each core acquisition RMSE relative to the exact posterior's is at most
    1.0003 for either target with 8, 10 or 12 nodes; on 60 s @ 0.3 s, where k_d is sharpest, 8, 10 and 12 nodes leave
    means off by at most 0.3, 0.1 and 0.03 posterior standard deviations in the worst case.

    Parameters
    ----------
    n_nodes : int
        Nodes of the integral over k_d.
    """

    family = "physics"
    trained_at = "none"
    uses_simulator: ClassVar[bool] = True
    gives_sd: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("numba",)

    n_nodes: int = 12

    def fit(self, train: Cases, valid: Cases, context: Context) -> LaplacePredictor:
        """Keep the training world and noise; the cases are not looked at."""
        return LaplacePredictor(context.world, noise_sd(context), self.n_nodes)


MODEL = Laplace()
