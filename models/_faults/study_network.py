"""The study's network (items E2 and #10): blocks of two causal convolutions of kernel 3, on single samples."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import gelu, pad

from models._sequence.encoder import Encoded
from models._sequence.network import Head, SequenceNetwork, with_known
from models._sequence.temporal_convolution import ending_together

Tensor = torch.Tensor


class StudyNetwork(SequenceNetwork):
    """Residual blocks of dilations 1, 2, 4, ..., read at the last valid sample: three of them see 29 samples.

    As in ``TemporalConvolution``, states that the last one does not depend on are not computed.

    Examples
    --------
    >>> [StudyNetwork(2, 5, 2, width=8, n_blocks=n).receptive_field for n in (3, 6)]
    [29, 253]
    """

    def __init__(self, n_channels: int, n_known: int, n_outputs: int, width: int, n_blocks: int) -> None:
        super().__init__(n_channels, n_known)
        self.receptive_field = 4 * 2**n_blocks - 3
        self.embed = nn.Conv1d(n_channels + n_known, width, 1)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(n_blocks))
        self.head = Head(width + n_known, 2 * width, n_outputs, 0.0)

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        samples, inside = ending_together(with_known(encoded), encoded.valid)
        x = self.embed(samples[:, :, -self.receptive_field :])
        valid = inside[:, None, -self.receptive_field :].to(samples.dtype)
        for block in self.blocks:
            x, valid = (kept[:, :, 1 - kept.shape[2] % 2 :: 2] for kept in (block(x, valid), valid))
        return self.head(torch.cat([x[:, :, -1], encoded.known], dim=1))


class _Block(nn.Module):
    """Two convolutions, added to what came in; dropout between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv1d(width, width, 3) for _ in range(2))
        self.norms = nn.ModuleList(nn.Identity() for _ in range(2))
        self.dropout = nn.Dropout(0.0)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """Transform, shape (B, width, P); what is not valid counts as zero."""
        y = self.first(pad(gelu(self.norms[0](x)) * valid, (2, 0)))
        return x + self.second(pad(self.dropout(gelu(self.norms[1](y))) * valid, (2, 0)))
