"""A model under examination, with the cases that it is examined on and the fits that the checks share."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.draw import draw_cases
from bench.run.job import kept_to
from bench.run.scores.answer import check_predictor, check_shape, plain_arrays
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

TRAINING = Acquisition(30.0, 0.3)
NOISE_FREE = replace(TRAINING, noise_sd=0.0)
WHOLE = Acquisition(2000.0, 20.0, noise_sd=0.0)
"""The reaction to its end, where even trees on summaries learn k_d from a thousand cases."""
FOUR_SAMPLES = Acquisition(30.0, 10.0)

SIZES = Sizes(train=1_024, valid=256, test=64, seeds=1)
FEW = Sizes(train=64, valid=32, test=32, seeds=1)
"""Enough for the checks that ask for no score."""


@dataclass
class Budget:
    """Time of an examination: when it ends, by the monotonic clock, and what the longest fit took so far."""

    ends: float = math.inf
    fit_s: float = 0.0

    def lacks(self, n_fits: int) -> str | None:
        """Say that what is left is too short for some fits."""
        left_s = self.ends - time.monotonic()
        if n_fits == 0 or n_fits * self.fit_s < left_s:
            return None
        return f"a fit takes {self.fit_s:.0f} s and {left_s:.0f} s are left; give more with --time-limit"


@dataclass(frozen=True, eq=False)
class Subject:
    """A model under examination; its cases are drawn and its fits are made once, when a check first asks for them."""

    model: Model
    sizes: Sizes = SIZES
    device: str = "cpu"
    report: Callable[[float, str], None] = Context.report
    budget: Budget = field(default_factory=Budget)

    def cases(self, part: str, n_cases: int, *acquisitions: Acquisition) -> Cases:
        """Cases drawn afresh: the same for the same arguments."""
        return draw_cases(acquisitions or (TRAINING,), TEMPERATURE_CORRECTED, f"conformance/{part}", n_cases)

    def fit(self, train: Cases, valid: Cases, acquisition: Acquisition = TRAINING) -> Predictor:
        """Fit the model with seed 0."""
        began = time.monotonic()
        left_s = self.budget.ends - began
        context = Context(0, (acquisition,), TEMPERATURE_CORRECTED, self.device, report=self.report, time_s=left_s)
        with kept_to(self.device):
            predictor = check_predictor(self.model.fit(train, valid, context))
        self.budget.fit_s = max(self.budget.fit_s, time.monotonic() - began)
        return predictor

    def predict(self, predictor: Predictor, traces: Traces) -> Prediction:
        """What a fit answers, as a run takes it."""
        with kept_to(self.device):
            arrays = plain_arrays(predictor.predict(traces), self.model.gives_sd)
        for name, values in arrays.items():
            check_shape(values, traces.n_cases, name)
        return Prediction(arrays["mean"], arrays.get("sd"), samples=arrays.get("samples"))

    def ask(self, traces: Traces) -> Prediction:
        """What the shared fit answers."""
        return self.predict(self.fitted, traces)

    def cannot(self, test: Acquisition = TRAINING) -> str | None:
        """The model's own reason against being tested on an acquisition."""
        return self.model.cannot(Task("conformance", "does it keep the contract", (TRAINING,), test), self.sizes)

    @cached_property
    def train(self) -> Cases:
        """Training cases that the shared fit was given."""
        return self.cases("train", self.sizes.train)

    @cached_property
    def valid(self) -> Cases:
        """Validation cases that the shared fit was given."""
        return self.cases("valid", self.sizes.valid)

    @cached_property
    def test(self) -> Cases:
        """Test cases that the shared answer was given."""
        return self.cases("test", self.sizes.test)

    @cached_property
    def fitted(self) -> Predictor:
        """The shared fit."""
        return self.fit(self.train, self.valid)

    @cached_property
    def answer(self) -> Prediction:
        """The shared fit's answer to the test traces."""
        return self.ask(self.test.traces)
