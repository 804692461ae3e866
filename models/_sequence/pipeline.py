"""A sequence model is a choice of five stages: encoder, target scaler, network, loss and training loop."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

import numpy as np
import torch

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from models._sequence.batches import batches
from models._sequence.encoder import Encoder
from models._sequence.loss import Loss, SquaredError
from models._sequence.network import SequenceNetwork
from models._sequence.scaler import TargetScaler
from models._sequence.training import Labelled, Training

PREDICTION_CHUNK = 1024
"""Cases that are predicted at once: bounds memory, moves no result."""


@dataclass(frozen=True, eq=False)
class SequencePredictor(Predictor):
    """The fitted stages together; it is pickled whole."""

    encoder: Encoder
    scaler: TargetScaler
    network: SequenceNetwork
    loss: Loss
    device: str
    threads: int
    history: tuple[dict[str, float], ...] = ()

    @property
    def n_parameters(self) -> int:
        """Number of weights."""
        return sum(p.numel() for p in self.network.parameters())

    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces; see ``Predictor``."""
        encoded = self.encoder.encode(traces)
        means = np.zeros((traces.n_cases, len(self.scaler.names)))
        sds = np.zeros_like(means)
        has_sd = False
        elsewhere = self.device != "cpu"  # walking the weights for nothing would cost a tenth of a small batch
        network = self.network.to(self.device) if elsewhere else self.network
        with _settled(self.threads), torch.no_grad():
            for part in batches(encoded.lengths, PREDICTION_CHUNK, network.one_length):
                mean, sd = self.loss.answer(network(encoded.take(part).to(self.device)))
                means[part] = mean.cpu().numpy()
                if sd is not None:
                    has_sd = True
                    sds[part] = sd.cpu().numpy()
        if elsewhere:
            network.to("cpu")
        return Prediction(
            self.scaler.physical(means), self.scaler.physical_sd(sds) if has_sd else None, self.scaler.names
        )


@dataclass(frozen=True)
class SequenceModel(Model):
    """Settings that all sequence models share, and their five stages.

    A row overrides ``network`` and ``encoder``; a variant overrides the one method whose stage it replaces.
    """

    packages = ("torch",)

    learning_rate: float = Training.learning_rate
    weight_decay: float = Training.weight_decay
    batch_size: int = Training.batch_size
    epochs: int = Training.epochs
    min_epoch_steps: int = Training.min_epoch_steps
    warmup_fraction: float = Training.warmup_fraction
    clip_norm: float = Training.clip_norm
    patience: int = Training.patience

    def encoder(self) -> Encoder:
        """Stage 1: pH and time channels."""
        return Encoder(("ph", "rise", "time"))

    def scaler(self) -> TargetScaler:
        """Stage 2: mean 0 and standard deviation 1."""
        return TargetScaler()

    @abstractmethod
    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: a network with fresh weights, from torch's generator."""

    def loss(self) -> Loss:
        """Stage 4: squared error."""
        return SquaredError()

    def training(self) -> Training:
        """Stage 5: the loop, with this model's settings."""
        return Training(**{field.name: getattr(self, field.name) for field in fields(Training)})

    def fit(self, train: Cases, valid: Cases, context: Context) -> SequencePredictor:
        """Fit the stages; see ``Model``."""
        encoder = self.encoder().fitted(train.traces)
        scaler = self.scaler().fitted(train.targets)
        loss = self.loss()
        train_set, valid_set = (
            Labelled(
                encoder.encode(cases.traces).to(context.device),
                torch.from_numpy(scaler.scaled(cases.targets).astype(np.float32)).to(context.device),
            )
            for cases in (train, valid)
        )
        with _settled(context.threads, context.device, context.seed):
            n_outputs = loss.outputs_per_target * len(scaler.names)
            network = self.network(encoder.n_channels, encoder.n_known, n_outputs).to(context.device)
            history = self.training().run(network, loss, train_set, valid_set, context.generator(), context.report)
        return SequencePredictor(
            encoder, scaler, network.to("cpu").eval(), loss, context.device, context.threads, history
        )


@contextmanager
def _settled(threads: int, device: str = "cpu", seed: int | None = None) -> Iterator[None]:
    """Set torch's threads, generators and cuDNN's determinism, and put back what was there before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    kept = [torch.device(device)] if device.startswith("cuda") else []
    try:
        with (
            torch.random.fork_rng(devices=kept),
            torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
        ):
            if seed is not None:
                torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)
