"""Named, counter-based random streams: case i of a stream is the same however many are drawn, in any order, anywhere.

Each stream is a Philox generator keyed by the SHA-256 of its name; each case begins at a counter of its own, 2^128
draws apart. Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011), doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stream:
    """A named random stream, one independent generator a case.

    Parameters
    ----------
    name : str
        What is drawn, such as ``test/noise``; equal names give equal draws.

    Examples
    --------
    >>> stream = Stream("test/noise")
    >>> all_draws = [g.random() for g in stream.cases(range(5))]
    >>> all_draws[3] == next(stream.cases([3])).random()
    True
    """

    name: str

    def generator(self, case: int) -> np.random.Generator:
        """Generator of one case.

        Parameters
        ----------
        case : int
            Case number, at least 0.

        Returns
        -------
        numpy.random.Generator
            Fresh, at the beginning of that case.
        """
        digest = hashlib.sha256(self.name.encode()).digest()
        key = [int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")]
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, case, 0]))

    def cases(self, numbers: range | list[int]) -> Iterator[np.random.Generator]:
        """Generators of several cases, in the order asked for.

        Parameters
        ----------
        numbers : range or list of int
            Case numbers.

        Yields
        ------
        numpy.random.Generator
            One a case.
        """
        return (self.generator(case) for case in numbers)


def stream_seed(name: str) -> int:
    """Seed for libraries that take one integer, from a stream name.

    Parameters
    ----------
    name : str
        Stream name.

    Returns
    -------
    int
        Between 0 and 2^31 - 1.

    Examples
    --------
    >>> stream_seed("weights/0") != stream_seed("weights/1")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little") & 0x7FFFFFFF
