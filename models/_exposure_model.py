"""A row that reads traces in the exposure coordinate and lets a small network weigh and correct the readings."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import torch

from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from models._exposure_network import MIDDLE, WIDTH, ReadingNetwork, Scale, cost, scaled
from models._exposure_readings import PLAIN, Reader, Reading, Readings
from models._least_squares import HIGH, LOW, noise_sd, prior_sd
from models._row_training import RowTraining, settled

VALIDATION_COPIES = 4
"""Sub-samplings of each validation case, by which epochs are compared."""


@dataclass(frozen=True, eq=False)
class ExposurePredictor(Predictor):
    """The fitted network, and how traces are read for it."""

    reader: Reader
    scale: Scale
    network: ReadingNetwork
    threads: int
    history: tuple[dict[str, float], ...] = ()
    simulator_calls: int = 0

    @property
    def n_parameters(self) -> int:
        """Number of weights."""
        return sum(p.numel() for p in self.network.parameters())

    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces, within the prior and no less surely than it; see ``Predictor``."""
        inputs = self.scale.inputs(self.reader.read(traces), "cpu")
        with settled(self.threads), torch.no_grad():
            mean, sd = (values.double().numpy() * WIDTH for values in self.network(*inputs))
        mean = np.clip(mean + MIDDLE, LOW, HIGH)
        return Prediction(mean, np.minimum(sd, prior_sd(mean)))


@dataclass(frozen=True)
class ExposureModel(Model):
    """A network on readings, trained on random sub-samplings of its own training traces."""

    fixed_features = True
    gives_sd = True
    packages = ("torch", "numba")
    simulated_a_trace: ClassVar[int] = 0
    """Traces simulated by ``seen`` for each that it shows."""

    width: int = 32
    copies: int = 8
    whole: float = 0.2
    epochs: int = 40
    batch_size: int = 1024
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3

    def asked(self) -> tuple[Reading, ...]:
        """Readings that the network weighs."""
        return PLAIN

    def seen(self, cases: Cases, context: Context, generator: np.random.Generator) -> Traces:
        """Traces of training cases as they are shown, before they are sub-sampled; called once a copy."""
        return cases.traces

    def fit(self, train: Cases, valid: Cases, context: Context) -> ExposurePredictor:
        """Read sub-samplings of the training cases, and train the network on them; see ``Model``."""
        generator = context.generator()
        reader = Reader(context.world, noise_sd(context), self.asked())

        def read(cases: Cases, n_copies: int) -> Readings:
            shown = (self.seen(cases, context, generator) for _ in range(n_copies))
            return reader.read_subsampled(shown, self.whole, generator)

        read_train, read_valid = read(train, self.copies), read(valid, VALIDATION_COPIES)
        scale = Scale.of(read_train.features)
        rows, rows_valid = (
            (*scale.inputs(found, context.device), scaled(np.tile(cases.targets.values, (n, 1)), context.device))
            for found, cases, n in ((read_train, train, self.copies), (read_valid, valid, VALIDATION_COPIES))
        )
        training = RowTraining(**{field.name: getattr(self, field.name) for field in fields(RowTraining)})
        with settled(context.threads, context.seed):
            network = ReadingNetwork(rows[0].shape[1], len(self.asked()), self.width).to(context.device)
            history = training.run(network, cost, rows, rows_valid, generator, context.report)
        shown = self.copies * train.traces.n_cases + VALIDATION_COPIES * valid.traces.n_cases
        return ExposurePredictor(
            reader, scale, network.to("cpu"), context.threads, history, shown * self.simulated_a_trace
        )
