"""Small network on summaries of a trace, trained on traces of a laboratory, where everything is wrong at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import nn

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.contract import Context, Model, Prediction, Predictor
from bench.world.equilibria import World
from models._exposure_network import FARTHEST, MIDDLE, WIDTH, Scale, scaled
from models._laboratory_cases import Beakers, laboratory_of
from models._laboratory_summaries import summaries
from models._least_squares import HIGH, LOW, prior_sd
from models._row_training import RowTraining, settled
from models._sequence.loss import BetaNll
from models._subsampling import Subsampling

Tensor = torch.Tensor
LOSS = BetaNll()


class SummaryNetwork(nn.Module):
    """Three layers, the last two beside a path that skips them; it starts from the middle of the prior."""

    def __init__(self, n_features: int, width: int) -> None:
        super().__init__()
        self.first = nn.Linear(n_features, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.last = nn.Linear(width, LOSS.outputs_per_target * len(LOW))
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Outputs of the loss, from features of shape (B, feature)."""
        hidden = nn.functional.silu(self.first(features))
        for layer in self.layers:
            hidden = hidden + nn.functional.silu(layer(hidden))
        return self.last(hidden)


@dataclass(frozen=True, eq=False)
class SummaryPredictor(Predictor):
    """The fitted network, and the chemistry that summaries take for granted."""

    world: World
    scale: Scale
    network: SummaryNetwork
    threads: int
    history: tuple[dict[str, float], ...]
    simulator_calls: int
    pretrained_on: str

    @property
    def n_parameters(self) -> int:
        """Number of weights."""
        return sum(p.numel() for p in self.network.parameters())

    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces, within the prior and no less surely than it; see ``Predictor``."""
        with settled(self.threads), torch.no_grad():
            answer = LOSS.answer(self.network(_inputs(self.scale, summaries(traces, self.world), "cpu")))
        mean, sd = (values.double().numpy() * WIDTH for values in answer)
        mean = np.clip(mean + MIDDLE, LOW, HIGH)
        return Prediction(mean, np.minimum(sd, prior_sd(mean)))


@dataclass(frozen=True)
class LaboratoryNetwork(Model):
    """A network that is shown simulated traces with the nuisances of a laboratory, whatever the training traces have.

    Parameters
    ----------
    simulated : int
        Beakers that are simulated for each training case; the training cases give their number, sampling and world.
    copies : int
        Times that each is written down, with other noise; all but a share ``whole`` are sub-sampled.
    """

    family = "learned_on_physics"
    trained_at = "many"
    suite = "laboratory"
    fixed_features = True
    gives_sd = True
    packages = ("torch", "numba")

    simulated: int = 8
    copies: int = 4
    whole: float = 0.6
    width: int = 128
    epochs: int = 12
    batch_size: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3

    def fit(self, train: Cases, valid: Cases, context: Context) -> SummaryPredictor:
        """Simulate beakers, summarise what is written down of them, and train the network on it; see ``Model``."""
        generator = context.generator()
        laboratory, subsampling = laboratory_of(context), Subsampling(whole=self.whole)

        def shown(part: str, cases: Cases) -> tuple[Array, Array]:
            n_cases = self.simulated * cases.traces.n_cases
            beakers = Beakers.draw(laboratory, context.world, f"laboratory_network/{part}/{context.seed}", n_cases)
            copies = (subsampling.draw(beakers.written(generator), generator) for _ in range(self.copies))
            found = np.concatenate([summaries(traces, context.world) for traces in copies])
            return found, np.tile(beakers.targets, (self.copies, 1))

        (found, targets), (found_valid, targets_valid) = shown("train", train), shown("valid", valid)
        scale = Scale.of(found)
        rows, rows_valid = (
            (_inputs(scale, each, context.device), scaled(truth, context.device))
            for each, truth in ((found, targets), (found_valid, targets_valid))
        )
        training = RowTraining(**{field.name: getattr(self, field.name) for field in fields(RowTraining)})
        with settled(context.threads, context.seed):
            network = SummaryNetwork(found.shape[1], self.width).to(context.device)
            history = training.run(network, _cost, rows, rows_valid, generator, context.report)
        simulated = (len(found) + len(found_valid)) // self.copies
        pretrained_on = f"{simulated:,} beakers of its own, as a laboratory measures them"
        return SummaryPredictor(
            context.world, scale, network.to("cpu"), context.threads, history, simulated, pretrained_on
        )


def _inputs(scale: Scale, found: Array, device: str) -> Tensor:
    """Summaries as the network takes them."""
    standard = np.clip((found - scale.mean) / scale.sd, -FARTHEST, FARTHEST)
    return torch.from_numpy(standard.astype(np.float32)).to(device)


def _cost(network: SummaryNetwork, features: Tensor, truth: Tensor) -> Tensor:
    """Mean weighted negative log-likelihood."""
    return LOSS.cost(network(features), truth)


MODEL = LaboratoryNetwork()
