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
from bench.ceiling.untold.beaker import N_CHANNELS
from bench.ceiling.untold.likelihood import (
    FARTHEST,
    N_LINEAR,
    NOISE,
    STEP,
    Run,
    cholesky,
    forward,
    linear_step,
    log_density,
    log_determinant,
    look,
    of_normal,
    solve,
)
from bench.compiled import compiled

Integers = NDArray[np.int64]

DIFFERENCE = 0.02
"""Step of the derivatives, in standard deviations of each prior."""
LONGEST_MOVE = 1.5
"""Longest step in any coordinate."""
SETTLED = 1e-3
"""A step that gains less than this many nats is the last."""
N_SETTLING = 2
"""Newton steps of the linear nuisances at a new point, from those of a point near by."""


class Room(NamedTuple):
    """Arrays to work in, for one trace."""

    local: Array
    shown: Array
    other: Array
    score: Array
    precision: Array
    matrix: Array
    move: Array
    slopes: Array


@compiled
def room_for(run: Run, n_coordinates: int) -> Room:
    """Room to work in."""
    n = run.time_s.shape[0]
    return Room(
        np.empty(run.table.nodes.shape[1:]),
        np.empty((N_CHANNELS, n)),
        np.empty((N_CHANNELS, n)),
        np.empty(n),
        np.empty(n),
        np.empty((N_LINEAR, N_LINEAR)),
        np.empty(N_LINEAR),
        np.empty((n_coordinates, n)),
    )


@compiled
def objective(z: Array, beta: Array, run: Run, room: Room) -> tuple[float, float]:
    """What is made small, and the noise; settles ``beta`` and leaves what it saw in the room."""
    sigma: float = look(z, run, room.local, room.shown)
    value = 0.0
    for turn in range(N_SETTLING + 1):
        value = linear_step(room.shown, sigma, beta, run, room.score, room.precision, room.matrix, room.move)
        if turn < N_SETTLING:
            beta += room.move
    total = 0.5 * log_determinant(room.matrix) - value
    for a in range(N_LINEAR):
        total += 0.5 * beta[a] * beta[a]
    for c in range(z.shape[0]):
        total += 0.5 * z[c] * z[c]
    return total, sigma


@compiled
def slopes(z: Array, beta: Array, sigma: float, run: Run, room: Room, gradient: Array, hessian: Array) -> None:
    """Gradient and expected second derivatives at a point that ``objective`` has just looked at."""
    d, n = z.shape[0], run.time_s.shape[0]
    hessian[:, :] = 0.0
    x = np.empty((d, N_LINEAR))  # of every coordinate with the linear nuisances
    for c in range(d):
        gradient[c] = z[c]
        if c == NOISE:
            continue
        kept = z[c]
        z[c] = kept + DIFFERENCE
        look(z, run, room.local, room.other)
        z[c] = kept
        for i in range(n):
            slope = room.other[0, i] - room.shown[0, i]
            for k in range(1, N_CHANNELS):
                slope += beta[1 + k] * (room.other[k, i] - room.shown[k, i])
            slope /= DIFFERENCE
            room.slopes[c, i] = slope
            gradient[c] -= slope * room.score[i]
    for c in range(d):
        x[c, :] = 0.0
        if c == NOISE:
            continue
        for i in range(n):
            weighted = room.precision[i] * room.slopes[c, i]
            x[c, 0] += weighted * run.settings[0]
            x[c, 1] += weighted * run.settings[1] * run.time_s[i]
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
    # The noise: how the log density changes with its log, and the information that so many samples hold on it.
    prior = run.prior[NOISE]
    louder = of_normal(z[NOISE] + DIFFERENCE, prior[0], prior[1], prior[2])
    by_z = math.log(louder / sigma) / DIFFERENCE
    here = log_density(room.shown, sigma, beta, run)
    there = log_density(room.shown, louder, beta, run)
    share = sigma * sigma / (sigma * sigma + run.settings[STEP] ** 2 / 12.0)
    free = float(N_LINEAR)
    unit = np.empty(N_LINEAR)
    for a in range(N_LINEAR):  # the trace of the inverse curvature
        unit[:] = 0.0
        unit[a] = 1.0
        solve(room.matrix, unit)
        free -= unit[a]
    information = 2.0 * n * (share * by_z) ** 2
    hessian[NOISE, NOISE] = 1.0 + information
    gradient[NOISE] -= (there - here) / DIFFERENCE + 0.5 * DIFFERENCE * information + share * free * by_z


@compiled
def hold(matrix: Array, coordinate: int) -> None:
    """Cut a coordinate off from the others in a matrix of second derivatives."""
    matrix[coordinate, :] = 0.0
    matrix[:, coordinate] = 0.0
    matrix[coordinate, coordinate] = 1.0


@compiled
def settle(z: Array, beta: Array, held: Integers, n_steps: int, run: Run, room: Room, hessian: Array) -> float:
    """Go downhill from a point, two coordinates held (-1: none); return what was made small, fill ``hessian``."""
    d = z.shape[0]
    gradient, step = np.empty(d), np.empty(d)
    damped = np.empty((d, d))
    value, sigma = objective(z, beta, run, room)
    slopes(z, beta, sigma, run, room, gradient, hessian)
    damping = 1e-3
    tried = beta.copy()
    for _ in range(n_steps):
        damped[:, :] = hessian
        for c in range(d):
            damped[c, c] *= 1.0 + damping
            step[c] = -gradient[c]
        for each in held:
            if each >= 0:
                hold(damped, each)
                step[each] = 0.0
        cholesky(damped)
        solve(damped, step)
        longest = np.max(np.abs(step))
        if longest > LONGEST_MOVE:
            step *= LONGEST_MOVE / longest
        there = np.minimum(np.maximum(z + step, -FARTHEST), FARTHEST)
        tried[:] = beta
        new_value, new_sigma = objective(there, tried, run, room)
        if new_value < value:
            gain = value - new_value
            z[:], beta[:], value = there, tried, new_value
            slopes(z, beta, new_sigma, run, room, gradient, hessian)
            damping = max(0.2 * damping, 1e-6)
            if gain < SETTLED:
                break
        else:
            damping = max(8.0 * damping, 1e-2)
            if longest < 1e-3 or damping > 1e6:
                break
    return value
