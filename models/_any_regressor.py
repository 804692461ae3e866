"""Any scikit-learn regressor as a row, whatever it asks of inputs and targets; ``models._sklearn`` does the rest."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.contract import Context
from models._sklearn import VARIES, SklearnModel

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class AnyRegressor(SklearnModel):
    """A row that names any regressor, be it of one output alone, or one that takes distances in all of its inputs.

    Examples
    --------
    >>> from sklearn.svm import SVR
    >>> class Support(AnyRegressor):
    ...     def estimator(self, context):
    ...         return SVR()
    """

    @abstractmethod
    def estimator(self, context: Context) -> Any:
        """Regressor as the library gives it."""

    def regressor(self, context: Context) -> Any:
        """Regressor of both targets, behind scaled inputs that vary."""
        return on_what_varies(self.estimator(context))


def on_what_varies(estimator: Any) -> Pipeline:
    """Scale the inputs, leave out those that training does not vary, and fit an estimator of one output twice.

    The number of samples and the duration are the same in most training sets, and others in a test: to a kernel every
    test case is then far from all that it knows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import SVR
    >>> x = np.column_stack([np.linspace(0.0, 1.0, 9), np.full(9, 101.0)])
    >>> fitted = on_what_varies(SVR()).fit(x, x[:, [0, 0]])
    >>> bool((fitted.predict([[0.5, 4.0]]) == fitted.predict([[0.5, 101.0]])).all())
    True
    """
    from sklearn.feature_selection import VarianceThreshold
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils import get_tags

    both = estimator if get_tags(estimator).target_tags.multi_output else MultiOutputRegressor(estimator)
    return make_pipeline(StandardScaler(), VarianceThreshold(VARIES), both)
