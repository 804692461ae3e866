"""Compiled: the shape of a trace's posterior as a mixture, from chains of fits along its long directions.

Several starts find its modes. From each, k_d is moved away in steps and everything else fitted again, as long as the
posterior has not fallen far: the ridge of E0 is curved, and where a trace cannot tell k_d from 0 it is long. So it is
with ramp and lag, which a coarse sampling cannot tell from 0 either, and each has a chain of its own. Where there is
carbonate, a second chain goes along it, and each of its nodes has a chain along k_d.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.fit import Integers, Room, hold, objective, room_for, settle
from bench.ceiling.untold.likelihood import (
    CARBONATE,
    DECAY,
    LAG,
    LOAD,
    N_LINEAR,
    RAMP,
    START,
    Run,
    cholesky,
    forward,
    log_determinant,
    solve,
)
from bench.compiled import compiled

N_STARTS = 16
"""Either side of lag, ramp, k_d and moment of mixing: from the middle of the last one mode in sixty was missed."""
N_MODES = 3
"""Modes from which chains begin."""
N_FIRST_STEPS, N_LAST_STEPS, N_CHAIN_STEPS = 8, 20, 4
"""Steps of a fit: of every start, of a mode, and of a node of a chain."""
FALLEN = 7.0
"""Nats below its best node at which a chain ends, and below the best mode at which another is not followed."""
FARTHEST_NODE = 3.6
"""Standard deviations of the prior at which a chain ends."""
GROWTH, SHRINKAGE = 1.7, 0.6
"""A chain's step grows where the posterior moves by less than one nat, and shrinks where it moves by over three."""
N_DIRECTION = 14
"""Most nodes on one side of a chain."""
WIDTH = 0.65
"""Standard deviation of a node's Gaussian along its chain, in steps of the chain."""
LONGEST_STEP = 0.8
ALIKE = 0.3
"""Modes closer than this in every coordinate, in standard deviations of the prior, are one."""


class Chain(NamedTuple):
    """Nodes of chains: where, the spread and linear nuisances there, log weight, and width along the chain."""

    means: Array
    covariances: Array
    betas: Array
    log_weight: Array
    width: Array


@compiled
def modes(run: Run, n_coordinates: int, found: Array, betas: Array, room: Room) -> int:
    """Fill modes and their linear nuisances, the best first; return their number."""
    starts = np.zeros((N_STARTS, n_coordinates))
    values = np.empty(N_STARTS)
    start_betas = np.zeros((N_STARTS, N_LINEAR))
    hessian = np.empty((n_coordinates, n_coordinates))
    trial = np.empty(n_coordinates)
    free = np.array([-1, -1])
    for i in range(N_STARTS):
        start = starts[i]
        start[LAG] = -1.0 if i % 2 == 0 else 0.8
        start[RAMP] = -1.0 if (i // 2) % 2 == 0 else 0.8
        start[DECAY] = -0.7 if (i // 4) % 2 == 0 else 0.8
        start[START] = -1.0 if i < 8 else 1.0
        best = math.inf
        best_load, best_carbonate = 0.0, 0.0
        for j in range(9):  # the load that such an electrode would need
            for m in range(3 if n_coordinates > CARBONATE else 1):
                trial[:] = start
                trial[LOAD] = -2.0 + 0.5 * j
                if n_coordinates > CARBONATE:
                    trial[CARBONATE] = -1.0 + m
                start_betas[i] = 0.0
                value, _ = objective(trial, start_betas[i], run, room)
                if value < best:
                    best, best_load, best_carbonate = value, trial[LOAD], trial[n_coordinates - 1]
        start[LOAD] = best_load
        if n_coordinates > CARBONATE:
            start[CARBONATE] = best_carbonate
        start_betas[i] = 0.0
        values[i] = settle(start, start_betas[i], free, N_FIRST_STEPS, run, room, hessian)
    n_found = 0
    first_value = float(np.min(values))
    for _ in range(N_STARTS):
        i = int(np.argmin(values))
        if n_found == N_MODES or values[i] > first_value + 3.0 * FALLEN:
            break
        values[i] = math.inf
        z, beta = starts[i], start_betas[i]
        value = settle(z, beta, free, N_LAST_STEPS, run, room, hessian)
        new = n_found == 0 or value < first_value + FALLEN
        first_value = min(first_value, value)
        for k in range(n_found):
            new = new and np.max(np.abs(found[k] - z)) > ALIKE
        if new:
            found[n_found], betas[n_found] = z, beta
            n_found += 1
    return n_found


@compiled
def empty_chain(n_nodes: int, n_coordinates: int) -> Chain:
    """Room for so many nodes."""
    return Chain(
        np.empty((n_nodes, n_coordinates)),
        np.empty((n_nodes, n_coordinates, n_coordinates)),
        np.empty((n_nodes, N_LINEAR)),
        np.empty(n_nodes),
        np.empty(n_nodes),
    )


@compiled
def add_node(
    z: Array,
    beta: Array,
    value: float,
    held: Integers,
    widths: Array,
    hessian: Array,
    out: Chain,
    n: int,
) -> float:
    """Put a node at place ``n``: the spread of what is free, widened along the directions of what is held.

    Returns its log weight, without the widths.
    """
    d = z.shape[0]
    others = hessian.copy()
    for axis in held:
        if axis >= 0:
            hold(others, axis)
    cholesky(others)
    covariance = out.covariances[n]
    for c in range(d):
        covariance[c] = 0.0
        covariance[c, c] = 1.0
        solve(others, covariance[c])
    for axis in held:
        if axis >= 0:
            covariance[axis, axis] = 0.0
    log_weight = -value - 0.5 * log_determinant(others)
    out.means[n], out.betas[n], out.log_weight[n] = z, beta, log_weight
    for place in range(2):
        axis, width = held[place], widths[place]
        if axis >= 0:
            direction = direction_of(hessian, held, axis)
            out.log_weight[n] += math.log(width)
            out.width[n] = width
            for c in range(d):
                for b in range(d):
                    covariance[c, b] += direction[c] * direction[b] * (WIDTH * width) ** 2
    return log_weight


@compiled
def direction_of(hessian: Array, held: Integers, axis: int) -> Array:
    """How what is free follows one of the coordinates that are held."""
    d = hessian.shape[0]
    others = hessian.copy()
    direction = np.empty(d)
    for c in range(d):
        direction[c] = -hessian[c, axis]
    for each in held:
        if each >= 0:
            hold(others, each)
            direction[each] = 0.0
    cholesky(others)
    solve(others, direction)
    direction[axis] = 1.0
    return direction


@compiled
def chain(
    mode: Array, mode_beta: Array, held: Integers, other_width: float, run: Run, room: Room, out: Chain, n: int
) -> int:
    """Append the nodes of a chain along the second coordinate held to ``n`` others; return their number then.

    The first, where there is one, stays where it is, with the width of its own chain.
    """
    d = mode.shape[0]
    axis = held[1]
    hessian = np.empty((d, d))
    centre, centre_beta = mode.copy(), mode_beta.copy()
    value = settle(centre, centre_beta, held, N_CHAIN_STEPS, run, room, hessian)
    factor = hessian.copy()
    if held[0] >= 0:
        hold(factor, held[0])
    cholesky(factor)
    unit = np.zeros(d)
    unit[axis] = 1.0
    forward(factor, unit)
    first_step = min(0.8 * math.sqrt(np.sum(unit * unit)), LONGEST_STEP)
    if n == out.means.shape[0]:
        return n
    first = add_node(centre, centre_beta, value, held, np.array([other_width, first_step]), hessian, out, n)
    centre_direction = direction_of(hessian, held, axis)
    n += 1
    top = first
    for side in (-1.0, 1.0):
        z, beta, direction = centre.copy(), centre_beta.copy(), centre_direction
        last, step = first, first_step
        for _ in range(N_DIRECTION):
            if n == out.means.shape[0] or abs(z[axis] + side * step) > FARTHEST_NODE:
                break
            z += side * step * direction
            z[:] = np.minimum(np.maximum(z, -FARTHEST_NODE), FARTHEST_NODE)
            value = settle(z, beta, held, N_CHAIN_STEPS, run, room, hessian)
            now = add_node(z, beta, value, held, np.array([other_width, step]), hessian, out, n)
            top = max(top, now)
            change, last = abs(now - last), now
            next_step = step * GROWTH if change < 1.0 else (step * SHRINKAGE if change > 3.0 else step)
            next_step = min(next_step, LONGEST_STEP)
            if next_step > step:  # the next node lies farther: this one has more to cover
                add_node(z, beta, value, held, np.array([other_width, 0.5 * (step + next_step)]), hessian, out, n)
            n += 1
            direction = direction_of(hessian, held, axis)
            if now < top - FALLEN:
                break
            step = next_step
    return n


@compiled
def mixture_of(run: Run, n_coordinates: int, most: int) -> tuple[Chain, int, Array, Array]:
    """Nodes of all chains, their number, and the best mode with its linear nuisances."""
    d = n_coordinates
    room = room_for(run, d)
    found, found_betas = np.zeros((N_MODES, d)), np.zeros((N_MODES, N_LINEAR))
    n_modes = modes(run, d, found, found_betas, room)
    out = empty_chain(most, d)
    n = 0
    for k in range(n_modes):
        for axis in (RAMP, LAG):
            n = chain(found[k], found_betas[k], np.array([-1, axis]), 0.0, run, room, out, n)
        if d > CARBONATE:
            along = empty_chain(2 * N_DIRECTION + 1, d)
            n_along = chain(found[k], found_betas[k], np.array([-1, CARBONATE]), 0.0, run, room, along, 0)
            top = np.max(along.log_weight[:n_along])
            for j in range(n_along):
                if along.log_weight[j] > top - FALLEN:
                    width = along.width[j]
                    n = chain(along.means[j], along.betas[j], np.array([CARBONATE, DECAY]), width, run, room, out, n)
        else:
            n = chain(found[k], found_betas[k], np.array([-1, DECAY]), 0.0, run, room, out, n)
    return out, n, found[0], found_betas[0]
