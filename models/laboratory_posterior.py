"""The untold posterior: what a trace tells somebody who knows what may be wrong with it, but not what is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bench.cases import Cases, Traces
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import BENCHMARK
from bench.contract import Context, Model, Prediction, Predictor
from bench.task import Sizes, Task
from bench.world.equilibria import World
from bench.world.laboratory import Laboratory
from models._laboratory_cases import laboratory_of


@dataclass
class LaboratoryPosteriorPredictor(Predictor):
    """Samples the posterior of each trace, all nuisances of a laboratory integrated out, within the prior's box."""

    laboratory: Laboratory
    world: World
    n_parameters: int = 0

    def predict(self, traces: Traces) -> Prediction:
        """Mean and standard deviation of every posterior."""
        found = list(untold_posteriors(traces, self.laboratory, BENCHMARK, self.world))
        return Prediction(*(np.array([getattr(each, name) for each in found]) for name in ("mean", "sd")))


@dataclass(frozen=True)
class LaboratoryPosterior(Model):
    """``bench.ceiling.untold`` as a row: where a ceiling is told what is wrong, this is what can be had without.

    Nothing is trained and nothing was tuned. It takes traces for those of a laboratory, of the one that the training
    cases come from where they do, and their chemistry for that of training; with carbonate at most above 0 it takes
    the beaker to hold some. A case costs 0.1 to 0.3 CPU seconds, the first two minutes where nothing is compiled yet.

    Parameters
    ----------
    least_carbonate_uM, most_carbonate_uM : float
        Range of a carbonate that training cases do not have; see ``Laboratory``.
    """

    family = "physics"
    trained_at = "none"
    suite = "laboratory"
    uses_simulator: ClassVar[bool] = True
    gives_sd: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("numba",)

    least_carbonate_uM: float = 0.0  # the field's unit
    most_carbonate_uM: float = 0.0  # the field's unit

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Decline a training world that has no progress curve in the exposure."""
        world = task.train_world
        return None if world.autonomous else f"the posterior needs a progress curve, which {world.name} does not have"

    def fit(self, train: Cases, valid: Cases, context: Context) -> LaboratoryPosteriorPredictor:
        """Keep the laboratory and the world of the training cases, which are not looked at."""
        laboratory = laboratory_of(
            context, least_carbonate_uM=self.least_carbonate_uM, most_carbonate_uM=self.most_carbonate_uM
        )
        return LaboratoryPosteriorPredictor(laboratory, context.world)


MODEL = LaboratoryPosterior()
