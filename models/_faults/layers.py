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
    """Put batch normalization before every activation of the residual blocks of a temporal convolution."""
    for block in [module for module in network.modules() if hasattr(module, "norms")]:
        layer = next(layer for layer in block.modules() if isinstance(layer, nn.Conv1d | nn.Linear))
        block.norms = nn.ModuleList(nn.BatchNorm1d(len(layer.weight)) for _ in block.norms)
    return network
