"""Temporal convolutional network: causal convolutions of two taps, each dilation twice the one before.

Source: Bai, Kolter & Koltun, "An empirical evaluation of generic convolutional and recurrent networks for sequence
modeling", arXiv:1803.01271 (2018), with the two taps of WaveNet, van den Oord et al., arXiv:1609.03499 (2016), GELU in
place of ReLU, and the mean of both taps in place of the last one as residual: what is passed on has averaged noise.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import gelu, pad

from models._sequence.encoder import Encoded
from models._sequence.network import Head, SequenceNetwork, with_known

Tensor = torch.Tensor


class TemporalConvolution(SequenceNetwork):
    """A convolution of dilation 1, residual blocks of dilations 2, 4, 8, ..., read at the last valid sample.

    Behind a block of dilation d only every 2 d-th state, counted from the last, is ever read. No other is computed:
    each block joins states in pairs, as a convolution of two taps and stride 2 does. That changes no answer.

    Examples
    --------
    >>> TemporalConvolution(2, 5, 2, n_blocks=6).receptive_field
    128
    """

    def __init__(
        self, n_channels: int, n_known: int, n_outputs: int, width: int = 48, n_blocks: int = 7, dropout: float = 0.0
    ) -> None:
        super().__init__(n_channels, n_known)
        self.receptive_field = 2 ** (n_blocks + 1)
        self.embed = nn.Linear(2 * (n_channels + n_known), width)
        self.blocks = nn.ModuleList(Block(width, dropout) for _ in range(n_blocks))
        self.head = Head(width + n_known, 2 * width, n_outputs, dropout)

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        samples, valid = ending_together(with_known(encoded), encoded.valid)
        x, valid = self.embedded(samples.transpose(1, 2), valid[:, :, None].to(samples.dtype))
        for block in self.blocks:
            x, valid = block(in_pairs(x * valid)), in_pairs(valid).amax(dim=2, keepdim=True)
        return self.head(torch.cat([gelu(x[:, -1]), encoded.known], dim=1))

    def embedded(self, samples: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """States before the first block, shape (B, P, width), and which of them count, shape (B, P, 1)."""
        return self.embed(in_pairs(samples)), in_pairs(valid).amax(dim=2, keepdim=True)


class Block(nn.Module):
    """A convolution over two taps and a dense layer, added to the mean of both taps."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.Identity()])
        self.taps, self.leave = nn.Linear(2 * width, width), nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, taps: Tensor) -> Tensor:
        """Join taps side by side, shape (B, P, 2 width), to one state each, shape (B, P, width)."""
        y = self.taps(taps)
        y = gelu(self.norms[0](y.flatten(0, 1))).view_as(y)
        return taps.unflatten(2, (2, -1)).mean(dim=2) + self.leave(self.dropout(y))


def in_pairs(x: Tensor) -> Tensor:
    """States side by side in pairs, shape (B, P, C) to (B, (P + 1) // 2, 2 C), a zero before them if P is odd."""
    return pad(x, (0, 0, x.shape[1] % 2, 0)).unflatten(1, (-1, 2)).flatten(2)


def ending_together(samples: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """Samples moved to the end of the tensor, so that the last valid one of every case is the last; zeros before them.

    Examples
    --------
    >>> samples, valid = torch.tensor([[[7.0, 8.0, 0.0]]]), torch.tensor([[True, True, False]])
    >>> ending_together(samples, valid)[0].tolist()
    [[[0.0, 7.0, 8.0]]]
    """
    width = samples.shape[2]
    source = torch.arange(width, device=samples.device) - (width - valid.sum(dim=1, keepdim=True))
    inside = source >= 0
    index = source.clamp(min=0)[:, None].expand(-1, samples.shape[1], -1)
    return samples.gather(2, index) * inside[:, None], inside
