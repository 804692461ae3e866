"""Networks: an epoch of training beside a plain loop and fastai, and what a prediction costs beside the plain call."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from bench.cases import Cases
from bench.draw import draw_cases
from bench.run.catalogue import load_module
from bench.timing import Figure, turns, usual_ratio
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from commands._shared.options import MODELS
from models._sequence.encoder import Encoded, Encoder
from models._sequence.pipeline import SequenceModel, SequencePredictor
from models._sequence.training import Labelled

EPOCH, PREDICT, GPU = "train", "predict", "gpu"
STREAM = "timing"
NETWORKS = ("gru", "inception_time", "tcn", "tcn_dt", "tcn_dt_subsampled")
"""The rows whose networks are timed."""
WITH_FASTAI = "inception_time"
"""The row that fastai's Learner trains as well: its network comes from the library built on fastai."""
BATCHES = (1, 256, 4096)
BLOCK = 1024
"""Cases in one call of the plain network, as in the pipeline."""
LEARNING_RATE = 1e-3


@dataclass(frozen=True, eq=False)
class Setting:
    """A row's network, as it is before training, with encoded cases."""

    name: str
    model: SequenceModel
    encoder: Encoder
    cases: Cases
    labelled: Labelled

    @classmethod
    def of(cls, name: str, n_cases: int, device: str) -> Setting:
        """Draw cases and encode them as the row does."""
        model = load_module(MODELS / f"{name}.py", f"models.{name}").MODEL
        cases = draw_cases((Acquisition(30.0, 0.3),), TEMPERATURE_CORRECTED, STREAM, n_cases)
        encoder, scaler = model.encoder().fitted(cases.traces), model.scaler().fitted(cases.targets)
        targets = torch.from_numpy(scaler.scaled(cases.targets).astype(np.float32)).to(device)
        return cls(name, model, encoder, cases, Labelled(encoder.encode(cases.traces).to(device), targets))

    def network(self) -> nn.Module:
        """Fresh network, the same weights at every call."""
        torch.manual_seed(0)
        n_outputs = self.model.loss().outputs_per_target * self.labelled.targets.shape[1]
        network = self.model.network(self.encoder.n_channels, self.encoder.n_known, n_outputs)
        return network.to(self.labelled.targets.device)


def epochs(quick: bool) -> Iterator[Figure]:
    """Time an epoch of every network beside the usual loops, and say what share of the machine's pace it reaches."""
    n_cases, n_rounds = (1_024, 5) if quick else (8_192, 7)
    with _one_thread():
        pace = matrix_flops("cpu", time.process_time)
        for name in NETWORKS:
            setting = Setting.of(name, n_cases, "cpu")
            works = {"ours": _pipeline_epoch(setting), "plain": _plain_epoch(setting)}
            if name == WITH_FASTAI:
                works["fastai"] = _fastai_epoch(setting)
            spent = turns(works, n_rounds)
            seconds = min(spent["ours"])
            flops = _flops(setting) * n_cases / seconds
            note = f"{flops / 1e9:.1f} GFLOP/s, {flops / pace:.0%} of a matrix product"
            work = f"an epoch of {name}, {n_cases:,} cases"
            for key, peer in (("plain", "plain PyTorch loop, DataLoader"), ("fastai", "fastai Learner")):
                if key in spent:
                    value = seconds * usual_ratio(spent, key, "ours")
                    yield Figure(EPOCH, work, seconds, "s", peer, value, 0.95, note=note)


def on_gpu(quick: bool) -> Iterator[Figure]:
    """Time an epoch of every network on a GPU, if there is one, beside the same epoch on one core."""
    n_cases = 1_024 if quick else 8_192
    if not torch.cuda.is_available():
        yield Figure(GPU, "an epoch of each network, --device cuda", None, "s", note="not measured: no GPU here")
        return
    pace = matrix_flops("cuda", time.perf_counter, 8192)
    for name in NETWORKS:
        seconds, flops = {}, 0.0
        with _one_thread():
            for device in ("cuda", "cpu"):
                setting = Setting.of(name, n_cases, device)
                epoch = _pipeline_epoch(setting)

                def settled(epoch: Callable[[], object] = epoch) -> None:
                    epoch()
                    torch.cuda.synchronize()

                seconds[device] = min(turns({device: settled}, 3, time.perf_counter)[device])
                flops = _flops(setting) * n_cases
        note = f"{flops / seconds['cuda'] / pace:.2%} of a float32 matrix product there; wall time"
        yield Figure(
            GPU, f"an epoch of {name}, cuda", seconds["cuda"], "s", "the same, one core", seconds["cpu"], note=note
        )


def predictions(quick: bool) -> Iterator[Figure]:
    """Time what the pipeline adds to the plain call of a network."""
    n_rounds = 9 if quick else 31
    with _one_thread():
        for name in NETWORKS:
            setting = Setting.of(name, max(BATCHES), "cpu")
            network = setting.network().eval()
            scaler = setting.model.scaler().fitted(setting.cases.targets)
            predictor = SequencePredictor(setting.encoder, scaler, network, setting.model.loss(), "cpu", 1)
            for n in BATCHES:
                traces, n_calls = setting.cases.traces.take(slice(0, n)), max(1, 256 // n)
                encoded = setting.encoder.encode(traces)
                parts = [encoded.take(np.arange(first, min(first + BLOCK, n))) for first in range(0, n, BLOCK)]
                works = {
                    "ours": _repeated(partial(predictor.predict, traces), n_calls),
                    "plain": _repeated(partial(_all_parts, network, parts), n_calls),
                }
                spent = turns(works, n_rounds)
                ms = 1e3 * min(spent["ours"]) / n_calls
                peer_ms = ms * usual_ratio(spent, "plain", "ours")
                aim = 1.0 / 1.1 if n == 256 else None
                note = f"overhead {ms / peer_ms - 1.0:.0%}"
                yield Figure(PREDICT, f"{name}, batch {n:,}", ms, "ms", "plain network call", peer_ms, aim, note=note)


def matrix_flops(device: str, clock: Callable[[], float], size: int = 1024) -> float:
    """Floating-point operations a second of a product of two float32 matrices."""
    left, right = torch.randn(2, size, size, device=device)

    def product() -> None:
        for _ in range(10):
            left @ right
        if device != "cpu":
            torch.cuda.synchronize()

    return 10 * 2.0 * size**3 / min(turns({"product": product}, 7, clock)["product"])


def _pipeline_epoch(setting: Setting) -> Callable[[], object]:
    """One epoch by the suite's own loop, validated on as few cases as it takes."""
    network, model = setting.network(), replace(setting.model, epochs=1, min_epoch_steps=1)
    few = Labelled(setting.labelled.encoded.take(np.arange(2)), setting.labelled.targets[:2])
    generator = np.random.default_rng(0)
    training = model.training()
    return lambda: training.run(network, model.loss(), setting.labelled, few, generator, lambda *report: None)


def _batches(setting: Setting) -> TensorDataset:
    """The encoded cases as PyTorch's tutorials would hold them."""
    encoded = setting.labelled.encoded
    return TensorDataset(encoded.samples, encoded.valid, encoded.known, setting.labelled.targets)


class _Plain(nn.Module):
    """A network that takes tensors."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, samples: torch.Tensor, valid: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Answer cases of one length."""
        return self.network(Encoded(samples, valid, known, np.full(len(samples), samples.shape[2])))


def _plain_epoch(setting: Setting) -> Callable[[], object]:
    """One epoch as PyTorch's tutorials write it."""
    network, loss = _Plain(setting.network()), setting.model.loss()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
    loader = DataLoader(_batches(setting), setting.model.batch_size, shuffle=True)

    def epoch() -> None:
        network.train()
        for *inputs, targets in loader:
            optimizer.zero_grad()
            cost = loss.cost(network(*inputs), targets)
            cost.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            cost.item()

    return epoch


def _fastai_epoch(setting: Setting) -> Callable[[], object]:
    """One epoch by fastai's Learner, with clipped gradients as everybody has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what torch and pandas have deprecated
        from fastai.callback.training import GradientClip
        from fastai.data.core import DataLoaders
        from fastai.learner import Learner
    loader: Any = DataLoader(_batches(setting), setting.model.batch_size, shuffle=True)
    few: Any = DataLoader(Subset(_batches(setting), range(2)), 2)  # as many as our own loop is given
    loaders = DataLoaders(loader, few, device=setting.labelled.targets.device)
    loaders.n_inp = 3
    learner = Learner(loaders, _Plain(setting.network()), setting.model.loss().cost, cbs=[GradientClip(1.0)])

    def epoch() -> None:
        with warnings.catch_warnings(), learner.no_bar(), learner.no_logging():
            warnings.simplefilter("ignore")
            learner.fit(1, LEARNING_RATE)

    return epoch


def _flops(setting: Setting) -> float:
    """Floating-point operations of one case in one step, forwards and backwards."""
    cases = np.arange(setting.model.batch_size)
    with FlopCounterMode(display=False) as counter:
        setting.model.loss().cost(*setting.labelled.answered(setting.network(), cases)).backward()
    return float(counter.get_total_flops()) / len(cases)


def _all_parts(network: nn.Module, parts: list[Encoded]) -> list[torch.Tensor]:
    """Outputs of all parts."""
    return [network(part) for part in parts]


def _repeated(work: Callable[[], object], n_calls: int) -> Callable[[], None]:
    """Work done several times without gradients, so that a clock can see it."""

    def all_calls() -> None:
        with torch.no_grad():
            for _ in range(n_calls):
                work()

    return all_calls


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Give torch one thread, and put back what it had."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before)
