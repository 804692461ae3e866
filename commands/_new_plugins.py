"""The working plugins that ``new`` writes; replace ``class_name``."""

from string import Template

REGRESSION = Template('''\
"""Ridge regression on a few summaries of the trace: replace by what your model is, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import VarianceThreshold
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor


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
    family = "learned"  # how boards show it: see Model.family and Model.trained_at
    trained_at = "one"

    degree: int = 2

    def fit(self, train: Cases, valid: Cases, context: Context) -> ${class_name}Predictor:
        """Fit on training cases; draw randomness from context.seed alone."""
        targets = train.targets.values
        mean, sd = targets.mean(axis=0), targets.std(axis=0)
        regressor = make_pipeline(
            StandardScaler(),
            VarianceThreshold(1e-6),  # what does not vary in training may do so in a test
            PolynomialFeatures(self.degree, include_bias=False),
            StandardScaler(),
            RidgeCV(alphas=np.logspace(-3, 3, 13), alpha_per_target=True),
        )
        return ${class_name}Predictor(regressor.fit(summaries(train.traces), (targets - mean) / sd), mean, sd)


MODEL = ${class_name}()
''')

NETWORK = Template('''\
"""Two convolutions and the mean over the samples: replace by what your network is, in one line."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from models._sequence.encoder import Encoded
from models._sequence.network import Head, SequenceNetwork, masked_mean, with_known
from models._sequence.pipeline import SequenceModel


class ${class_name}Network(SequenceNetwork):
    """Put your layers here.

    Parameters
    ----------
    n_channels, n_known, n_outputs : int
        Channels C of a sample, known inputs K, outputs O.
    width : int
        Features of a sample.
    """

    def __init__(self, n_channels: int, n_known: int, n_outputs: int, width: int) -> None:
        super().__init__(n_channels, n_known)
        self.first = nn.Conv1d(n_channels + n_known, width, 5, padding=2)
        self.second = nn.Conv1d(width, width, 5, padding=2)
        self.head = Head(width + n_known, 2 * width, n_outputs, dropout=0.0)

    def answer(self, encoded: Encoded) -> torch.Tensor:
        """Answer B cases of T samples, shape (B, O).

        encoded.samples has shape (B, C, T), encoded.valid (B, T) and encoded.known (B, K). Traces are padded at the
        end, where valid is False; the bias of a convolution fills the padding again, so mask after each.
        """
        valid = encoded.valid[:, None, :]
        hidden = torch.relu(self.first(with_known(encoded))) * valid
        hidden = torch.relu(self.second(hidden)) * valid
        return self.head(torch.cat([masked_mean(hidden, encoded.valid), encoded.known], dim=1))


@dataclass(frozen=True)
class ${class_name}(SequenceModel):
    """The model: its fields are its settings, which --set changes. Write here what tuning cost.

    Parameters
    ----------
    epochs : int
        Passes over the training cases; the other settings of the training loop are fields as well.
    width : int
        Features of a sample.
    """

    family = "learned"  # how boards show it: see Model.family and Model.trained_at
    trained_at = "one"

    epochs: int = 40
    width: int = 32

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> ${class_name}Network:
        """Build the network with fresh weights; the seed has been set."""
        return ${class_name}Network(n_channels, n_known, n_outputs, self.width)


MODEL = ${class_name}()
''')
