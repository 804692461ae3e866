# What becomes of plugins as authors write them, on the cases of check: the table of docs/adding_a_model.md.
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.svm import SVR

from bench.cases import Cases, Targets, Traces
from bench.compiled import ROOT
from bench.conformance.subject import Subject
from bench.conformance.suite import CHECKS, FAILED, PASSED, examine
from bench.contract import Context, Model, Prediction, Predictor
from bench.world.quantities import TARGET_NAMES
from models._any_regressor import AnyRegressor
from models.ridge import MODEL as RIDGE

PAGE = ROOT / "docs" / "adding_a_model.md"
PLACE, NUMBER = re.compile(r" \[.*, line \d+\]"), re.compile(r"got -?\d+(\.\d+)?(e[+-]\d+)?")


@dataclass(frozen=True)
class Regressor(AnyRegressor):
    make: Callable = RidgeCV

    def estimator(self, context: Context):
        return self.make()


def pipeline():
    return make_pipeline(PolynomialFeatures(2, include_bias=False), RidgeCV(np.logspace(-3, 3, 7)))


def process():
    return GaussianProcessRegressor(RBF(10.0) + WhiteKernel(1e-3), optimizer=None)


@dataclass
class Changed(Predictor):
    fitted: Predictor
    change: Callable

    def predict(self, traces: Traces) -> Prediction:
        return self.change(self.fitted.predict(traces).mean)


@cache
def fitted(acquisition, shuffled: bool, n_cases: int) -> Predictor:
    """Ridge regression, fitted once for all that differ in what they answer alone."""
    subject = Subject(RIDGE)
    train = subject.cases("train", n_cases, acquisition)
    order = np.random.default_rng(0).permutation(n_cases)
    targets = np.column_stack([train.targets.values[:, 0], train.targets.values[order, 1]])
    cases = Cases(train.traces, Targets(targets)) if shuffled else train
    return RIDGE.fit(cases, cases, Context(0, (acquisition,), None))


@dataclass(frozen=True)
class Answering(Model):
    fixed_features: ClassVar[bool] = True

    change: Callable = Prediction
    shuffled: bool = False

    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        return Changed(fitted(*context.acquisitions, self.shuffled, train.traces.n_cases), self.change)


def of_k_d(change: Callable) -> Callable:
    return lambda mean: Prediction(np.column_stack([mean[:, 0], change(np.maximum(mean[:, 1], 1e-6))]))


AUTHORS = {
    "a scikit-learn pipeline, by `AnyRegressor`": Regressor(pipeline),
    "a Gaussian process, by `AnyRegressor`": Regressor(process),
    "a regressor of one output (`SVR`), by `AnyRegressor`": Regressor(SVR),
    "`Prediction` of a torch tensor": Answering(lambda mean: Prediction(torch.as_tensor(mean))),
    "of a DataFrame": Answering(lambda mean: Prediction(pd.DataFrame(mean, columns=TARGET_NAMES))),
    "of a list": Answering(lambda mean: Prediction(mean.tolist())),
    "a bare array": Answering(lambda mean: mean),
    "k_d in 1/min": Answering(of_k_d(lambda k_d: 60.0 * k_d)),
    "log10 of k_d": Answering(of_k_d(np.log10)),
    "k_d trained on shuffled labels": Answering(shuffled=True),
    "columns in the other order": Answering(lambda mean: Prediction(mean[:, ::-1])),
}


def line_of(author: str) -> str:
    """Line of the table: the plugin, the first check that fails of those that look at answers, and its sentence."""
    subject = Subject(AUTHORS[author])
    outcomes = (examine(check, subject) for check in CHECKS if check.name in ("shape", "small_task", "both_targets"))
    failed = next((outcome for outcome in outcomes if outcome.status != PASSED), None)
    if failed is None:
        return f"| {author} | passes | |"
    assert failed.status == FAILED
    sentence = PLACE.sub("", failed.message).removeprefix(f"Answering '{failed.check}': ")
    return f"| {author} | `{failed.check}` fails | {NUMBER.sub('got a number', sentence)} |"


@pytest.mark.slow
@pytest.mark.parametrize("author", AUTHORS)
def test_the_page_says_what_becomes_of_a_plugin(author: str) -> None:
    assert line_of(author) in PAGE.read_text(encoding="utf-8").splitlines()
