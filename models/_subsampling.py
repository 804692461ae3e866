"""Random sub-samplings of traces: how a learned row comes to know other intervals than the one it is trained at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.cases import Traces
from bench.errors import PluginError

Lengths = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Subsampling:
    """Distribution of sub-samplings: how long a prefix, how many of its samples, and which.

    Examples
    --------
    >>> lengths = np.array([101, 101, 4])
    >>> Subsampling(whole=0.0).kept(lengths, np.random.default_rng(0)).sum(axis=1).tolist()
    [64, 4, 4]
    """

    whole: float = 0.4
    irregular: float = 0.3
    shortened: float = 0.3
    fewest: int = 4
    shortest: float = 0.25

    def __post_init__(self) -> None:
        for name in ("whole", "irregular", "shortened", "shortest"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise PluginError(
                    f"subsampling '{name}': value must be between 0 and 1, got {value}. Mend the settings."
                )
        if self.fewest < 2:
            raise PluginError(f"subsampling 'fewest': value must be at least 2, got {self.fewest}. Mend the settings.")

    def kept(self, lengths: Lengths, generator: np.random.Generator) -> Mask:
        """Draw which samples of each trace are kept."""
        n_cases, width = len(lengths), int(lengths.max(initial=0))
        stays, random, cut = (
            generator.random(n_cases) < share for share in (self.whole, self.irregular, self.shortened)
        )
        fewest = np.minimum(lengths, self.fewest)
        share = np.where(cut, generator.uniform(self.shortest, 1.0, n_cases), 1.0)
        reach = np.maximum(np.rint(share * lengths).astype(np.int64), fewest)
        # Log-uniform: as many traces of 4 to 8 samples as of 50 to 100.
        number = np.rint(np.exp(generator.uniform(np.log(fewest), np.log(reach)))).astype(np.int64)
        number = np.clip(number, fewest, reach)
        position = np.arange(width)
        keys = np.where(position < reach[:, None], generator.random((n_cases, width)), 2.0)
        keys[:, :1] = -1.0
        chosen = keys.argsort(axis=1).argsort(axis=1) < number[:, None]
        step = (reach - 1) / np.maximum(number - 1, 1)
        # A sample is kept where an evenly spaced time rounds to it.
        turn = np.rint(position / step[:, None].clip(1.0))
        even = (np.floor(turn * step[:, None] + 0.5) == position) & (position < reach[:, None])
        kept = np.where(random[:, None], chosen, even)
        return np.where(stays[:, None], position < lengths[:, None], kept)

    def draw(self, traces: Traces, generator: np.random.Generator) -> Traces:
        """Draw one sub-sampling of each trace."""
        kept = self.kept(traces.lengths, generator)
        order = first_kept(kept)
        lengths = kept.sum(axis=1)
        valid = np.arange(order.shape[1]) < lengths[:, None]
        time_s, ph = (
            np.where(valid, np.take_along_axis(values, order, axis=1), 0.0) for values in (traces.time_s, traces.ph)
        )
        return Traces(time_s, ph, valid, traces.known)


def first_kept(kept: Mask) -> Lengths:
    """Sample numbers with the kept ones first, in order of time.

    Examples
    --------
    >>> first_kept(np.array([[True, False, True, False]])).tolist()
    [[0, 2]]
    """
    return np.argsort(~kept, axis=1, kind="stable")[:, : int(kept.sum(axis=1).max(initial=0))]
