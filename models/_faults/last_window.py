"""How a network sees a trace (item E2): its last samples only, in patches, or read as the mean of all states."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import gelu, pad

from models._sequence.encoder import Encoded
from models._sequence.network import SequenceNetwork, masked_mean, with_known
from models._sequence.temporal_convolution import TemporalConvolution

Tensor = torch.Tensor


class LastWindow(SequenceNetwork):
    """A network that is given the last samples of every trace, and answers as if there were no others."""

    def __init__(self, network: SequenceNetwork, receptive_field: int) -> None:
        super().__init__(network.n_channels, network.n_known)
        self.network, self.receptive_field = network, receptive_field

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        n_samples = min(self.receptive_field, encoded.samples.shape[2])
        lengths = encoded.valid.sum(dim=1, keepdim=True)
        index = (lengths - n_samples).clamp(min=0) + torch.arange(n_samples, device=lengths.device)
        samples = encoded.samples.gather(2, index[:, None].expand(-1, self.n_channels, -1))
        valid = index < lengths
        answer: Tensor = self.network(Encoded(samples, valid, encoded.known, encoded.lengths.clip(max=n_samples)))
        return answer


class Pooled(TemporalConvolution):
    """The same layers, read as the mean of their states at all valid samples in place of the last one."""

    def answer(self, encoded: Encoded) -> Tensor:
        """Outputs, shape (B, O)."""
        samples = with_known(encoded).transpose(1, 2)
        x = self.embed(torch.cat([shifted(samples, 1), samples], dim=2))
        for number, block in enumerate(self.blocks):
            x = block(torch.cat([shifted(x, 2 ** (number + 1)), x], dim=2))
        return self.head(torch.cat([masked_mean(gelu(x).transpose(1, 2), encoded.valid), encoded.known], dim=1))


def shifted(states: Tensor, distance: int) -> Tensor:
    """States of so many samples before, zeros where there are none; shape (B, T, C)."""
    return pad(states, (0, 0, distance, 0))[:, : states.shape[1]]


class Patched(TemporalConvolution):
    """The same layers on patches of eight samples in place of single ones."""

    def __init__(self, n_channels: int, n_known: int, n_outputs: int, width: int, n_blocks: int) -> None:
        super().__init__(n_channels, n_known, n_outputs, width, n_blocks)
        self.embed = nn.Linear(8 * (n_channels + n_known), width)

    def embedded(self, samples: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """States of patches; a patch counts where one of its samples does."""
        whole = (0, 0, -samples.shape[1] % 8, 0)
        patches, counts = (pad(each, whole).unflatten(1, (-1, 8)) for each in (samples, valid))
        return self.embed(patches.flatten(2)), counts.amax(dim=2)
