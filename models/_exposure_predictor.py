"""What is fitted of a network on readings of a trace, and how it answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from bench.cases import Traces
from bench.contract import Prediction, Predictor
from models._exposure_network import MIDDLE, WIDTH, ReadingNetwork, Scale
from models._exposure_readings import Reader
from models._least_squares import HIGH, LOW, prior_sd
from models._row_training import settled


@dataclass(frozen=True, eq=False)
class ExposurePredictor(Predictor):
    """The fitted network, and how traces are read for it."""

    reader: Reader
    scale: Scale
    network: ReadingNetwork
    threads: int
    history: tuple[dict[str, float], ...] = ()

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
