"""Which cases go through a network together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Cases = NDArray[np.int64]


def batches(
    lengths: Cases, size: int, one_length: bool, generator: np.random.Generator | None = None
) -> Iterator[Cases]:
    """Split cases into batches, each case once.

    Examples
    --------
    >>> [batch.tolist() for batch in batches(np.array([4, 9, 4, 4]), 2, one_length=True)]
    [[0, 2], [3], [1]]
    """
    order = np.arange(len(lengths)) if generator is None else generator.permutation(len(lengths))
    groups = [order[lengths[order] == n] for n in np.unique(lengths)] if one_length else [order]
    parts = [part for group in groups for part in _even_parts(group, size)]
    if generator is not None and len(groups) > 1:
        parts = [parts[i] for i in generator.permutation(len(parts))]
    yield from parts


def _even_parts(group: Cases, size: int) -> list[Cases]:
    """Parts of nearly equal size: a last batch of a single case has no batch statistics."""
    return np.array_split(group, -(-len(group) // size)) if len(group) else []
