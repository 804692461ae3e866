"""What a peer is given and gives back: named arrays, in files named on its command line."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from bench.arrays import Array

Arrays = dict[str, Array]


def serve(answer: Callable[[Arrays], Arrays]) -> None:
    """Read the arrays of the first file named, and write what comes of them to the second."""
    source, target = sys.argv[1:3]
    with np.load(source, allow_pickle=False) as stored:
        given = {name: stored[name] for name in stored.files}
    np.savez(target, allow_pickle=False, **answer(given))
