"""A model under examination, with the cases that it is examined on and the fits that the checks share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from bench.cases import Cases
from bench.contract import Context, Model, Prediction, Predictor
from bench.draw import draw_cases
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

TRAINING = Acquisition(30.0, 0.3)
NOISE_FREE = replace(TRAINING, noise_sd=0.0)
FOUR_SAMPLES = Acquisition(30.0, 10.0)

SIZES = Sizes(train=1_024, valid=256, test=64, seeds=1)
FEW = Sizes(train=64, valid=32, test=32, seeds=1)
"""Enough for the checks that ask for no score."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A model under examination; its cases are drawn and its fits are made once, when a check first asks for them."""

    model: Model
    sizes: Sizes = SIZES

    def cases(self, part: str, n_cases: int, *acquisitions: Acquisition) -> Cases:
        """Cases drawn afresh: the same for the same arguments."""
        return draw_cases(acquisitions or (TRAINING,), TEMPERATURE_CORRECTED, f"conformance/{part}", n_cases)

    def fit(self, train: Cases, valid: Cases, acquisition: Acquisition = TRAINING) -> Predictor:
        """Fit the model with seed 0."""
        return self.model.fit(train, valid, Context(0, (acquisition,), TEMPERATURE_CORRECTED))

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
        return self.fitted.predict(self.test.traces)
