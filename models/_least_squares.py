"""What the least-squares rows share: the prior's box, when the optimum is no point, and standard deviations."""

from __future__ import annotations

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.contract import Context
from bench.errors import PluginError
from bench.task import Task
from bench.world.equilibria import World
from bench.world.kinetics import pack_cases
from bench.world.progress import MAX_NODES
from bench.world.quantities import E0, K_D, TARGETS
from bench.world.simulator import checked_known
from models._lm_kernel import N_COLUMNS, NO_PRIOR, Prior, fit_cases

LOW = np.array([target.low for target in TARGETS])
HIGH = np.array([target.high for target in TARGETS])

LEAST_NOISE_SD = 1e-6
"""Accuracy of the simulator [pH]: residuals of noise-free traces are no smaller."""


def under_determined(name: str, task: Task) -> str | None:
    """Say that a trace of the task holds fewer exposures than there are targets, in one sentence.

    Examples
    --------
    >>> from bench.world.acquisition import Acquisition
    >>> task = Task("example", "", (Acquisition(30.0, 0.3),), Acquisition(10.0, 10.0))
    >>> under_determined("nls", task)
    'nls fits two targets, and 10 s @ 10 s has 1 sample after t = 0: the optimum is a curve, not a point.'
    """
    informative = task.test.n_samples - 1
    if informative >= len(TARGETS):
        return None
    found = f"{task.test.label} has {informative} sample{'s' * (informative != 1)} after t = 0"
    return f"{name} fits two targets, and {found}: the optimum is a curve, not a point."


def noise_sd(context: Context) -> float:
    """Noise of the training acquisitions, the largest where they differ."""
    return max(LEAST_NOISE_SD, *(acquisition.noise_sd for acquisition in context.acquisitions))


def fits_of(name: str, traces: Traces, world: World, prior: Prior = NO_PRIOR) -> tuple[Array, Array]:
    """Fit both targets to each trace within the prior's box, in compiled code."""
    packed = pack_cases(checked_known(traces.known), world)
    fits = np.empty((traces.n_cases, N_COLUMNS))
    time_s, ph = np.ascontiguousarray(traces.time_s), np.ascontiguousarray(traces.ph)
    if fit_cases(time_s, ph, traces.lengths, packed, LOW, HIGH, prior, fits) < 0:
        raise out_of_nodes(name)
    return fits, packed


def out_of_nodes(name: str) -> PluginError:
    """Say that a progress curve could not be tabulated."""
    return PluginError(
        f"{name} 'progress curve': nodes must be at most {MAX_NODES}, got more. Report the traces as a bug."
    )


def prior_sd(estimate: Array) -> Array:
    """Root mean square distance of the uniform prior from estimates: no standard deviation need be wider.

    Examples
    --------
    >>> prior_sd(0.5 * (LOW + HIGH)).round(7).tolist()
    [0.3464102, 0.0014405]
    """
    return np.sqrt((HIGH - LOW) ** 2 / 12 + (estimate - 0.5 * (LOW + HIGH)) ** 2)


def standard_deviations(estimate: Array, matrix: Array, noise: float) -> Array:
    """Gauss-Newton standard deviations, no wider than the prior leaves them.

    The variance of k_d is noise^2 times its entry of the inverse matrix, at most the mean square distance of the
    uniform prior from the estimate; that of E0 is its variance at a known k_d, plus what the variance of k_d adds
    along the valley, at most the like.

    Examples
    --------
    >>> standard_deviations(np.array([[0.5, 2.505e-3]]), np.array([[1.0, 0.0, 1e6]]), 0.01).tolist()
    [[0.01, 1e-05]]
    >>> standard_deviations(np.array([[0.65, 2.505e-3]]), np.zeros((1, 3)), 0.01).round(7).tolist()
    [[0.3464102, 0.0014405]]
    """
    h_00, h_01, h_11 = matrix.T
    widest = prior_sd(estimate) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        # nan (nothing known of either target) and inf both give way to the widest.
        given_k_d = np.fmin(noise**2 / h_00, widest[:, E0])
        along = np.where(h_00 > 0, h_01 / h_00, 0.0)
        k_d = np.fmin(noise**2 / np.maximum(h_11 - h_01 * along, 0.0), widest[:, K_D])
    e_0 = np.fmin(given_k_d + along**2 * k_d, widest[:, E0])
    return np.sqrt(np.stack([e_0, k_d], axis=1))
