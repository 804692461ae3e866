"""Does a trace contradict what is said of it: a posterior predictive check of the residuals."""

from __future__ import annotations

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.answer import UntoldPosterior

N_DRAWS = 1000
"""Draws that the trace is held against."""
N_BLOCKS = 8
"""Blocks of samples whose means are looked at."""
CLIPPED = 3.0
"""Residuals count as no more than this, in standard deviations: a bubble is no misfit."""
CHANCE = 0.01
"""Chance of an alarm where nothing is wrong."""


def predictive_p(posterior: UntoldPosterior) -> float:
    """Chance that the same measurement made again would look as bad as the trace.

    Four things are looked at, against each draw of the posterior: the lag-1 correlation of the residuals, the largest
    mean of a block of them, and whether they are larger or smaller than the noise, so that no noise that is told hides
    a misfit. Draws that have learnt from the trace itself make the check mild.

    Parameters
    ----------
    posterior : UntoldPosterior
        Of one trace.

    Returns
    -------
    float
        Smallest of the four chances times four, at most 1.

    Source: Gelman, Meng & Stern, Statistica Sinica 6 (1996) 733-807.
    """
    shown, again, sd = posterior.predicted(N_DRAWS)
    real, replicated = (_measures(np.clip((ph - shown) / sd, -CLIPPED, CLIPPED)) for ph in (posterior.run.ph, again))
    p = (1 + (replicated >= real).sum(axis=1)) / (1 + N_DRAWS)
    return float(min(1.0, len(p) * p.min()))


def _measures(residual: Array) -> Array:
    """Lag-1 correlation, largest mean of a block in standard deviations, mean size and its negative, (4, draw)."""
    n = residual.shape[1]
    correlation = (residual[:, 1:] * residual[:, :-1]).sum(axis=1) / np.maximum((residual**2).sum(axis=1), 1e-12)
    blocks = np.array_split(np.arange(n), min(N_BLOCKS, n))
    means = [np.abs(residual[:, block].sum(axis=1)) / np.sqrt(len(block)) for block in blocks]
    size = np.abs(residual).mean(axis=1)
    return np.stack([correlation, np.max(means, axis=0), size, -size])
