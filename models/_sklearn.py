"""Any scikit-learn regressor as a row: it sees the summaries of ``models._features`` and standardised targets."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Targets, Traces
from bench.contract import Context, Model, Prediction, Predictor
from models._features import features

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

VARIES = 1e-6
"""Variance of a standardised feature that is more than rounding."""


@dataclass(frozen=True)
class Standard:
    """Targets in training standard deviations about the training mean, and back.

    Parameters
    ----------
    mean, sd : array, shape (2,)
        Of the training targets; a constant target has the standard deviation 1.

    Examples
    --------
    >>> targets = Targets(np.array([[0.2, 1e-3], [0.4, 1e-3]]))
    >>> standard = Standard.of(targets)
    >>> standard.scaled(targets).round(6).tolist(), standard.physical(np.zeros((1, 2))).round(6).tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [[0.3, 0.001]])
    """

    mean: Array
    sd: Array

    @classmethod
    def of(cls, targets: Targets) -> Standard:
        """Mean and standard deviation of training targets."""
        spread = np.ptp(targets.values, axis=0)
        return cls(targets.values.mean(axis=0), np.where(spread > 0, targets.values.std(axis=0), 1.0))

    def scaled(self, targets: Targets) -> Array:
        """Standardised targets, shape (case, 2)."""
        return (targets.values - self.mean) / self.sd

    def physical(self, scaled: Array) -> Array:
        """Targets in their units, shape (case, 2)."""
        return self.mean + self.sd * scaled


@dataclass
class SklearnPredictor(Predictor):
    """A fitted regressor with the scale of its targets."""

    regressor: Any
    standard: Standard
    n_parameters: int | None

    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces; see ``Predictor``."""
        return Prediction(self.standard.physical(self.regressor.predict(features(traces))))


@dataclass(frozen=True)
class SklearnModel(Model):
    """A row that names a regressor.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> class Neighbours(SklearnModel):
    ...     def regressor(self, context):
    ...         return make_pipeline(StandardScaler(), KNeighborsRegressor(5))
    """

    fixed_features: ClassVar[bool] = True

    @abstractmethod
    def regressor(self, context: Context) -> Any:
        """Regressor to fit, of several targets."""

    def fit(self, train: Cases, valid: Cases, context: Context) -> SklearnPredictor:
        """Fit the regressor on the summaries of the training cases; see ``Model``."""
        from sklearn.pipeline import Pipeline  # here and below, so that listing a row does not pay for the library

        standard = Standard.of(train.targets)
        regressor = self.regressor(context).fit(features(train.traces), standard.scaled(train.targets))
        last = regressor[-1] if isinstance(regressor, Pipeline) else regressor
        coefficients = [np.size(getattr(last, name)) for name in ("coef_", "intercept_") if hasattr(last, name)]
        return SklearnPredictor(regressor, standard, sum(coefficients) or None)


def polynomial_ridge(degree: int) -> Pipeline:
    """Ridge regression on standardised features and their products.

    The penalty is chosen a target, by leave-one-out error on the training cases. A feature that does not vary there is
    left out: what scaling leaves of it is rounding, and its products would be scaled up to whole standard deviations.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 9)[:, None]
    >>> polynomial_ridge(2).fit(x, np.column_stack([x, x**2])).predict([[0.5]]).round(2).tolist()
    [[0.5, 0.25]]
    """
    from sklearn.feature_selection import VarianceThreshold
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return make_pipeline(
        StandardScaler(),
        VarianceThreshold(VARIES),
        PolynomialFeatures(degree, include_bias=False),
        StandardScaler(),
        RidgeCV(alphas=np.logspace(-3, 3, 13), alpha_per_target=True),
    )
