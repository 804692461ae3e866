"""Training and validation cases divided anew at every fit, without a seed (items A1 and #6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.cases import Cases, Targets, concatenate
from bench.contract import Context, Model, Predictor


@dataclass(frozen=True)
class UnseededSplit(Model):
    """A model that shuffles the cases that it is given before it divides them; to be mixed into one, in front."""

    repeat: int = 0

    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        """Divide the cases into as many for training and validation as before, then fit; see ``Model``."""
        values = np.concatenate([train.targets.values, valid.targets.values])
        cases = Cases(concatenate([train.traces, valid.traces]), Targets(values))
        order = np.random.default_rng().permutation(len(values))
        n_train = len(train.targets.values)
        return super().fit(cases.take(order[:n_train]), cases.take(order[n_train:]), context)
