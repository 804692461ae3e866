"""The shape of a trace's posterior as a mixture, from chains of fits along its long directions.

Several starts find its modes. From each, k_d is moved away in steps and everything else fitted again, as long as the
posterior has not fallen far: the ridge of E0 is curved, and where a trace cannot tell k_d from 0 it is long. So it is
with ramp and lag, which a coarse sampling cannot tell from 0 either, and each has a chain of its own. Where there is
carbonate, a second chain goes along it, and each of its nodes has a chain along k_d.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.fit import Room, objectives, room_for, settle
from bench.ceiling.untold.likelihood import CARBONATE, DECAY, LAG, LOAD, N_LINEAR, RAMP, START, Run


class Search(NamedTuple):
    """How closely modes are looked for: grids of load and carbonate, steps of every start, and how many go on."""

    n_loads: int
    n_carbonates: int
    n_first_steps: int
    n_followed: int


SEARCHES = (Search(9, 5, 4, 6), Search(17, 13, 10, 16))
"""Made one after the other, until the best mode is a likely one: titrated carbonate bends a trace within seconds."""
FARTHEST_MODE = 40.0
"""Squared distance of a mode from the middle of all priors, in their standard deviations, of one case in 10,000."""
N_MODES = 3
"""Modes from which chains begin."""
N_SHORT = 40
"""Samples that starts are fitted to, the denser the earlier."""
N_SECOND_STEPS, N_LAST_STEPS, N_CHAIN_STEPS = 8, 20, 6
"""Steps of a fit: of a start that is followed, of a mode, and of a node of a chain."""
FALLEN = 6.0
"""Nats below its best node at which a chain ends, and below the best mode at which another is not followed.

What falls is the weight, not the density: a tail as low as this can be so long that it counts.
Chains across another end by the best node of them all.
"""
FARTHEST_NODE = 3.6
"""Standard deviations of the prior at which a chain ends."""
GROWTH, SHRINKAGE = 1.7, 0.5
"""A chain's step grows where the posterior moves by less than one nat."""
STEEP, BENT, LEAST_STEP = 2.5, 9.0, 0.08
"""Nats that a step may lose, and a fit may gain where it ends: beyond, a shorter one is tried, not below the last.

A step that leaves a curved ridge is not fitted back onto it; a chain that ended there lost half of the posterior.
"""
N_DIRECTION = 20
"""Most steps on one side of a chain."""
WIDTH = 0.65
"""Standard deviation of a node's Gaussian along its chain, in steps of the chain."""
LONGEST_STEP = 0.8
COVERED = 2.5
"""Standard deviations of a node within which a mode needs no chains of its own."""
ALIKE = 0.3
"""Modes closer than this in every coordinate, in standard deviations of the prior, are one."""


@dataclass(frozen=True, eq=False)
class Point:
    """A fitted point: where, the linear nuisances there and how they follow it (coordinate, 5), second derivatives.

    ``value`` is minus the log density.
    """

    z: Array
    beta: Array
    follow: Array
    hessian: Array
    value: float

    @classmethod
    def fitted(cls, z: Array, beta: Array, held: tuple[int, ...], n_steps: int, run: Run, room: Room) -> Point:
        """Go downhill from a point, some coordinates held."""
        z, beta, hessian = z.copy(), beta.copy(), np.empty((len(z), len(z)))
        value = settle(z, beta, np.array(held, dtype=np.int64), n_steps, run, room, hessian)
        return cls(z, beta, room.follow.copy(), hessian, value)


class Node:
    """A component about a fitted point: the spread of what is free, widened along the directions of what is held.

    ``height`` is its log weight without ``widths``, of the steps along what is held.
    """

    def __init__(self, point: Point, widths: dict[int, float]) -> None:
        self.point = point
        self.held = list(widths)
        free = point.hessian.copy()
        free[self.held, :] = free[:, self.held] = 0.0
        free[self.held, self.held] = 1.0
        self.spread = np.linalg.inv(free)
        self.spread[self.held, self.held] = 0.0
        self.height = -point.value - 0.5 * float(np.linalg.slogdet(free)[1])
        self.widths = widths

    def direction(self, axis: int) -> Array:
        """How what is free follows one of the coordinates that are held."""
        direction = -self.spread @ self.point.hessian[:, axis]
        direction[axis] = 1.0
        return np.asarray(direction)

    @property
    def covariance(self) -> Array:
        """Of the component."""
        steps = [WIDTH * width * self.direction(axis) for axis, width in self.widths.items()]
        return np.asarray(self.spread + sum(np.outer(step, step) for step in steps))

    @property
    def log_weight(self) -> float:
        """With the widths."""
        return self.height + sum(map(math.log, self.widths.values()))


def nodes_of(run: Run, n_coordinates: int) -> tuple[list[Node], Point]:
    """Nodes of all chains, and the best mode."""
    room = room_for(run, n_coordinates)
    found = modes(run, n_coordinates, room)
    nodes: list[Node] = []
    for mode in found:
        if is_covered(mode, nodes):
            continue
        for axis in (RAMP, LAG):
            nodes += chain(mode, {}, axis, -math.inf, run, room)
        if n_coordinates == CARBONATE:
            nodes += chain(mode, {}, DECAY, -math.inf, run, room)
            continue
        top = -math.inf
        along = sorted(chain(mode, {}, CARBONATE, -math.inf, run, room), key=lambda node: -node.log_weight)
        for node in along:  # the best first: how far the others are followed is had from it
            across = chain(node.point, node.widths, DECAY, top, run, room)
            top = max(top, *(each.log_weight for each in across))
            nodes += across
    top = max(node.log_weight for node in nodes)
    return [node for node in nodes if node.log_weight > top - FALLEN - 2.0], found[0]


def modes(run: Run, n_coordinates: int, room: Room) -> list[Point]:
    """Modes, the best first; a search whose best is one that the priors all but exclude is made again, closer."""
    found: list[Point] = []
    for search in SEARCHES:
        found = searched(search, found, run, n_coordinates, room)
        if found[0].z @ found[0].z + found[0].beta @ found[0].beta < FARTHEST_MODE:
            break
    return [mode for mode in found if mode.value < found[0].value + FALLEN]


def searched(search: Search, found: list[Point], run: Run, n_coordinates: int, room: Room) -> list[Point]:
    """Modes beside those found, the best first, from either side of lag, ramp, k_d and moment of mixing.

    From the middle of the last one mode in sixty was missed.
    """
    short = shortened(run)
    short_room = room_for(short, n_coordinates)
    starts = np.array([*itertools.product((-1.0, 0.8), (-1.0, 0.8), (-0.7, 0.8), (-1.0, 1.0))])
    loads = np.linspace(-2.0, 2.0, search.n_loads)  # the one that such an electrode would need
    carbonates = np.linspace(-1.6, 1.6, search.n_carbonates) if n_coordinates > CARBONATE else np.zeros(1)
    tried = np.zeros((len(carbonates), len(loads), len(starts), n_coordinates))
    tried[..., [LAG, RAMP, DECAY, START]] = starts
    tried[..., LOAD] = loads[:, None]
    if n_coordinates > CARBONATE:
        tried[..., CARBONATE] = carbonates[:, None, None]
    by_start = tried.reshape(-1, len(starts), n_coordinates)
    values = np.empty(by_start.shape[:2])
    objectives(tried.reshape(-1, n_coordinates), short, short_room, values.reshape(-1))
    best = by_start[np.argmin(values, axis=0), np.arange(len(starts))]
    points = [Point.fitted(z, np.zeros(N_LINEAR), (), search.n_first_steps, short, short_room) for z in best]
    points.sort(key=lambda point: point.value)
    points = [Point.fitted(p.z, p.beta, (), N_SECOND_STEPS, short, short_room) for p in points[: search.n_followed]]
    points = [Point.fitted(p.z, p.beta, (), 0, run, room) for p in points]
    points.sort(key=lambda point: point.value)
    modes = found[:]
    for point in points:
        if len(modes) == len(found) + N_MODES or is_known(point, modes):
            continue
        mode = Point.fitted(point.z, point.beta, (), N_LAST_STEPS, run, room)
        if not is_known(mode, modes):
            modes.append(mode)
    return sorted(modes, key=lambda mode: mode.value)


def is_known(point: Point, found: list[Point]) -> bool:
    """Whether a mode is one of those found."""
    return any(np.max(np.abs(point.z - mode.z)) < ALIKE for mode in found)


def is_covered(point: Point, nodes: list[Node]) -> bool:
    """Whether chains have gone by a mode: fits along a flat ridge end at many places of it."""
    if not nodes:
        return False
    away = point.z - np.array([node.point.z for node in nodes])
    squares = np.einsum("na,na->n", away, np.linalg.solve([node.covariance for node in nodes], away[..., None])[..., 0])
    return bool(squares.min() < COVERED**2)


def shortened(run: Run) -> Run:
    """Some samples of a trace, the denser the earlier."""
    share = np.linspace(0.0, 1.0, N_SHORT) ** 1.5
    kept = np.unique(np.round(share * (len(run.time_s) - 1)).astype(np.int64))
    return run._replace(time_s=run.time_s[kept], ph=run.ph[kept])


def chain(origin: Point, other: dict[int, float], axis: int, top: float, run: Run, room: Room) -> list[Node]:
    """Nodes along a coordinate from where the others are best, until far below ``top`` or the best of its own.

    Another coordinate, where there is one, stays where it is, with the width of its own chain.
    """
    held = (*other, axis)
    matrix = origin.hessian.copy()
    for each in other:
        matrix[each, :] = matrix[:, each] = 0.0
        matrix[each, each] = 1.0
    first_step = min(0.8 * math.sqrt(np.linalg.inv(matrix)[axis, axis]), LONGEST_STEP)
    centre = Node(origin, {**other, axis: first_step})
    nodes = [centre]
    top = max(top, centre.log_weight)
    for side in (-1.0, 1.0):
        node, step = centre, first_step
        for _ in range(N_DIRECTION):
            point = node.point
            if node.log_weight < top - FALLEN or abs(point.z[axis] + side * step) > FARTHEST_NODE:
                break
            there = np.clip(point.z + side * step * node.direction(axis), -FARTHEST_NODE, FARTHEST_NODE)
            fitted = Point.fitted(there, point.beta, held, N_CHAIN_STEPS, run, room)
            there_node = Node(fitted, {**other, axis: step})
            change = there_node.height - node.height
            off = fitted.z - there
            bend = float(off @ point.hessian @ off)
            if (change < -STEEP or bend > BENT) and step > LEAST_STEP:  # off the ridge, or over its end: not so far
                step *= SHRINKAGE
                continue
            node = there_node
            top = max(top, node.log_weight)
            next_step = min(step * GROWTH, LONGEST_STEP) if max(abs(change), bend) < 1.0 else step
            if next_step > step:  # the next node lies farther: this one has more to cover
                node.widths[axis] = 0.5 * (step + next_step)
            nodes.append(node)
            step = next_step
    return nodes
