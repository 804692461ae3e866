"""Compiled: modes of a trace's posterior, by damped Gauss-Newton steps, and the Gaussian about each.

What is made small is minus the log of the posterior's density at a point, the linear nuisances integrated out by
Laplace's rule, up to a constant.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.untold.beaker import N_CHANNELS, Curves, combined, curves_at, empty_curves, show
from bench.ceiling.untold.likelihood import (
    CARBONATE,
    DECAY,
    DRIFT_SD,
    FARTHEST,
    LAG,
    LOAD,
    N_LINEAR,
    NOISE,
    OFFSET_SD,
    RAMP,
    START,
    STEP,
    Run,
    backward,
    cholesky,
    forward,
    linear_step,
    log_determinant,
    look,
    of_normal,
    solve,
    values_of,
)
from bench.compiled import compiled

Integers = NDArray[np.int64]

DIFFERENCE = 0.02
"""Step of the derivatives, in standard deviations of each prior."""
LONGEST_MOVE = 1.5
"""Longest step in any coordinate."""
SETTLED = 0.01
"""A step that gains less than this many nats is the last."""
N_SETTLING, SLIGHT_GAIN = 4, 0.1
"""Newton steps of the linear nuisances at a new point: at most so many, until one is expected to gain so few nats."""


class Room(NamedTuple):
    """Arrays to work in, for one trace.

    ``reference`` (5,) is where ``curves`` are the tangent, ``follow`` (coordinate, 5) how the linear nuisances go with
    each coordinate where ``slopes`` was last.
    """

    curves: Curves
    one: Curves
    reference: Array
    shown: Array
    other: Array
    score: Array
    precision: Array
    matrix: Array
    move: Array
    slopes: Array
    follow: Array


def room_for(run: Run, n_coordinates: int) -> Room:
    """Room to work in."""
    n = len(run.time_s)
    return Room(
        empty_curves(run.table, N_CHANNELS),
        empty_curves(run.table, 1),
        np.empty(N_LINEAR),
        np.empty((N_CHANNELS, n)),
        np.empty((1, n)),
        np.empty(n),
        np.empty(n),
        np.empty((N_LINEAR, N_LINEAR)),
        np.empty(N_LINEAR),
        np.empty((n_coordinates, n)),
        np.empty((n_coordinates, N_LINEAR)),
    )


@compiled
def objective(z: Array, beta: Array, run: Run, room: Room, again: bool) -> tuple[float, float, float]:
    """What is made small, the noise and the log density's slope by it; settles ``beta``, fills the room."""
    for a in range(N_LINEAR):
        room.reference[a] = beta[a]
    sigma: float = look(z, beta, run, room.curves, room.shown, again)
    total = by_sigma = 0.0
    for _ in range(N_SETTLING):
        value, by_sigma, gain = linear_step(
            room.shown, sigma, beta, run, room.score, room.precision, room.matrix, room.move, False
        )
        total = -value
        for a in range(N_LINEAR):
            total += 0.5 * beta[a] * beta[a]
            beta[a] += room.move[a]
        if gain < SLIGHT_GAIN:
            total -= gain
            break
    for i in range(run.time_s.shape[0]):  # the sites have moved with it
        moved = room.move[0] * run.settings[OFFSET_SD] + room.move[1] * run.settings[DRIFT_SD] * run.time_s[i]
        for k in range(1, N_CHANNELS):
            moved += room.move[1 + k] * room.shown[k, i]
        room.score[i] -= room.precision[i] * moved
    total += 0.5 * log_determinant(room.matrix)
    for c in range(z.shape[0]):
        total += 0.5 * z[c] * z[c]
    return total, sigma, by_sigma


@compiled
def slopes(
    z: Array, beta: Array, sigma: float, by_sigma: float, run: Run, room: Room, gradient: Array, hessian: Array
) -> None:
    """Gradient, expected second derivatives and ``follow`` at a point that ``objective`` has just looked at."""
    d, n = z.shape[0], run.time_s.shape[0]
    x = np.empty((d, N_LINEAR))  # of every coordinate with the linear nuisances
    value = np.empty(d)
    combined(room.curves, beta[2:], room.one)
    for c in range(d):
        gradient[c] = z[c]
        if c == NOISE:
            continue
        kept = z[c]
        z[c] = kept + DIFFERENCE
        values_of(z, run, value)
        z[c] = kept
        if c == CARBONATE:  # the last: the curves at the point itself are no longer wanted
            curves_at(run.table, math.log(value[CARBONATE]), room.reference[2:], room.curves)
            combined(room.curves, beta[2:], room.one)
        show(value[LOAD], value[DECAY], value[LAG], value[START], value[RAMP], run.time_s, room.one, room.other)
        for i in range(n):
            slope = room.other[0, i] - room.shown[0, i]
            for k in range(1, N_CHANNELS):
                slope -= beta[1 + k] * room.shown[k, i]
            slope /= DIFFERENCE
            room.slopes[c, i] = slope
            gradient[c] -= slope * room.score[i]
    for c in range(d):
        for a in range(N_LINEAR):
            x[c, a] = 0.0
        for b in range(d):
            hessian[c, b] = 0.0
        if c == NOISE:
            continue
        for i in range(n):
            weighted = room.precision[i] * room.slopes[c, i]
            x[c, 0] += weighted * run.settings[OFFSET_SD]
            x[c, 1] += weighted * run.settings[DRIFT_SD] * run.time_s[i]
            for k in range(1, N_CHANNELS):
                x[c, 1 + k] += weighted * room.shown[k, i]
            for b in range(c + 1):
                if b != NOISE:
                    hessian[c, b] += weighted * room.slopes[b, i]
        forward(room.matrix, x[c])
    for c in range(d):
        for b in range(c + 1):
            for a in range(N_LINEAR):
                hessian[c, b] -= x[c, a] * x[b, a]
            hessian[b, c] = hessian[c, b]
        hessian[c, c] += 1.0
    for c in range(d):
        backward(room.matrix, x[c])
        for a in range(N_LINEAR):
            room.follow[c, a] = -x[c, a]
    # The noise: how the log density changes with its log, and the information that so many samples hold on it.
    prior = run.prior[NOISE]
    louder = of_normal(z[NOISE] + DIFFERENCE, prior[0], prior[1], prior[2])
    by_z = math.log(louder / sigma) / DIFFERENCE
    share = sigma * sigma / (sigma * sigma + run.settings[STEP] ** 2 / 12.0)
    free = float(N_LINEAR)
    unit = np.empty(N_LINEAR)
    for a in range(N_LINEAR):  # the trace of the inverse curvature
        for b in range(N_LINEAR):
            unit[b] = 1.0 if a == b else 0.0
        solve(room.matrix, unit)
        free -= unit[a]
    information = 2.0 * n * (share * by_z) ** 2
    hessian[NOISE, NOISE] = 1.0 + information
    gradient[NOISE] -= (by_sigma * sigma + share * free) * by_z


@compiled
def hold(matrix: Array, coordinate: int) -> None:
    """Cut a coordinate off from the others in a matrix of second derivatives."""
    for c in range(matrix.shape[0]):
        matrix[coordinate, c] = matrix[c, coordinate] = 0.0
    matrix[coordinate, coordinate] = 1.0


@compiled
def objectives(points: Array, run: Run, room: Room, values: Array) -> None:
    """Fill what is made small at many points, those of one carbonate in a row, the linear nuisances from none."""
    beta = np.empty(N_LINEAR)
    for i in range(points.shape[0]):
        for a in range(N_LINEAR):
            beta[a] = 0.0
        again = i > 0 and bool(np.all(points[i, CARBONATE:] == points[i - 1, CARBONATE:]))
        values[i] = objective(points[i], beta, run, room, again)[0]


@compiled
def settle(z: Array, beta: Array, held: Integers, n_steps: int, run: Run, room: Room, hessian: Array) -> float:
    """Go downhill from a point, some coordinates held; return what was made small, fill ``hessian``, ``follow``."""
    d = z.shape[0]
    gradient, step, there, tried = np.zeros(d), np.zeros(d), np.empty(d), np.empty(N_LINEAR)
    damped = np.empty((d, d))
    value, damping, longest = math.inf, 5e-3, 0.0
    for turn in range(n_steps + 1):
        for c in range(d):
            there[c] = min(max(z[c] + step[c], -FARTHEST), FARTHEST)
        for a in range(N_LINEAR):
            tried[a] = beta[a]
        new_value, sigma, by_sigma = objective(there, tried, run, room, False)
        if turn == 0 or new_value < value:
            gain, value = value - new_value, new_value
            for c in range(d):
                z[c] = there[c]
            for a in range(N_LINEAR):
                beta[a] = tried[a]
            slopes(z, beta, sigma, by_sigma, run, room, gradient, hessian)
            damping = max(0.2 * damping, 1e-6)
            if gain < SETTLED:
                break
        else:
            damping = max(8.0 * damping, 1e-2)
            if longest < 1e-3 or damping > 1e6:
                break
        for c in range(d):
            for b in range(d):
                damped[c, b] = hessian[c, b]
            damped[c, c] *= 1.0 + damping
            step[c] = -gradient[c]
        for each in held:
            hold(damped, each)
            step[each] = 0.0
        cholesky(damped)
        solve(damped, step)
        longest = 0.0
        for c in range(d):
            longest = max(longest, abs(step[c]))
        if longest > LONGEST_MOVE:
            for c in range(d):
                step[c] *= LONGEST_MOVE / longest
    return value
