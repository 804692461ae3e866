"""Neural posterior estimation (sbi): a normalizing flow that is trained on simulations to be the posterior itself.

Source: Papamakarios & Murray, "Fast epsilon-free inference of simulation models with Bayesian conditional density
estimation", NeurIPS 2016, arXiv:1605.06376; Greenberg, Nonnenmacher & Macke, "Automatic posterior transformation for
likelihood-free inference", ICML 2019, arXiv:1905.07488; flow and training as in sbi.

Tuning: 1 trial at standard size on 1,024 validation cases of 30 s, with settings near sbi's own, R2 of E0 / k_d
measured every 0.3 s, 1 s and 10 s: 0.9995 / 0.458, 0.9991 / 0.211, 0.9949 / 0.008, in 81 CPU seconds.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.task import Sizes, Task
from bench.world.quantities import TARGETS
from models._features import features
from models._sequence.scaler import column_scale
from models._subsampling import Subsampling

Array = NDArray[np.float64]

LOG2_DRAWS = 8
"""Draws from each posterior, as a power of two: the same base points for every case, so that no case sees another."""
CHUNK = 512
"""Cases that are asked at once: bounds memory, moves no result."""


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
    """

    flow: Any
    mean: Array
    scale: Array
    seed: int
    n_parameters: int | None

    def predict(self, traces: Traces) -> Prediction:
        """Mean and standard deviation of the posterior of each case; see ``Predictor``."""
        from scipy.stats import norm
        from scipy.stats.qmc import Sobol

        points = norm.ppf(Sobol(len(TARGETS), rng=self.seed).random_base2(LOG2_DRAWS))
        base = torch.from_numpy(points).float()[:, None, :]
        inputs = torch.from_numpy((features(traces) - self.mean) / self.scale).float()
        means, sds = [], []
        with torch.no_grad():
            for part in inputs.split(CHUNK):
                posterior = self.flow.net(part)
                draws = posterior.transform.inv(base.expand(-1, len(part), -1)).double()
                means.append(draws.mean(dim=0).numpy())
                sds.append(draws.std(dim=0).numpy())
        # Draws that all press against an end of the prior are one number in single precision.
        least = np.array([target.high - target.low for target in TARGETS]) * np.finfo(np.float32).eps
        return Prediction(np.concatenate(means), np.maximum(np.concatenate(sds), least))


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
    learning_rate : float
        Of sbi's Adam.
    batch_size : int
        Cases of a step.
    epochs : int
        Most epochs.
    patience : int
        Epochs without a better likelihood of the cases that sbi holds out, after which training stops.
    """

    gives_sd = True
    fixed_features = True
    packages = ("torch",)  # sbi is left to ``cannot``, which names the lock that it comes from

    copies: int = 3
    hidden: int = 64
    n_transforms: int = 4
    learning_rate: float = 1e-3
    batch_size: int = 256
    epochs: int = 60
    patience: int = 20

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Say how to install sbi where it is missing."""
        if find_spec("sbi") is None:
            return "the package sbi is not installed; run 'pip install -r requirements-npe.lock' and try again"
        return None

    def fit(self, train: Cases, valid: Cases, context: Context) -> NpePredictor:
        """Train the flow on the training cases, of which sbi itself holds a part out to stop by."""
        with warnings.catch_warnings():
            # sbi and what it imports use what torch and others have deprecated.
            warnings.simplefilter("ignore")
            from sbi.inference import NPE
            from sbi.neural_nets import posterior_nn
            from sbi.utils import BoxUniform
        generator = context.generator()
        drawn = [Subsampling(whole=0.0).draw(train.traces, generator) for _ in range(self.copies)]
        summaries = np.concatenate([features(traces) for traces in (train.traces, *drawn)])
        mean, scale = summaries.mean(axis=0), column_scale(summaries)
        x = torch.from_numpy((summaries - mean) / scale).float()
        theta = torch.from_numpy(np.tile(train.targets.values, (1 + self.copies, 1))).float()
        prior = BoxUniform(*(torch.tensor([getattr(t, end) for t in TARGETS]) for end in ("low", "high")))
        context.report(0.0, "training the flow")
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(context.seed)
            builder = posterior_nn(
                "zuko_maf",
                z_score_theta="transform_to_unconstrained",
                z_score_x="none",
                hidden_features=self.hidden,
                num_transforms=self.n_transforms,
                x_dist=prior,
            )
            inference = NPE(prior, builder, device=context.device, tracker=_Untracked(), show_progress_bars=False)
            flow = inference.append_simulations(theta, x).train(
                training_batch_size=self.batch_size,
                learning_rate=self.learning_rate,
                stop_after_epochs=self.patience,
                max_num_epochs=self.epochs,
            )
        n_parameters = sum(p.numel() for p in flow.parameters())
        return NpePredictor(flow.cpu().eval(), mean, scale, context.seed, n_parameters)


class _Untracked:
    """Keeps sbi from writing its training curves into the working folder."""

    log_dir = None

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        """Drop a number."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Drop numbers."""

    def log_params(self, params: dict[str, Any]) -> None:
        """Drop settings."""

    def add_figure(self, name: str, figure: object, step: int | None = None) -> None:
        """Drop a picture."""

    def flush(self) -> None:
        """Do nothing."""


MODEL = Npe()
