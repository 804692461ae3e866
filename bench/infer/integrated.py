"""Fits and draws of a trace by curves that are integrated, the amount of the world among their coordinates.

Where modes are is searched as in pure water, in the trace less what the amount does to the curve of the likeliest
beaker; what is found is fitted again by its own curves. They are integrated many at a time, slopes by differences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.beaker import Curves
from bench.ceiling.untold.chains import FALLEN, Node, Point, nodes_of
from bench.ceiling.untold.fit import DIFFERENCE, LONGEST_MOVE
from bench.ceiling.untold.likelihood import (
    CARBONATE,
    DRIFT_SD,
    FARTHEST,
    N_LINEAR,
    NOISE,
    OFFSET_SD,
    STEP,
    Run,
    look,
    site,
)
from bench.ceiling.untold.sampling import values
from bench.compiled import compiled
from bench.infer.others import OtherBeaker

N_SEARCHES, SETTLED_PH = 2, 0.003
"""Searches of modes at an amount: again where what the amount does to the curve of the best was another [pH]."""
N_FIRST_STEPS, N_STEPS = 8, 3
"""Steps of fits, of the best and of all nodes."""
N_LINEAR_STEPS = 3
"""Newton steps of the linear nuisances at a draw."""


class Looked(NamedTuple):
    """Points, minus their log density, its slopes uphill and curvature by coordinates and linear nuisances."""

    z: Array
    beta: Array
    value: Array
    uphill: Array
    curvature: Array


class Fits(NamedTuple):
    """Fits of a trace by integrated curves, and by those of pure water where the trace is shifted."""

    run: Run
    beaker: OtherBeaker

    def searched(self, place: float, begun: Point, worst: float = np.inf) -> tuple[list[Node], Point]:
        """Nodes of the chains at a place of the amount, none where its best mode is worse, and that mode."""
        start = np.append(begun.z[:CARBONATE], place)
        point = self.fitted(start[None], begun.beta[None], [(CARBONATE,)], N_FIRST_STEPS)[0]
        shift = self.shift(point)
        for _ in range(N_SEARCHES):
            nodes, mode = nodes_of(
                self.run._replace(ph=self.run.ph - shift, prior=self.run.prior[:CARBONATE]), CARBONATE
            )
            start = np.append(mode.z, place)
            point = self.fitted(start[None], mode.beta[None], [(CARBONATE,)], N_FIRST_STEPS)[0]
            before, shift = shift, self.shift(point)
            if np.abs(shift - before).max() < SETTLED_PH:
                break
        if point.value > worst:
            return [], point
        top = max(node.log_weight for node in nodes)
        nodes = [node for node in nodes if node.log_weight > top - FALLEN]
        z = np.array([np.append(node.point.z, place) for node in nodes])
        held = [(*node.held, CARBONATE) for node in nodes]
        points = self.fitted(z, np.array([node.point.beta for node in nodes]), held, N_STEPS)
        return [Node(each, {**node.widths, CARBONATE: 1.0}) for each, node in zip(points, nodes, strict=True)], point

    def shift(self, point: Point) -> Array:
        """What the amount does to the curve of a point [pH]."""
        z, beta = point.z[None], point.beta[None]
        return np.asarray(_exact(z, beta, self.run, self.beaker)[0] - _simple(z, beta, self.run)[0])

    def fitted(self, z: Array, beta: Array, held: list[tuple[int, ...]], n_steps: int) -> list[Point]:
        """Points after some damped Gauss-Newton steps by their integrated curves, some coordinates held."""
        d = z.shape[1]
        free = np.ones((len(z), d + N_LINEAR), dtype=bool)
        for row, each in enumerate(held):
            free[row, list(each)] = False
        here = self.looked(z, beta)
        damping = np.full(len(z), 1e-3)
        for _ in range(n_steps):
            matrix = np.where(free[:, :, None] & free[:, None, :], here.curvature, 0.0)
            scale = np.where(free, np.diagonal(matrix, axis1=1, axis2=2) * (1.0 + damping[:, None]), 1.0)
            matrix[:, np.arange(d + N_LINEAR), np.arange(d + N_LINEAR)] = scale
            step = np.linalg.solve(matrix, np.where(free, here.uphill, 0.0)[..., None])[..., 0]
            step *= np.minimum(1.0, LONGEST_MOVE / np.maximum(np.abs(step[:, :d]).max(axis=1), 1e-12))[:, None]
            moved = np.clip(here.z + step[:, :d], -FARTHEST, FARTHEST)
            there = self.looked(moved, here.beta + step[:, d:])
            better = there.value < here.value
            here = Looked(
                *(
                    np.where(better.reshape(-1, *[1] * (old.ndim - 1)), new, old)
                    for old, new in zip(here, there, strict=True)
                )
            )
            damping = np.where(better, np.maximum(0.2 * damping, 1e-6), np.maximum(8.0 * damping, 1e-2))
        linear = here.curvature[:, d:, d:]
        follow = -np.linalg.solve(linear, here.curvature[:, d:, :d])
        hessian = here.curvature[:, :d, :d] + here.curvature[:, :d, d:] @ follow
        return [
            Point(*each)
            for each in zip(here.z, here.beta, np.swapaxes(follow, 1, 2), hessian, here.value.tolist(), strict=True)
        ]

    def channels(self, z: Array, beta: Array, columns: list[int]) -> tuple[Array, Array]:
        """Readings at points before offset and drift, and their slopes by some coordinates and linear nuisances."""
        d = z.shape[1]
        moves = DIFFERENCE * np.concatenate([np.zeros((1, d + N_LINEAR)), np.eye(d + N_LINEAR)[columns]])
        z_all, beta_all = z[:, None] + moves[:, :d], beta[:, None] + moves[:, d:]
        shown = _exact(z_all.reshape(-1, d), beta_all.reshape(-1, N_LINEAR), self.run, self.beaker)
        shown = shown.reshape(len(z), len(moves), -1)
        x = np.zeros((len(z), d + N_LINEAR, shown.shape[2]))
        x[:, columns] = (shown[:, 1:] - shown[:, :1]) / DIFFERENCE
        x[:, d] = self.run.settings[OFFSET_SD]
        x[:, d + 1] = self.run.settings[DRIFT_SD] * self.run.time_s
        return shown[:, 0], x

    def drawn(self, z: Array, beta: Array, normal: Array) -> tuple[Array, Array]:
        """Linear nuisances drawn at points, beginning at ``beta``, and the log of target over proposal."""
        run, d = self.run, z.shape[1]
        shown, x = self.channels(z, beta, list(range(d + 2, d + N_LINEAR)))
        x, sigma, begun = x[:, d:], values(z, run)[:, NOISE], beta
        rest = run.ph - shown + np.einsum("pa,pan->pn", begun[:, 2:], x[:, 2:])
        for _ in range(N_LINEAR_STEPS):
            _, score, precision, _ = _sites(rest - np.einsum("pa,pan->pn", beta, x), sigma, run.settings)
            curvature = np.einsum("pan,pn,pbn->pab", x, precision, x) + np.eye(N_LINEAR)
            beta = beta + np.linalg.solve(curvature, (np.einsum("pan,pn->pa", x, score) - beta)[..., None])[..., 0]
        factor = np.linalg.cholesky(curvature)
        beta = beta + np.linalg.solve(np.swapaxes(factor, 1, 2), normal[..., None])[..., 0]
        residual = run.ph - _exact(z, beta, run, self.beaker) - np.einsum("pa,pan->pn", beta[:, :2], x[:, :2])
        log = _sites(residual, sigma, run.settings)[0].sum(axis=1) - 0.5 * ((z**2).sum(axis=1) + (beta**2).sum(axis=1))
        proposed = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1) - 0.5 * (normal**2).sum(axis=1)
        return beta, log - proposed

    def looked(self, z: Array, beta: Array) -> Looked:
        """Value, slopes and curvature at points."""
        run, d, n = self.run, z.shape[1], len(self.run.time_s)
        shown, x = self.channels(z, beta, [c for c in range(d + N_LINEAR) if c not in (NOISE, d, d + 1)])
        residual = run.ph - shown - np.einsum("pa,pan->pn", beta[:, :2], x[:, d : d + 2])
        sigma = values(z, run)[:, NOISE]
        louder = z.copy()
        louder[:, NOISE] += DIFFERENCE
        by_z = np.log(values(louder, run)[:, NOISE] / sigma) / DIFFERENCE
        log, score, precision, by_sigma = _sites(residual, sigma, run.settings)
        curvature = np.einsum("pan,pn,pbn->pab", x, precision, x) + np.eye(d + N_LINEAR)
        share = sigma**2 / (sigma**2 + run.settings[STEP] ** 2 / 12.0)
        curvature[:, NOISE, NOISE] += 2.0 * n * (share * by_z) ** 2
        uphill = np.einsum("pan,pn->pa", x, score) - np.concatenate([z, beta], axis=1)
        linear = curvature[:, d:, d:]
        settled = N_LINEAR - np.trace(np.linalg.inv(linear), axis1=1, axis2=2)
        uphill[:, NOISE] += (by_sigma.sum(axis=1) * sigma + share * settled) * by_z
        value = 0.5 * ((z**2).sum(axis=1) + (beta**2).sum(axis=1) + np.linalg.slogdet(linear)[1]) - log.sum(axis=1)
        return Looked(z, beta, value, uphill, curvature)


def _exact(z: Array, beta: Array, run: Run, beaker: OtherBeaker) -> Array:
    """What the electrode shows of points by their exact curves."""
    return beaker.shown(values(z, run), beta, run.time_s)


def _simple(z: Array, beta: Array, run: Run) -> Array:
    """And by the tables of pure water."""
    shown = np.empty((len(z), len(run.time_s)))
    _look_all(z, beta, run, shown)
    return shown


@compiled
def _sites(residual: Array, sigma: Array, settings: Array) -> Array:
    """Log density, its slope, minus its curvature and its slope by the noise, of every sample of points."""
    found = np.empty((4, *residual.shape))
    for p in range(residual.shape[0]):
        for i in range(residual.shape[1]):
            found[0, p, i], found[1, p, i], found[2, p, i], found[3, p, i] = site(
                residual[p, i], sigma[p], settings, False
            )
    return found


@compiled
def _look_all(z: Array, beta: Array, run: Run, shown: Array) -> None:
    """Fill what the electrode shows of points by the tables."""
    curves = Curves(np.empty((run.table.nodes.shape[1], 2)), np.empty(1))
    for i in range(z.shape[0]):
        look(z[i], beta[i], run, curves, shown[i : i + 1], False)
