"""Neural posterior estimation (sbi): a normalizing flow that is trained on simulations to be the posterior itself.

Source: Papamakarios & Murray, "Fast epsilon-free inference of simulation models with Bayesian conditional density
estimation", NeurIPS 2016, arXiv:1605.06376; Greenberg, Nonnenmacher & Macke, "Automatic posterior transformation for
likelihood-free inference", ICML 2019, arXiv:1905.07488; flow as in sbi. sbi's own training holds out rows at random,
and the sub-samplings of one case would stand on both sides: here epochs are compared by the validation cases.

Tuning: 3 trials at standard size on 1,024 validation cases of 30 s, R2 of E0 / k_d measured every 0.3 s, 1 s and 10 s:
3 copies, 60 epochs, rate 0.001: 0.9996 / 0.502, 0.9992 / 0.229, 0.9954 / 0.000, in 85 CPU seconds; rate 0.003: 0.9997 /
0.545, 0.9992 / 0.256, 0.9958 / 0.002; 7 copies, 30 epochs, rate 0.002, of the best validation likelihood and as it is:
0.9997 / 0.513, 0.9993 / 0.267, 0.9958 / 0.008, in 97 CPU seconds.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.task import Sizes, Task
from bench.world.quantities import TARGETS
from models._features import features
from models._row_training import RowTraining, settled
from models._sequence.scaler import column_scale
from models._subsampling import Subsampling

LOW, HIGH = (np.array([getattr(target, end) for target in TARGETS]) for end in ("low", "high"))
LOG2_DRAWS = 8
"""Draws from each posterior, as a power of two: the same base points for every case, so that no case sees another."""
CHUNK = 512
"""Cases that are asked at once: bounds memory, moves no result."""
NARROWEST = 1e-4
"""Least standard deviation, in widths of the prior: finer than that so few draws in single precision tell nothing."""


@dataclass
class NpePredictor(Predictor):
    """A fitted flow with the scale of its summaries.

    Parameters
    ----------
    flow : sbi's ZukoFlow
        Posterior of the targets given scaled summaries; it has no mass outside the prior.
    mean, scale : array, shape (feature,)
        Statistics of the training summaries.
    seed : int
        Of the base points.
    n_parameters : int
        Number of weights.
    history : tuple of dict
        One entry an epoch.
    """

    flow: Any
    mean: Array
    scale: Array
    seed: int
    n_parameters: int | None
    history: tuple[dict[str, float], ...] = ()

    def predict(self, traces: Traces) -> Prediction:
        """Draws from the posterior of each case, with their mean and standard deviation; see ``Predictor``."""
        from scipy.stats import norm
        from scipy.stats.qmc import Sobol

        points = norm.ppf(Sobol(len(LOW), rng=self.seed).random_base2(LOG2_DRAWS))
        base = torch.from_numpy(points).float()[:, None, :]
        inputs = torch.from_numpy((features(traces) - self.mean) / self.scale).float()
        with torch.no_grad():
            drawn = [
                self.flow.net(part).transform.inv(base.expand(-1, len(part), -1)).double().transpose(0, 1).numpy()
                for part in inputs.split(CHUNK)
            ]
        samples = np.clip(np.concatenate(drawn), LOW, HIGH)
        sd = np.maximum(samples.std(axis=1, ddof=1), NARROWEST * (HIGH - LOW))
        return Prediction(np.clip(samples.mean(axis=1), LOW, HIGH), sd, samples=samples)


@dataclass(frozen=True)
class Npe(Model):
    """A masked autoregressive flow on summaries of traces and of their sub-samplings.

    Parameters
    ----------
    copies : int
        Random sub-samplings of each training trace that are learnt from beside the trace itself.
    hidden : int
        Width of the flow's layers.
    n_transforms : int
        Transforms of the flow.
    learning_rate, batch_size, epochs
        See ``RowTraining``.
    """

    family = "learned"
    trained_at = "many"
    gives_sd = True
    fixed_features = True
    packages = ("torch",)  # sbi is left to ``cannot``, which names the lock that it comes from

    copies: int = 7
    hidden: int = 64
    n_transforms: int = 4
    learning_rate: float = 2e-3
    batch_size: int = 256
    epochs: int = 30

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Say how to install sbi where it is missing."""
        if find_spec("sbi") is None:
            return "the package sbi is not installed; run 'pip install -r requirements-npe.lock' and try again"
        return None

    def fit(self, train: Cases, valid: Cases, context: Context) -> NpePredictor:
        """Train the flow on summaries of the training cases; see ``Model``."""
        with warnings.catch_warnings():
            # sbi and what it imports use what torch and others have deprecated.
            warnings.simplefilter("ignore")
            from sbi.neural_nets import posterior_nn
            from sbi.utils import BoxUniform
        generator = context.generator()
        (seen, targets), (seen_valid, targets_valid) = (self._seen(cases, generator) for cases in (train, valid))
        mean, scale = seen.mean(axis=0), column_scale(seen)
        rows, rows_valid = (
            tuple(torch.from_numpy(values).float().to(context.device) for values in ((summaries - mean) / scale, truth))
            for summaries, truth in ((seen, targets), (seen_valid, targets_valid))
        )
        builder = posterior_nn(
            "zuko_maf",
            z_score_theta="transform_to_unconstrained",
            z_score_x="none",
            hidden_features=self.hidden,
            num_transforms=self.n_transforms,
            x_dist=BoxUniform(*(torch.from_numpy(end).float() for end in (LOW, HIGH)), device=context.device),
        )
        with settled(context.threads, context.seed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flow = builder(rows[1], rows[0]).to(context.device)
            training = RowTraining(self.epochs, self.batch_size, self.learning_rate, weight_decay=0.0)
            history = training.run(flow, _cost, rows, rows_valid, generator, context.report)
        n_parameters = sum(p.numel() for p in flow.parameters())
        return NpePredictor(flow.cpu().eval(), mean, scale, context.seed, n_parameters, history)

    def _seen(self, cases: Cases, generator: np.random.Generator) -> tuple[Array, Array]:
        """Summaries of whole and sub-sampled traces, shape (row, feature), with the targets, shape (row, 2)."""
        drawn = (Subsampling(whole=0.0).draw(cases.traces, generator) for _ in range(self.copies))
        summaries = np.concatenate([features(traces) for traces in (cases.traces, *drawn)])
        return summaries, np.tile(cases.targets.values, (1 + self.copies, 1))


def _cost(flow: Any, summaries: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean negative log-likelihood of the targets."""
    return flow.loss(targets, condition=summaries).mean()


MODEL = Npe()
