"""Compiled: the weight of points of a trace's posterior, by the exact curve of what their beakers held."""

from __future__ import annotations

import math

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.beaker import fill, show
from bench.ceiling.untold.fit import SLIGHT_GAIN, Room
from bench.ceiling.untold.likelihood import (
    DECAY,
    FARTHEST,
    LAG,
    LOAD,
    N_LINEAR,
    NOISE,
    RAMP,
    START,
    Run,
    backward,
    linear_step,
    log_density,
    log_determinant,
    look,
    values_of,
)
from bench.compiled import compiled
from bench.world.progress import MAX_NODES, N_ROWS, unit_exposure

N_AGAIN = 2
"""Further steps of a draw's linear nuisances, where the last one was expected to gain something."""


@compiled
def draw_linear(z: Array, beta: Array, normal: Array, run: Run, room: Room, log_weight: Array) -> None:
    """Draw the linear nuisances of points, beginning at ``beta``, from chances ``normal`` (point, 5).

    Fills minus the log of their density, up to a constant; of a point too far out minus infinity.
    """
    offset = np.empty(N_LINEAR)
    for i in range(z.shape[0]):
        inside = True
        for c in range(z.shape[1]):
            inside = inside and abs(z[i, c]) < FARTHEST
        log_weight[i] = -math.inf
        if not inside:
            continue
        sigma = look(z[i], beta[i], run, room.curves, room.shown, False)
        gain = linear_step(room.shown, sigma, beta[i], run, room.score, room.precision, room.matrix, room.move, True)[2]
        for _ in range(N_AGAIN):
            if gain < SLIGHT_GAIN:
                break
            for a in range(N_LINEAR):
                beta[i, a] += room.move[a]
            gain = linear_step(
                room.shown, sigma, beta[i], run, room.score, room.precision, room.matrix, room.move, True
            )[2]
        log_weight[i] = -0.5 * log_determinant(room.matrix)
        for a in range(N_LINEAR):
            offset[a] = normal[i, a]
            log_weight[i] += 0.5 * normal[i, a] * normal[i, a]
        backward(room.matrix, offset)
        for a in range(N_LINEAR):
            beta[i, a] += room.move[a] + offset[a]


@compiled
def weigh(z: Array, beta: Array, packed: Array, run: Run, room: Room, log_weight: Array) -> None:
    """Add the log of the target at points whose beakers are packed; NaN where a curve cannot be tabulated."""
    curve = np.empty((N_ROWS, MAX_NODES))
    value = np.empty(z.shape[1])
    for i in range(z.shape[0]):
        if log_weight[i] == -math.inf:
            continue
        values_of(z[i], run, value)
        longest_s = max(run.time_s[-1] - value[START], 0.0)
        if not fill(packed[i], value[LOAD] * unit_exposure(longest_s, value[DECAY])[0], curve, room.one):
            log_weight[i] = math.nan
            continue
        show(value[LOAD], value[DECAY], value[LAG], value[START], value[RAMP], run.time_s, room.one, room.other)
        log_weight[i] += log_density(room.other[0], value[NOISE], beta[i], run)
        for a in range(N_LINEAR):
            log_weight[i] -= 0.5 * beta[i, a] * beta[i, a]
        for c in range(z.shape[1]):
            log_weight[i] -= 0.5 * z[i, c] * z[i, c]
