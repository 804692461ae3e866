"""Temporal convolutional network: causal dilated convolutions in residual blocks.

Source: Bai, Kolter & Koltun, "An empirical evaluation of generic convolutional and recurrent networks for sequence
modeling", arXiv:1803.01271 (2018), with channel normalization and GELU in place of weight normalization and ReLU.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import gelu, pad

from models._sequence.encoder import Encoded
from models._sequence.network import ChannelNorm, Head, Patches, SequenceNetwork, last_valid, masked_mean, with_known

Tensor = torch.Tensor


class TemporalConvolution(SequenceNetwork):
    """Patches of samples, residual blocks of dilations 1, 2, 4, ..., pooled over what was measured.

    Examples
    --------
    >>> TemporalConvolution(2, 5, 2, stride=8, kernel_size=3, n_blocks=3).receptive_field
    232
    """

    def __init__(
        self,
        n_channels: int,
        n_known: int,
        n_outputs: int,
        width: int = 48,
        stride: int = 8,
        kernel_size: int = 3,
        n_blocks: int = 3,
        dropout: float = 0.0,
        normalization: str = "none",
    ) -> None:
        super().__init__(n_channels, n_known)
        self.receptive_field = stride * (1 + 2 * (kernel_size - 1) * (2**n_blocks - 1))
        self.patches = Patches(n_channels + n_known, width, stride)
        self.blocks = nn.ModuleList(_Block(width, kernel_size, 2**i, dropout, normalization) for i in range(n_blocks))
        self.head = Head(2 * width + n_known, 2 * width, n_outputs, dropout)

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        x, valid = self.patches(with_known(encoded), encoded.valid)
        for block in self.blocks:
            x = block(x)
        return self.head(torch.cat([masked_mean(x, valid), last_valid(x, valid), encoded.known], dim=1))


class _Block(nn.Module):
    """Two causal convolutions of one dilation, added to what came in."""

    def __init__(self, width: int, kernel_size: int, dilation: int, dropout: float, normalization: str) -> None:
        super().__init__()
        self.history = (kernel_size - 1) * dilation
        self.first = nn.Conv1d(width, width, kernel_size, dilation=dilation)
        self.second = nn.Conv1d(width, width, kernel_size, dilation=dilation)
        self.norms = nn.ModuleList(ChannelNorm(width) if normalization == "layer" else nn.Identity() for _ in range(2))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Transform, shape (B, width, P); a sample only sees those before it, so padding at the end stays there."""
        y = self.first(pad(gelu(self.norms[0](x)), (self.history, 0)))
        y = self.second(pad(self.dropout(gelu(self.norms[1](y))), (self.history, 0)))
        return x + y
