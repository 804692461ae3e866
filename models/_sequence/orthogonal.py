"""Initial weights that pass a signal on at its size, through networks without normalization."""

from __future__ import annotations

import math

from torch import nn


def start_orthogonal(network: nn.Module) -> None:
    """Give every dense layer orthogonal weights, in place.

    torch's own start shrinks a signal at every layer, and nothing here normalizes it.
    Source: Saxe, McClelland & Ganguli, arXiv:1312.6120 (2013).

    Examples
    --------
    >>> layer = nn.Linear(3, 3)
    >>> start_orthogonal(layer)
    >>> (layer.weight @ layer.weight.T).round(decimals=4).diagonal().tolist()
    [2.0, 2.0, 2.0]
    """
    for module in network.modules():
        if isinstance(module, nn.Linear):
            # Half of the signal's power is lost in the activation.
            nn.init.orthogonal_(module.weight, gain=math.sqrt(2.0))
