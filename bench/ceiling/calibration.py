"""Scores of stated uncertainty: what is stated of each case, by moments, samples or exactly, held against the truth.

Source: Gneiting & Raftery, JASA 102 (2007) 359-378, doi:10.1198/016214506000001437, for the scores; Silverman, Density
Estimation for Statistics and Data Analysis (1986), sections 2.10 and 3.4.2, for the density that samples stand for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from bench.arrays import Array
from bench.ceiling.cut_gaussian import CutGaussian, exponential_mean, of_unit_moments, steepness_of
from bench.ceiling.marginals import Marginals, crps_of
from bench.ceiling.posterior import Posterior
from bench.world.quantities import TARGET_NAMES, TARGETS

LEVELS = (0.5, 0.9)
"""Central intervals whose coverage is reported."""
UNCERTAINTY_VERSION = 2
"""Raised whenever a score of the same stated uncertainty can change; 1 read every one as a Gaussian without ends."""
LOW, HIGH = (np.array([getattr(target, end) for target in TARGETS]) for end in ("low", "high"))
PRIOR_SD = (HIGH - LOW) / np.sqrt(12.0)
FINEST = 1e-6
"""Least width of a kernel, in widths of the prior: draws that are all alike are no point."""


@dataclass(frozen=True, eq=False)
class Stated:
    """What was stated of each case, beside the truth.

    Parameters
    ----------
    sd : array, shape (case, 2)
        Standard deviations in the targets' units.
    rank : array, shape (case, 2)
        Stated probability of a value below the true one.
    log_density : array, shape (case, 2)
        Log of the stated density of each target at the truth, per g/L and per 1/s.
    crps : array, shape (case, 2)
        Continuous ranked probability scores in the targets' units.
    """

    sd: Array
    rank: Array
    log_density: Array
    crps: Array

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """Scores over all cases.

        Returns
        -------
        dict
            Target to ``nll`` (nats a case beside the uniform prior: 0 knows no more than the prior, negative is
            better), ``crps`` and ``sharpness`` (mean sd) in the target's unit, ``coverage_50`` and ``coverage_90``, and
            ``unevenness``: the largest distance between the distribution of the ranks and an even one (Kolmogorov's;
            of n cases above 1.36 over the root of n by chance once in 20).
            Source: Talts et al. (2018), arXiv:1804.06788.
        """
        found: dict[str, dict[str, float]] = {}
        for column, name in enumerate(TARGET_NAMES):
            found[name] = {
                "nll": float(-np.mean(self.log_density[:, column]) - np.log(HIGH[column] - LOW[column])),
                "crps": float(np.mean(self.crps[:, column])),
                "sharpness": float(np.mean(self.sd[:, column])),
            }
            for level in LEVELS:
                inside = np.abs(self.rank[:, column] - 0.5) <= 0.5 * level
                found[name][f"coverage_{100 * level:.0f}"] = float(np.mean(inside))
            found[name]["unevenness"] = float(stats.kstest(self.rank[:, column], "uniform").statistic)
        return found


def stated_by_moments(truth: Array, mean: Array, sd: Array) -> Stated:
    """Read means and standard deviations as the posteriors that they can be of, each target by itself.

    The prior is uniform between two ends, so what has a mean and a standard deviation is read as a Gaussian cut off at
    them that has that mean and that standard deviation: of all that have, it says least beside the prior. A standard
    deviation as wide as the prior's, or wider, is read as the prior itself. Where the mean is so near an end, or beyond
    it, that no cut-off Gaussian is as wide as stated, it is read as the exponential of that width that falls off from
    the end.

    Parameters
    ----------
    truth, mean, sd : array, shape (case, 2)
        True values, predictions and their standard deviations, in physical units.

    Returns
    -------
    Stated
        One entry a case.

    Examples
    --------
    >>> truth = np.array([[0.5, 2e-3], [0.7, 1e-3]])
    >>> read = stated_by_moments(truth, np.tile(0.5 * (LOW + HIGH), (2, 1)), np.tile(PRIOR_SD, (2, 1)))
    >>> abs(read.scores["k_d_per_s"]["nll"]) < 1e-12
    True
    """
    unit = np.minimum(sd, PRIOR_SD)  # in which all is measured from the mean, or from the end that it is too near to
    steepness = steepness_of(unit / (HIGH - LOW))
    nearest = (HIGH - LOW) * exponential_mean(steepness)
    at_low, at_high = mean <= LOW + nearest, mean >= HIGH - nearest
    origin = np.where(at_low, LOW, np.where(at_high, HIGH, mean))
    low, high = (LOW - origin) / unit, (HIGH - origin) / unit
    slope = np.where(at_low, -steepness, steepness) * unit / (HIGH - LOW)
    curvature = np.zeros(mean.shape)
    inside = ~(at_low | at_high)
    bulging = of_unit_moments(low[inside], high[inside])
    slope[inside], curvature[inside] = bulging.slope, bulging.curvature
    density = CutGaussian(*(each.ravel() for each in (low, high, slope, curvature)))
    beside = (truth - origin) / unit
    log_density = density.log_density(beside.ravel()).reshape(mean.shape) - np.log(unit)
    marginals = Marginals(density.weight.reshape(*mean.shape, -1), density.ends.reshape(*mean.shape, 2))
    return Stated(sd, marginals.cdf(beside), log_density, unit * crps_of(marginals, beside))


def stated_by_samples(truth: Array, sd: Array, samples: Array) -> Stated:
    """Hold equal draws of posteriors against the truth, each target by itself.

    Ranks and CRPS are those of the draws as they are: n draws from the right posterior have a CRPS 1/n above its own.
    The density is that of Gaussian kernels, reflected at the prior's ends, of Silverman's width; the prior counts as
    one draw more, so that a truth far from all draws costs much and not everything.

    Parameters
    ----------
    truth, sd : array, shape (case, 2)
        True values and stated standard deviations, in physical units.
    samples : array, shape (case, draw, 2)
        Draws in physical units.

    Returns
    -------
    Stated
        One entry a case.

    Examples
    --------
    >>> draws = LOW + (HIGH - LOW) * (np.arange(1000)[:, None] + 0.5) / 1000
    >>> read = stated_by_samples(0.5 * (LOW + HIGH)[None], PRIOR_SD[None], draws[None])
    >>> abs(read.scores["k_d_per_s"]["nll"]) < 0.01
    True
    """
    n_draws = samples.shape[1]
    ordered = np.sort(samples, axis=1)
    below = np.sum(ordered < truth[:, None], axis=1)
    places = (2.0 * np.arange(1, n_draws + 1) - n_draws - 1)[:, None]
    crps = np.abs(ordered - truth[:, None]).mean(axis=1) - np.sum(places * ordered, axis=1) / n_draws**2
    quarters = ordered[:, [n_draws // 4, (3 * n_draws) // 4]]
    spread = np.minimum(ordered.std(axis=1), np.abs(quarters[:, 1] - quarters[:, 0]) / 1.34)
    width = np.maximum(0.9 * spread * n_draws**-0.2, FINEST * (HIGH - LOW))[:, None]
    inside = (ordered >= LOW) & (ordered <= HIGH)
    kernels = np.exp(-0.5 * ((truth[:, None] - ordered) / width) ** 2)
    for end in (LOW, HIGH):
        kernels += np.where(inside, np.exp(-0.5 * ((truth[:, None] - 2.0 * end + ordered) / width) ** 2), 0.0)
    density = np.sum(kernels / (np.sqrt(2.0 * np.pi) * width), axis=1)
    log_density = np.log((density + 1.0 / (HIGH - LOW)) / (n_draws + 1))
    return Stated(sd, (below + 0.5) / (n_draws + 1), log_density, crps)


def stated_by_posterior(truth: Array, posterior: Posterior) -> Stated:
    """Hold an exact posterior against the truth, each target by its own marginal.

    Parameters
    ----------
    truth : array, shape (case, 2)
        True values.
    posterior : Posterior
        Posteriors of the same cases.

    Returns
    -------
    Stated
        One entry a case.
    """
    marginals = posterior.marginals
    return Stated(posterior.sd, marginals.cdf(truth), np.log(marginals.density(truth)), crps_of(marginals, truth))
