"""Compiled: the density of a trace at one point of its nuisances, what is linear in it integrated out.

A point is z: the E0, k_d, lag, start, ramp, noise and, where there is some, carbonate of a case, each as the standard
normal whose share below is the prior's. Offset, drift, and what the beaker held beside the record (initial pH,
temperature, log substrate), each in standard deviations, are next to linear; their Gaussian comes from Newton's steps
on the exact density of every sample: rounded, with outliers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.beaker import N_CHANNELS, Curves, Table, curves_at, show
from bench.compiled import compiled

LOAD, DECAY, LAG, START, RAMP, NOISE, CARBONATE = range(7)
"""Coordinates of a point; without carbonate there are six."""
UNIFORM, LOG_UNIFORM, NORMAL = range(3)
"""Kinds of a prior: between two ends, the same in the log, or with a mean and a standard deviation."""
OFFSET_SD, DRIFT_SD, STEP, OUTLIER_FRACTION, OUTLIER_SD = range(5)
"""Settings of a run."""
N_LINEAR = 5
"""Offset, drift, initial pH, temperature, log substrate."""
FARTHEST = 6.0
"""Standard deviations of a prior beyond which no coordinate goes."""


class Run(NamedTuple):
    """One trace with its tables and priors; ``prior`` (coordinate, 3) holds kind and two numbers."""

    time_s: Array
    ph: Array
    table: Table
    prior: Array
    settings: Array


@compiled
def of_normal(z: float, kind: float, low: float, high: float) -> float:
    """Value of a coordinate whose prior has this share below it."""
    if kind == NORMAL:
        return low + high * z
    share = 0.5 * math.erfc(-z / math.sqrt(2.0))
    if kind == LOG_UNIFORM:
        return low * math.exp(math.log(high / low) * share)
    return low + (high - low) * share


@compiled
def values_of(z: Array, run: Run, value: Array) -> None:
    """Fill the values of a point."""
    for c in range(z.shape[0]):
        value[c] = of_normal(z[c], run.prior[c, 0], run.prior[c, 1], run.prior[c, 2])


@compiled
def values_of_all(z: Array, run: Run, values: Array) -> None:
    """Fill the values of many points."""
    for i in range(z.shape[0]):
        values_of(z[i], run, values[i])


@compiled
def look(z: Array, beta: Array, run: Run, curves: Curves, shown: Array, again: bool) -> float:
    """Fill ``shown`` (channel, sample) at a point, the curves at ``beta``; return the noise's standard deviation.

    ``again``: the curves are those of the last point.
    """
    value = np.empty(z.shape[0])
    values_of(z, run, value)
    ln_carbonate = math.log(value[CARBONATE]) if z.shape[0] > CARBONATE else 0.0
    if not again:
        curves_at(run.table, ln_carbonate, beta[2:], curves)
    show(value[LOAD], value[DECAY], value[LAG], value[START], value[RAMP], run.time_s, curves, shown)
    sigma: float = value[NOISE]
    return sigma


@compiled
def site(residual: float, sigma: float, settings: Array, rough: bool) -> tuple[float, float, float, float]:
    """Log density of one sample, its slope by the mean, about minus its curvature, and its slope by ``sigma``.

    ``rough``: rounding adds its variance and no more, at a third of the cost.
    """
    step, fraction, outlier_sd = settings[STEP], settings[OUTLIER_FRACTION], settings[OUTLIER_SD]
    variance = sigma * sigma
    flat = variance + step * step / 12.0
    if step > 0.0 and sigma < 2.0 * step and not rough:
        scale = 1.0 / (sigma * math.sqrt(2.0))
        r = abs(residual)
        near, far = (r - 0.5 * step) * scale, (r + 0.5 * step) * scale
        inside = 0.5 * (math.erfc(near) - math.erfc(far)) / step
        at_near, at_far = math.exp(-near * near), math.exp(-far * far)
        slope = (at_near - at_far) / (sigma * math.sqrt(2.0 * math.pi) * step)
        spread = (near * at_near - far * at_far) / (sigma * math.sqrt(math.pi) * step)
        if residual < 0.0:
            slope = -slope
    else:  # so fine a step adds its variance and no more
        inside = math.exp(-0.5 * residual * residual / flat) / math.sqrt(2.0 * math.pi * flat)
        slope = inside * residual / flat
        spread = inside * (residual * residual / flat - 1.0) * sigma / flat
    if fraction == 0.0:
        if inside < 1e-290:  # far out the logs of both sides of a step are those of its nearer end
            near = max(abs(residual) - 0.5 * step, 0.0)
            square = near * near / variance
            return -0.5 * square - 640.0, residual / flat, 1.0 / flat, square / sigma
        return math.log(inside), slope / inside, 1.0 / flat, spread / inside
    wide = flat + outlier_sd * outlier_sd
    outside = math.exp(-0.5 * residual * residual / wide) / math.sqrt(2.0 * math.pi * wide)
    density = (1.0 - fraction) * inside + fraction * outside
    square = residual * residual / wide
    if density < 1e-290:
        return -0.5 * square - 5.0, residual / wide, 1.0 / wide, square * sigma / wide
    share = (1.0 - fraction) * inside / density
    score = ((1.0 - fraction) * slope + fraction * outside * residual / wide) / density
    louder = ((1.0 - fraction) * spread + fraction * outside * (square - 1.0) * sigma / wide) / density
    return math.log(density), score, share / flat + (1.0 - share) / wide, louder


@compiled
def log_density(ph: Array, sigma: float, beta: Array, run: Run) -> float:
    """Log density of a trace whose electrode shows ``ph`` (sample,) before offset and drift."""
    total = 0.0
    offset, drift = beta[0] * run.settings[OFFSET_SD], beta[1] * run.settings[DRIFT_SD]
    for i in range(run.time_s.shape[0]):
        total += site(run.ph[i] - ph[i] - offset - drift * run.time_s[i], sigma, run.settings, False)[0]
    return total


@compiled
def linear_step(
    shown: Array,
    sigma: float,
    beta: Array,
    run: Run,
    score: Array,
    precision: Array,
    matrix: Array,
    move: Array,
    rough: bool,
) -> tuple[float, float, float]:
    """Log density at linear nuisances ``beta``, the sites there, their curvature and Newton's step of them.

    Returns the log density, its slope by ``sigma``, and what the step is expected to gain.
    """
    total = by_sigma = 0.0
    x = np.empty(N_LINEAR)
    for a in range(N_LINEAR):
        for b in range(a):
            matrix[a, b] = 0.0
        matrix[a, a] = 1.0
        move[a] = -beta[a]
    x[0] = run.settings[OFFSET_SD]
    for i in range(run.time_s.shape[0]):
        x[1] = run.settings[DRIFT_SD] * run.time_s[i]
        mean = shown[0, i] + beta[0] * x[0] + beta[1] * x[1]
        for k in range(1, N_CHANNELS):
            x[1 + k] = shown[k, i]
            mean += beta[1 + k] * x[1 + k]
        value, score[i], precision[i], louder = site(run.ph[i] - mean, sigma, run.settings, rough)
        total += value
        by_sigma += louder
        for a in range(N_LINEAR):
            move[a] += score[i] * x[a]
            weighted = precision[i] * x[a]
            for b in range(a + 1):
                matrix[a, b] += weighted * x[b]
    cholesky(matrix)
    forward(matrix, move)
    gain = 0.0
    for a in range(N_LINEAR):
        gain += 0.5 * move[a] * move[a]
    backward(matrix, move)
    return total, by_sigma, gain


@compiled
def cholesky(matrix: Array) -> bool:
    """Replace the lower half of a matrix by its Cholesky factor, the upper by 0; whether it is positive definite."""
    n = matrix.shape[0]
    for a in range(n):
        for b in range(a + 1):
            total = matrix[a, b]
            for c in range(b):
                total -= matrix[a, c] * matrix[b, c]
            if a == b:
                if not total > 0.0:
                    return False
                matrix[a, a] = math.sqrt(total)
            else:
                matrix[a, b] = total / matrix[b, b]
                matrix[b, a] = 0.0
    return True


@compiled
def forward(factor: Array, vector: Array) -> None:
    """Replace a vector by the solution of factor times it."""
    for a in range(factor.shape[0]):
        for b in range(a):
            vector[a] -= factor[a, b] * vector[b]
        vector[a] /= factor[a, a]


@compiled
def backward(factor: Array, vector: Array) -> None:
    """Replace a vector by the solution of the factor's transpose times it."""
    n = factor.shape[0]
    for a in range(n - 1, -1, -1):
        for b in range(a + 1, n):
            vector[a] -= factor[b, a] * vector[b]
        vector[a] /= factor[a, a]


@compiled
def solve(factor: Array, vector: Array) -> None:
    """Replace a vector by the solution of the factored matrix times it."""
    forward(factor, vector)
    backward(factor, vector)


@compiled
def log_determinant(factor: Array) -> float:
    """Log determinant of a matrix from its Cholesky factor."""
    total = 0.0
    for a in range(factor.shape[0]):
        total += 2.0 * math.log(factor[a, a])
    return total
