"""Compiled: importance sampling of a trace's posterior from mixtures of Student's t, which learn between rounds."""

from __future__ import annotations

import math

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.fit import Room, room_for
from bench.ceiling.untold.likelihood import (
    FARTHEST,
    N_LINEAR,
    Run,
    backward,
    linear_step,
    log_density,
    log_determinant,
    look,
)
from bench.compiled import compiled

FREEDOM = 6.0
"""Degrees of freedom of every component: tails that a Gaussian posterior is well inside of."""


@compiled
def log_mixture(z: Array, log_share: Array, means: Array, factors: Array, own: Array) -> float:
    """Log density of a mixture at one point, up to a constant; leaves the components' shares of it in ``own``.

    ``log_share`` (component,) holds the log of weight over volume.
    """
    d = z.shape[0]
    top = -math.inf
    difference = np.empty(d)
    for k in range(means.shape[0]):
        square = 0.0
        for a in range(d):
            value = z[a] - means[k, a]
            for b in range(a):
                value -= factors[k, a, b] * difference[b]
            difference[a] = value / factors[k, a, a]
            square += difference[a] * difference[a]
        own[k] = log_share[k] - 0.5 * (FREEDOM + d) * math.log1p(square / FREEDOM)
        top = max(top, own[k])
    total = 0.0
    for k in range(means.shape[0]):
        own[k] = math.exp(own[k] - top)
        total += own[k]
    for k in range(means.shape[0]):
        own[k] /= total
    return top + math.log(total)


@compiled
def log_mixtures(z: Array, log_share: Array, means: Array, factors: Array, value: Array) -> None:
    """Fill the log densities of a mixture at many points."""
    own = np.empty(means.shape[0])
    for i in range(z.shape[0]):
        value[i] = log_mixture(z[i], log_share, means, factors, own)


@compiled
def draw(
    component: Array,
    normal: Array,
    tail: Array,
    means: Array,
    factors: Array,
    betas: Array,
    run: Run,
    z: Array,
    beta: Array,
    log_target: Array,
) -> None:
    """Draw points and their linear nuisances; fill the log of target over the linear part's own density.

    ``normal`` (draw, coordinate + 5) and ``tail`` (draw,), FREEDOM over a chi-square, are the chances.
    """
    d = z.shape[1]
    room = room_for(run, d)
    for i in range(z.shape[0]):
        k = int(component[i])
        scale = math.sqrt(tail[i])
        inside = True
        for a in range(d):
            value = means[k, a]
            for b in range(a + 1):
                value += scale * factors[k, a, b] * normal[i, b]
            z[i, a] = value
            inside = inside and abs(value) < FARTHEST
        if not inside:
            log_target[i] = -math.inf
            beta[i] = 0.0
            continue
        beta[i] = betas[k]
        log_target[i] = weigh(z[i], beta[i], normal[i, d:], run, room)


@compiled
def weigh(z: Array, beta: Array, normal: Array, run: Run, room: Room) -> float:
    """Draw the linear nuisances at a point, beginning at ``beta``; return log target over their own density."""
    sigma = look(z, run, room.local, room.shown)
    linear_step(room.shown, sigma, beta, run, room.score, room.precision, room.matrix, room.move)
    beta += room.move
    offset = normal.copy()
    backward(room.matrix, offset)
    beta += offset
    total: float = log_density(room.shown, sigma, beta, run) - 0.5 * log_determinant(room.matrix)
    for a in range(N_LINEAR):
        total += 0.5 * (normal[a] * normal[a] - beta[a] * beta[a])
    for c in range(z.shape[0]):
        total -= 0.5 * z[c] * z[c]
    return total


@compiled
def learn(
    z: Array,
    draw_share: Array,
    log_share: Array,
    weight: Array,
    means: Array,
    covariances: Array,
    factors: Array,
    inertia: float,
) -> None:
    """One weighted step of expectation and maximisation; each component keeps its shape with some inertia.

    ``draw_share`` (draw,) sums to 1; at a share of ``inertia`` a component's own shape counts as much as its draws.
    """
    n_components, d = means.shape
    own = np.empty(n_components)
    mass = np.zeros(n_components)
    first = np.zeros((n_components, d))
    second = np.zeros((n_components, d, d))
    scale = np.zeros(n_components)
    difference = np.empty(d)
    for i in range(z.shape[0]):
        if draw_share[i] < 1e-9:
            continue
        log_mixture(z[i], log_share, means, factors, own)
        for k in range(n_components):
            part = draw_share[i] * own[k]
            if part < 1e-9:
                continue
            square = 0.0
            for a in range(d):
                value = z[i, a] - means[k, a]
                for b in range(a):
                    value -= factors[k, a, b] * difference[b]
                difference[a] = value / factors[k, a, a]
                square += difference[a] * difference[a]
            pull = part * (FREEDOM + d) / (FREEDOM + square)
            mass[k] += part
            scale[k] += pull
            for a in range(d):
                first[k, a] += pull * (z[i, a] - means[k, a])
                for b in range(a + 1):
                    second[k, a, b] += pull * (z[i, a] - means[k, a]) * (z[i, b] - means[k, b])
    for k in range(n_components):
        if mass[k] <= 0.0:
            weight[k] = 0.0
            continue
        shift = first[k] / (scale[k] + inertia)
        for a in range(d):
            for b in range(a + 1):
                spread = (
                    second[k, a, b] - shift[a] * first[k, b] - shift[b] * first[k, a] + scale[k] * shift[a] * shift[b]
                )
                covariances[k, a, b] = (spread + inertia * covariances[k, a, b]) / (mass[k] + inertia)
                covariances[k, b, a] = covariances[k, a, b]
        means[k] += shift
        weight[k] = mass[k]
    total = np.sum(weight)
    weight /= total
