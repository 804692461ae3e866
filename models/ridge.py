"""Ridge regression on summaries of the trace and their products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.contract import Context
from models._sklearn import SklearnModel, polynomial_ridge

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Ridge(SklearnModel):
    """Linear in products of summaries; the penalty is chosen on the training cases, by leave-one-out error.

    Tuning: two trials at 8,192 training and 2,048 validation cases of 30 s @ 0.3 s, R2 of E0 / k_d: degree 1
    0.908 / 0.139, degree 2 0.994 / 0.520.

    Parameters
    ----------
    degree : int
        Highest degree of the products.
    """

    family = "baseline"
    trained_at = "one"

    degree: int = 2

    def regressor(self, context: Context) -> Pipeline:
        """Give the pipeline of scaling, products and ridge."""
        return polynomial_ridge(self.degree)


MODEL = Ridge()
