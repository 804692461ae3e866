"""The untold posteriors of many cases, reduced to what a board compares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.calibration import LEVELS
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import BENCHMARK, Prior
from bench.seeding import Stream
from bench.world.equilibria import World
from bench.world.laboratory import Laboratory
from bench.world.quantities import TARGET_NAMES, TARGETS
from bench.world.simulator import simulate_ph

N_DRAWS = 100
"""Equal draws of each posterior that are kept: their means are within a tenth of a standard deviation."""


@dataclass(frozen=True, eq=False)
class UntoldPosteriors:
    """Posteriors of many cases.

    Parameters
    ----------
    mean, sd : array, shape (case, 2)
        Of E0 [g/L] and k_d [1/s].
    rank : array, shape (case, 2)
        Share of each posterior below the truth.
    gain : array, shape (case, 2)
        Log of the posterior's density at the truth over the prior's, each target by itself [nats].
    crps : array, shape (case, 2)
        Continuous ranked probability score, in the target's unit.
    draws : array, shape (case, 100, 2)
        Equal draws of both targets.
    ok : bool array, shape (case,)
        Whether each can be trusted.
    """

    mean: Array
    sd: Array
    rank: Array
    gain: Array
    crps: Array
    draws: Array
    ok: NDArray[np.bool_]

    @property
    def uncertainty(self) -> dict[str, dict[str, float]]:
        """Scores of stated uncertainty, as ``bench.ceiling.calibration.exact_uncertainty`` gives them."""
        found: dict[str, dict[str, float]] = {}
        for column, name in enumerate(TARGET_NAMES):
            found[name] = {
                "nll": -float(np.mean(self.gain[:, column])),
                "crps": float(np.mean(self.crps[:, column])),
                "sharpness": float(np.mean(self.sd[:, column])),
            }
            for level in LEVELS:
                inside = np.abs(self.rank[:, column] - 0.5) <= 0.5 * level
                found[name][f"coverage_{100 * level:.0f}"] = float(np.mean(inside))
        return found

    def predictive_ph(self, time_s: Array, known: Array, world: World) -> tuple[Array, Array]:
        """Posterior predictive mean and standard deviation of the pH of a beaker as it was recorded.

        Parameters
        ----------
        time_s : array, shape (sample,)
            Times [s].
        known : array, shape (case, 5)
            Known inputs as recorded.
        world : World
            Chemistry of the forecast.

        Returns
        -------
        mean, sd : array, shape (case, sample)
            Over the draws.
        """
        mean, sd = np.empty((len(known), len(time_s))), np.empty((len(known), len(time_s)))
        for case, (row, targets) in enumerate(zip(known, self.draws, strict=True)):
            ph = simulate_ph(time_s, np.repeat(row[None], len(targets), axis=0), targets, world)
            mean[case], sd[case] = ph.mean(axis=0), ph.std(axis=0)
        return mean, sd


def untold_ceiling(
    measured: Traces,
    truth: Array,
    laboratory: Laboratory,
    world: World,
    prior: Prior = BENCHMARK,
    report: Callable[[float], object] = lambda share: None,
) -> UntoldPosteriors:
    """Posteriors of all cases, and how they stand to the truth.

    Parameters
    ----------
    measured : Traces
        Readings and known inputs as recorded.
    truth : array, shape (case, 2)
        E0 and k_d.
    laboratory : Laboratory
        Distribution of what may be the matter.
    world : World
        Chemistry, without the carbonate.
    prior : Prior
        Of E0 and k_d.
    report : callable
        Told what share of the cases is done.

    Returns
    -------
    UntoldPosteriors
        One entry a case.

    Examples
    --------
    >>> from bench.draw import draw_parameters
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> from bench.world.mixing import measure_in_laboratory
    >>> laboratory = Laboratory(60.0, 2.0)
    >>> known, truth = draw_parameters("example", range(2))
    >>> traces = measure_in_laboratory(laboratory, known, truth, TEMPERATURE_CORRECTED, "example", range(2))
    >>> untold_ceiling(traces, truth, laboratory, TEMPERATURE_CORRECTED).mean.shape
    (2, 2)
    """
    posteriors = untold_posteriors(measured, laboratory, prior, world)
    rows = []
    for posterior, true in zip(posteriors, truth, strict=True):
        rows.append(_reduced(posterior, true))
        report(len(rows) / len(truth))
    mean, sd, rank, gain, crps, draws, ok = (np.array(column) for column in zip(*rows, strict=True))
    return UntoldPosteriors(mean, sd, rank, gain, crps, draws, ok)


def _reduced(posterior: UntoldPosterior, truth: Array) -> tuple[Array, Array, Array, Array, Array, Array, bool]:
    """What is kept of one posterior."""
    chosen = posterior.chosen(N_DRAWS, Stream("untold/ceiling").generator(0))
    gain = [posterior.log_gain(column, truth[column]) for column in range(len(TARGETS))]
    crps = [_crps(posterior.draws[:, column], posterior.weight, truth[column]) for column in range(len(TARGETS))]
    return (
        posterior.mean,
        posterior.sd,
        posterior.rank(truth),
        np.array(gain),
        np.array(crps),
        posterior.draws[chosen, : len(TARGETS)],
        posterior.ok,
    )


def _crps(values: Array, weight: Array, truth: float) -> float:
    """Score of weighted draws: the integral of the squared distance of their distribution from the truth's."""
    order = np.argsort(values)
    ends = np.append(values[order], truth)
    below = np.append(np.cumsum(weight[order]), np.nan)
    place = np.argsort(ends, kind="stable")
    at = np.flatnonzero(place == len(values))[0]
    below = below[place]
    below[at] = below[at - 1] if at > 0 else 0.0
    above = ends[place] >= truth
    return float(np.sum((below[:-1] - above[:-1]) ** 2 * np.diff(ends[place])))
