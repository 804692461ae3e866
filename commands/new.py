"""Write a working plugin to start from."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer
from rich.console import Console

from bench.errors import BenchError
from commands._options import MODELS, ROOT, friendly_errors, plugin_files

PLUGIN = Template('''\
"""Ridge regression on a few summaries of the trace: replace by what your model is, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor

Array = NDArray[np.float64]


def summaries(traces: Traces) -> Array:
    """Turn traces of any length into one row of numbers a case.

    A trace is time_s, ph and valid, each of shape (case, sample); only samples where valid is True were measured.
    known holds what is known of each case, shape (case, 5).
    """
    time = np.where(traces.valid, traces.time_s / 30.0, 0.0)
    rise = np.where(traces.valid, traces.ph - traces.ph[:, :1], 0.0)
    moments = [(rise * time**power).sum(axis=1) / traces.lengths for power in range(4)]
    return np.column_stack([traces.known, time.max(axis=1), *moments])


@dataclass
class ${class_name}Predictor(Predictor):
    """What a fit leaves: it is pickled, so it holds all that predict needs.

    Parameters
    ----------
    regressor : scikit-learn regressor
        Fitted on summaries and scaled targets.
    mean, sd : array, shape (2,)
        Scale of the targets, from the training cases.
    """

    regressor: Any
    mean: Array
    sd: Array

    def predict(self, traces: Traces) -> Prediction:
        """Predict E0 [g/L] and k_d [1/s], one row a case, in physical units."""
        return Prediction(self.mean + self.sd * self.regressor.predict(summaries(traces)))


@dataclass(frozen=True)
class ${class_name}(Model):
    """The model: its fields are its settings, which --set changes. Write here what tuning cost.

    Parameters
    ----------
    degree : int
        Highest degree of the products of the summaries.
    """

    fixed_features: ClassVar[bool] = True

    degree: int = 2

    def fit(self, train: Cases, valid: Cases, context: Context) -> ${class_name}Predictor:
        """Fit on training cases; draw randomness from context.seed alone."""
        targets = train.targets.values
        mean, sd = targets.mean(axis=0), targets.std(axis=0)
        regressor = make_pipeline(
            StandardScaler(),
            PolynomialFeatures(self.degree, include_bias=False),
            StandardScaler(),
            RidgeCV(alphas=np.logspace(-3, 3, 13), alpha_per_target=True),
        )
        return ${class_name}Predictor(regressor.fit(summaries(train.traces), (targets - mean) / sd), mean, sd)


MODEL = ${class_name}()
''')


def new(
    name: Annotated[str, typer.Argument(help="Name of the row: letters, digits and underscores.", metavar="NAME")],
    folder: Annotated[Path, typer.Option(help="Where to write it.", metavar="DIR")] = Path("my_models"),
) -> None:
    """Write DIR/NAME.py, a working plugin to start from, and say what to do with it."""
    with friendly_errors():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
            raise BenchError(
                f"plugin '{name}': name must be lower-case letters, digits and underscores, got {name!r}. Rename it."
            )
        if name in plugin_files([]):
            raise BenchError(f"plugin '{name}': name must be new, got a row of the suite. Choose another.")
        if importlib.util.find_spec(name) is not None:
            raise BenchError(f"plugin '{name}': name must be no library's, got one. Choose another.")
        path = folder / f"{name}.py"
        if path.exists():
            raise BenchError(f"file '{path}': path must be free, got a file. Choose another name or remove it.")
        folder.mkdir(parents=True, exist_ok=True)
        class_name = "".join(part.capitalize() for part in name.split("_"))
        path.write_text(PLUGIN.substitute(class_name=class_name), encoding="utf-8")
    bench = f"python {os.path.relpath(ROOT / 'run_bench.py')}"
    extra = "" if folder.resolve() == MODELS else f" --models {folder}"
    lines = [
        f"{path} is written and works. Change it, then:",
        f"  {bench} check {path}",
        f"  {bench} --task in_distribution --model mean --model {name}{extra} --preset quick",
        f"  {bench} --suite core --model mean --model nls --model {name}{extra}",
    ]
    for line in lines:
        Console().print(line, markup=False, highlight=False, soft_wrap=True)
