"""Scores of stated uncertainty: Gaussian ones from standard deviations, exact ones from a posterior.

Source: Gneiting & Raftery, JASA 102 (2007) 359-378, doi:10.1198/016214506000001437.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from bench.arrays import Array
from bench.ceiling.marginals import gauss_legendre
from bench.ceiling.posterior import Posterior
from bench.world.quantities import TARGET_NAMES, TARGETS

LEVELS = (0.5, 0.9)
"""Central intervals whose coverage is reported."""
N_CRPS = 12
"""Gauss-Legendre points of an exact CRPS on either side of the truth."""


def gaussian_uncertainty(truth: Array, mean: Array, sd: Array) -> dict[str, dict[str, float]]:
    """Score Gaussian predictions with stated standard deviations.

    Parameters
    ----------
    truth, mean, sd : array, shape (case, 2)
        True values, predictions and their standard deviations, in physical units.

    Returns
    -------
    dict
        Target to ``nll`` (nats a case beside the uniform prior: 0 knows no more than the prior, negative is better),
        ``crps`` and ``sharpness`` (mean sd) in the target's unit, ``coverage_50`` and ``coverage_90``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.standard_normal((4000, 2))
    >>> abs(gaussian_uncertainty(truth, 0 * truth, 1 + 0 * truth)["E0_g_per_L"]["coverage_90"] - 0.9) < 0.02
    True
    """
    z = (truth - mean) / sd
    crps = sd * (z * (2.0 * stats.norm.cdf(z) - 1.0) + 2.0 * stats.norm.pdf(z) - 1.0 / np.sqrt(np.pi))
    return _collect(stats.norm.cdf(z), stats.norm.logpdf(z) - np.log(sd), crps, sd)


def exact_uncertainty(truth: Array, posterior: Posterior) -> dict[str, dict[str, float]]:
    """Score an exact posterior by its own marginals, not by a Gaussian of the same spread.

    Parameters
    ----------
    truth : array, shape (case, 2)
        True values.
    posterior : Posterior
        Posteriors of the same cases.

    Returns
    -------
    dict
        As ``gaussian_uncertainty``.
    """
    sd, mean, marginals = posterior.sd, posterior.mean, posterior.marginals
    low = np.array([quantity.low for quantity in TARGETS])
    high = np.array([quantity.high for quantity in TARGETS])
    begin = np.minimum(np.maximum(mean - 7.0 * sd, low), truth)
    end = np.maximum(np.minimum(mean + 7.0 * sd, high), truth)
    # One rule on either side of the truth, where the integrand jumps.
    crps = np.zeros(truth.shape)
    nodes, weights = gauss_legendre(N_CRPS)
    for left, right, above in ((begin, truth, 0.0), (truth, end, 1.0)):
        half = 0.5 * (right - left)
        for node, weight in zip(nodes, weights, strict=True):
            crps += weight * half * (marginals.cdf(left + half * (1.0 + node)) - above) ** 2
    return _collect(marginals.cdf(truth), np.log(marginals.density(truth)), crps, sd)


def _collect(rank: Array, log_density: Array, crps: Array, sd: Array) -> dict[str, dict[str, float]]:
    """Gather the scores of both targets."""
    width = np.array([quantity.high - quantity.low for quantity in TARGETS])
    found: dict[str, dict[str, float]] = {}
    for column, name in enumerate(TARGET_NAMES):
        found[name] = {
            "nll": float(-np.mean(log_density[:, column]) - np.log(width[column])),
            "crps": float(np.mean(crps[:, column])),
            "sharpness": float(np.mean(sd[:, column])),
        }
        for level in LEVELS:
            inside = np.abs(rank[:, column] - 0.5) <= 0.5 * level
            found[name][f"coverage_{100 * level:.0f}"] = float(np.mean(inside))
    return found
