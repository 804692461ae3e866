"""Summaries of a trace that know nothing of the chemistry: levels, slopes and curvatures in time, and known inputs.

Every level is a local fit over a share of the prefix, so that it averages the noise of a dense trace and still exists
for a trace of four samples. All sums run over the valid samples only, for all cases at once.
"""

from __future__ import annotations

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.world.quantities import INITIAL_PH, KNOWN_NAMES

PLACES = (0.0, 0.03, 0.07, 0.15, 0.3, 0.5, 0.75, 1.0)
"""Where in the prefix levels and slopes are taken, as fractions of its duration."""
REACHES = (0.03, 0.03, 0.04, 0.08, 0.15, 0.2, 0.25, 0.25)
"""How far a local fit looks to each side of its place; denser early, where the pH rises fastest."""
WINDOWS = ((0.0, 1.0), (0.2, 1.0), (0.5, 1.0))
"""Parts of the prefix over which a parabola is fitted."""
SMALL = 1e-9
"""Ridge on normal equations of scaled abscissae: it matters only where samples do not suffice."""
BLOCK = 4096
"""Cases that are summarised at once: bounds memory, moves no result."""

FEATURE_NAMES = (
    *KNOWN_NAMES,
    "n_samples",
    "duration_s",
    *(f"level_{place:g}" for place in PLACES),
    *(f"slope_{place:g}" for place in PLACES),
    *(f"parabola_{low:g}_{high:g}_{part}" for low, high in WINDOWS for part in ("level", "slope", "curvature")),
    "mean_rise",
)


def features(traces: Traces) -> Array:
    """Summaries of every trace.

    Examples
    --------
    >>> traces = Traces.of([0.0, 10.0, 20.0, 30.0], [[7.0, 7.1, 7.2, 7.3]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> dict(zip(FEATURE_NAMES, features(traces)[0].round(6).tolist()))["slope_0.5"]
    0.01
    """
    blocks = [_block(traces.take(slice(first, first + BLOCK))) for first in range(0, traces.n_cases, BLOCK)]
    return np.concatenate([np.empty((0, len(FEATURE_NAMES))), *blocks])


def _block(traces: Traces) -> Array:
    """Summaries of at most ``BLOCK`` traces."""
    time_s = np.where(traces.valid, traces.time_s, 0.0)
    lengths = traces.lengths
    duration_s = time_s.max(axis=1)
    span_s = np.where(duration_s > 0, duration_s, 1.0)
    initial_ph = traces.known[:, [INITIAL_PH]]
    # Above the initial pH, which is known exactly: an absolute level would carry it twice.
    rise = np.where(traces.valid, traces.ph - initial_ph, 0.0)
    share = time_s / span_s[:, None]
    spacing = 1.0 / np.maximum(lengths - 1, 1)
    levels, slopes = [], []
    for place, reach in zip(PLACES, REACHES, strict=True):
        # Two neighbours of any place lie within 1.5 spacings, unless samples were dropped.
        half_width = np.maximum(reach, 1.5 * spacing)[:, None]
        distance = (share - place) / half_width
        weight = np.where(traces.valid, np.maximum(1.0 - np.abs(distance), SMALL), 0.0)
        level, slope = _fit(distance, rise, weight, degree=1).T
        levels.append(level)
        slopes.append(slope / (half_width[:, 0] * span_s))
    parabolas = []
    for low, high in WINDOWS:
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        # One spacing more to the left: half a prefix of four samples holds only two of them.
        inside = traces.valid & (share >= low - spacing[:, None])
        level, slope, curvature = _fit((share - middle) / half, rise, inside * 1.0, degree=2).T
        parabolas += [level, slope / (half * span_s), 2.0 * curvature / (half * span_s) ** 2]
    mean_rise = rise.sum(axis=1) / lengths
    return np.column_stack([traces.known, lengths, duration_s, *levels, *slopes, *parabolas, mean_rise])


def _fit(x: Array, y: Array, weight: Array, degree: int) -> Array:
    """Coefficients (case, degree + 1) of the weighted least-squares polynomial of each row."""
    powers = x[:, None, :] ** np.arange(degree + 1)[:, None]
    weighted = powers * weight[:, None, :]
    matrix = weighted @ powers.transpose(0, 2, 1)
    ridge = SMALL * matrix[:, [0], [0]][:, :, None] * np.eye(degree + 1)
    return np.linalg.solve(matrix + ridge, weighted @ y[:, :, None])[:, :, 0]
