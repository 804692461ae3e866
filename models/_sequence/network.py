"""Stage 3, the network: its interface, and the masked pieces that networks share."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.nn.functional import pad

from bench.errors import PluginError
from models._sequence.encoder import Encoded

Tensor = torch.Tensor


class SequenceNetwork(nn.Module, ABC):
    """A network that answers encoded traces."""

    one_length = False
    """Whether it has no mask, and must be given batches of one length."""

    def __init__(self, n_channels: int, n_known: int) -> None:
        super().__init__()
        self.n_channels, self.n_known = n_channels, n_known

    def forward(self, encoded: Encoded) -> Tensor:
        """Answer cases."""
        got = (encoded.samples.shape[1], encoded.known.shape[1])
        if got != (self.n_channels, self.n_known):
            raise PluginError(
                f"network 'samples': channels and known inputs must be {(self.n_channels, self.n_known)}, got {got}. "
                "Encode with the encoder that the network was built for."
            )
        if self.one_length and (encoded.lengths != encoded.samples.shape[2]).any():
            raise PluginError(
                f"network 'lengths': value must be {encoded.samples.shape[2]} for every case, got "
                f"{encoded.lengths.min()}. Batch cases of one length."
            )
        return self.answer(encoded)

    @abstractmethod
    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs of cases whose shapes are right, shape (B, O)."""


def with_known(encoded: Encoded) -> Tensor:
    """Samples with the known inputs as further channels, constant in time, 0 where not valid."""
    known = encoded.known[:, :, None] * encoded.valid[:, None, :]
    return torch.cat([encoded.samples, known], dim=1)


class Patches(nn.Module):
    """One feature vector for every ``stride`` samples in a row: a strided convolution that needs no overlap."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.project = nn.Conv1d(n_in, n_out, stride, stride=stride)

    def forward(self, samples: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Join samples into patches."""
        missing = -samples.shape[2] % self.stride
        # Validity is a run of True from the start: a patch is measured where its first sample is.
        return self.project(pad(samples, (0, missing))), valid[:, :: self.stride]


def masked_mean(x: Tensor, valid: Tensor) -> Tensor:
    """Mean over the valid samples.

    Examples
    --------
    >>> masked_mean(torch.tensor([[[1.0, 3.0, 99.0]]]), torch.tensor([[True, True, False]])).tolist()
    [[2.0]]
    """
    weight = valid[:, None, :].to(x.dtype)
    return (x * weight).sum(dim=2) / weight.sum(dim=2)


def last_valid(x: Tensor, valid: Tensor) -> Tensor:
    """Features at the last valid sample.

    Examples
    --------
    >>> last_valid(torch.tensor([[[1.0, 3.0, 99.0]]]), torch.tensor([[True, True, False]])).tolist()
    [[3.0]]
    """
    last = (valid.sum(dim=1) - 1)[:, None, None].expand(-1, x.shape[1], 1)
    return x.gather(2, last)[:, :, 0]


class Head(nn.Sequential):
    """Two dense layers from pooled features and known inputs to the outputs."""

    def __init__(self, n_in: int, width: int, n_outputs: int, dropout: float) -> None:
        super().__init__(nn.Linear(n_in, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, n_outputs))
