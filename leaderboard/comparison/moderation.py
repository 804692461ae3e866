"""Moderating variances that rest on a few seeds, across rows.

Source: Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) 3, doi:10.2202/1544-6115.1027. What comes out is
used upwards only, by ``estimates``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from bench.arrays import Array


def moderate(variance: Array, df: float, informative: NDArray[np.bool_] | None = None) -> tuple[Array, Array, Array]:
    """Draw variances towards what they have in common, as far as they have it.

    Notes
    -----
    Source: Smyth (2004), section 6.2: moments of log s^2. With d0 infinite s0^2 is the pooled variance.

    Examples
    --------
    >>> moderated, prior_df, _ = moderate(np.array([1.0, 1.0, 0.0]), 2)
    >>> moderated.tolist(), float(prior_df)
    ([1.0, 1.0, 0.0], inf)
    """
    used = (variance > 0) if informative is None else informative & (variance > 0)
    n = np.maximum(used.sum(axis=-1), 1)
    log = np.log(np.where(used, variance, 1.0)) - special.digamma(df / 2) + np.log(df / 2)
    centre = np.where(used, log, 0.0).sum(axis=-1) / n
    scatter = np.where(used, (log - centre[..., None]) ** 2, 0.0).sum(axis=-1) / np.maximum(n - 1, 1)
    excess = scatter - special.polygamma(1, df / 2)
    half = _inverse_trigamma(np.where(excess > 0, excess, 1.0))
    pooled = np.where(used, variance, 0.0).sum(axis=-1) / n
    prior = np.where(excess > 0, np.exp(centre + special.digamma(half) - np.log(half)), pooled)
    prior_df = np.where(n < 2, 0.0, np.where(excess > 0, 2 * half, np.inf))
    weight = np.where(np.isinf(prior_df), 1.0, half * 2 / (half * 2 + df))
    weight = np.where(n < 2, 0.0, weight)[..., None]
    return np.where(used, weight * prior[..., None] + (1 - weight) * variance, variance), prior_df, prior


def _inverse_trigamma(value: Array) -> Array:
    """Solve trigamma(x) = value by Newton's method on 1 / trigamma, which converges from the left (Smyth 2004)."""
    value = np.clip(value, 1e-6, 1e6)
    x = 0.5 + 1 / value
    for _ in range(20):
        trigamma = special.polygamma(1, x)
        x = x + trigamma * (1 - trigamma / value) / special.polygamma(2, x)
    return np.asarray(x)
