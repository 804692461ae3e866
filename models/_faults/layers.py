"""Layers of a network exchanged after it was built (items E4 and E5)."""

from __future__ import annotations

from torch import nn

from models._sequence.network import Head, SequenceNetwork


def dropping(network: SequenceNetwork, blocks: float, head: float) -> SequenceNetwork:
    """Set the shares of features that are dropped in training."""
    heads = [module for module in network.modules() if isinstance(module, Head)]
    for part, share in ((network, blocks), *((part, head) for part in heads)):
        for layer in part.modules():
            if isinstance(layer, nn.Dropout):
                layer.p = share
    return network


def batch_normalized(network: SequenceNetwork) -> SequenceNetwork:
    """Put batch normalization before both activations of every residual block of a temporal convolution."""
    for block in [module for module in network.modules() if hasattr(module, "norms")]:
        block.norms = nn.ModuleList(nn.BatchNorm1d(block.first.in_channels) for _ in block.norms)
    return network
