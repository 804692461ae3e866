"""Random forest on summaries of the trace: any scikit-learn regressor is a row in five lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.contract import Context
from models._sklearn import SklearnModel

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor


@dataclass(frozen=True)
class RandomForest(SklearnModel):
    """Averaged trees, each on a bootstrap sample of the training cases; nothing was tuned.

    Parameters
    ----------
    n_trees : int
        Trees that are averaged.
    min_leaf_cases : int
        Fewest training cases in a leaf.
    share_of_features : float
        Share of the summaries that a split may choose from.
    """

    family = "trees"
    trained_at = "one"

    n_trees: int = 100
    min_leaf_cases: int = 5
    share_of_features: float = 0.5

    def regressor(self, context: Context) -> RandomForestRegressor:
        """Give the forest."""
        from sklearn.ensemble import RandomForestRegressor

        return RandomForestRegressor(
            n_estimators=self.n_trees,
            min_samples_leaf=self.min_leaf_cases,
            max_features=self.share_of_features,
            n_jobs=context.threads,
            random_state=context.seed,
        )


MODEL = RandomForest()
