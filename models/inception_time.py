"""InceptionTime (tsai) on pH and time channels; it has no mask, and is given batches of one length.

Source: Ismail Fawaz et al., "InceptionTime: finding AlexNet for time series classification", Data Min. Knowl. Disc. 34
(2020) 1936-1962, doi:10.1007/s10618-020-00710-y; network as in tsai.

Tuning: 1 trial of this loss and optimizer at standard size with a seed that is not published, on 1,024 validation cases
of ``in_distribution`` and 1,024 fresh ones; RMSE relative to the exact posterior's, E0 / k_d, 1.43 / 1.079 and
1.45 / 1.046 in 155 CPU seconds of a crowded machine. Filters, depth and patches are of 6 trials by squared error and
AdamW, the best of which had R2 0.9978 / 0.664 on the validation cases of seed 0. Table: docs/networks.md.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn.functional import conv1d

from models._sequence.encoder import Encoded, Encoder
from models._sequence.loss import BetaNll, Loss
from models._sequence.muon import MuonTraining
from models._sequence.network import Head, Patches, SequenceNetwork, with_known
from models._sequence.one_length import OneLength
from models._sequence.pipeline import SequenceModel
from models._sequence.training import Training


class _ReachableTaps(nn.Module):
    """A centred convolution without the taps that only ever meet padding: the same answer for less work.

    tsai's longest kernel has 39 taps, of which a trace of 13 patches can meet 25.
    """

    def __init__(self, convolution: nn.Conv1d) -> None:
        super().__init__()
        self.weight = convolution.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve, shape (B, C, P) to (B, n_filters, P)."""
        middle = self.weight.shape[2] // 2
        reach = min(middle, x.shape[2] - 1)
        return conv1d(x, self.weight[:, :, middle - reach : middle + reach + 1], padding=reach)


class InceptionTimeNetwork(SequenceNetwork):
    """tsai's network as a pooled feature extractor, and a head that is given the known inputs as well."""

    one_length = True

    def __init__(
        self,
        n_channels: int,
        n_known: int,
        n_outputs: int,
        n_filters: int = 16,
        depth: int = 3,
        stride: int = 8,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(n_channels, n_known)
        with warnings.catch_warnings():
            # fastai, which tsai imports, uses what torch and pandas have deprecated.
            warnings.simplefilter("ignore")
            from tsai.models.InceptionTime import InceptionModule, InceptionTime
        width = 4 * n_filters
        self.patches = Patches(n_channels + n_known, width, stride)
        self.backbone = InceptionTime(width, width, nf=n_filters, depth=depth)
        for module in list(self.backbone.modules()):
            if isinstance(module, InceptionModule):
                module.convs = nn.ModuleList(_ReachableTaps(convolution) for convolution in module.convs)
        self.head = Head(width + n_known, 2 * width, n_outputs, dropout)

    def answer(self, encoded: Encoded) -> torch.Tensor:
        """Outputs, shape (B, O)."""
        patches, _ = self.patches(with_known(encoded), encoded.valid)
        return self.head(torch.cat([self.backbone(patches), encoded.known], dim=1))


@dataclass(frozen=True)
class InceptionTimeModel(SequenceModel):
    """InceptionTime over patches of a trace.

    Parameters
    ----------
    learning_rate, weight_decay, batch_size, epochs, min_epoch_steps, warmup_fraction, clip_norm, patience
        See ``Training``.
    n_filters : int
        Filters of each of the four branches of a module.
    depth : int
        Inception modules.
    stride : int
        Samples of a patch.
    dropout : float
        Share of features dropped in training, in the head.
    """

    gives_sd = True
    family = "learned"
    trained_at = "one"

    packages = ("torch", "tsai")

    learning_rate: float = 1e-2
    batch_size: int = 128
    min_epoch_steps: int = 8
    epochs: int = 40
    n_filters: int = 16
    depth: int = 3
    stride: int = 8
    dropout: float = 0.0

    def encoder(self) -> Encoder:
        """Stage 1: pH and time channels; traces of a mixed training set are brought to one length."""
        return OneLength(super().encoder().channels)

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3."""
        return InceptionTimeNetwork(
            n_channels, n_known, n_outputs, self.n_filters, self.depth, self.stride, self.dropout
        )

    def loss(self) -> Loss:
        """Stage 4: beta-NLL."""
        return BetaNll()

    def training(self) -> Training:
        """Stage 5: Muon."""
        return MuonTraining(**asdict(super().training()))


MODEL = InceptionTimeModel()
