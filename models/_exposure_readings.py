"""Readings of a trace: weighted fits of its exposures, each with its nuisances, and what a learner is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.world.equilibria import World
from bench.world.quantities import E0, INITIAL_PH, K_D, SUBSTRATE, TEMPERATURE
from models._exposure import (
    K_D_SD,
    LEAST_E0,
    MIDDLE_K_D,
    Exposures,
    WeightedFit,
    columns_in_time,
    exposures_of,
    weighted_fit,
)
from models._least_squares import HIGH, LOW
from models._subsampling import Subsampling

OFFSET_SD = 0.05
"""Standard deviation that a reading with an offset gives it [pH]."""
NEAR = 4.0
"""Standard deviations from the prior's ends beyond which they do not matter."""
DELAY_SD = 2.0
"""Standard deviation of the exposure that a reading with a delay lets a slow electrode lack [g s/L]."""
SHORTEST_S = 1e-3
"""Keeps the logarithm of a duration finite where a trace is a single sample."""
SMALLEST_MISFIT = 1e-3
"""Keeps the logarithm of a misfit finite where as many columns as samples leave none."""


@dataclass(frozen=True)
class Reading:
    """One weighted fit of a trace."""

    offset: bool = False
    delay: bool = False
    skipped: float = 0.0


PLAIN = (Reading(),)
"""What an electrode without faults needs."""


@dataclass(frozen=True, eq=False)
class Readings:
    """All readings of traces, and features that describe them.

    Parameters
    ----------
    targets : array, shape (case, reading, 2)
        E0 [g/L] and k_d [1/s] of every reading, k_d shrunk towards the middle of the prior.
    sd : array, shape (case, reading, 2)
        Their standard deviations, were the reading's assumptions true.
    features : array, shape (case, feature)
        Known inputs, number and duration of the samples; of every reading what it answers, how sure, how it differs
        from the first, how badly it fits, and the nuisances that it found in standard deviations.
    """

    targets: Array
    sd: Array
    features: Array


@dataclass(frozen=True)
class Reader:
    """How traces are read.

    Examples
    --------
    >>> from bench.draw import draw_cases
    >>> from bench.world.acquisition import Acquisition
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> cases = draw_cases((Acquisition(30.0, 0.3),), TEMPERATURE_CORRECTED, "example", 3)
    >>> read = Reader(TEMPERATURE_CORRECTED, noise=0.01).read(cases.traces)
    >>> bool((np.abs(read.targets[:, 0] - cases.targets.values) < 4 * read.sd[:, 0]).all())
    True
    """

    world: World
    noise: float
    asked: tuple[Reading, ...] = PLAIN

    def read(self, traces: Traces) -> Readings:
        """Read traces."""
        exposures = exposures_of(traces, self.world, self.noise)
        duration_s = np.where(traces.valid, traces.time_s, 0.0).max(axis=1)
        used = (exposures.weight > 0).sum(axis=1)
        fits = [_fitted(exposures, reading, duration_s, self.noise) for reading in self.asked]
        features = [
            traces.known[:, [SUBSTRATE, TEMPERATURE, INITIAL_PH]],
            np.log(np.maximum(duration_s, SHORTEST_S))[:, None],
            np.log(traces.lengths)[:, None],
            (used / traces.lengths)[:, None],
            *(_features(found, fits[0]) for found in fits),
        ]
        targets, sd = (np.stack([getattr(found, name) for found in fits], axis=1) for name in ("targets", "sd"))
        return Readings(targets, sd, np.hstack(features))

    def read_subsampled(self, copies: Iterable[Traces], whole: float, generator: np.random.Generator) -> Readings:
        """Read one random sub-sampling of each of several copies of traces."""
        subsampling = Subsampling(whole=whole)
        parts = [self.read(subsampling.draw(traces, generator)) for traces in copies]
        return Readings(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("targets", "sd", "features"))
        )


def _fitted(exposures: Exposures, reading: Reading, duration_s: Array, noise: float) -> WeightedFit:
    """Fit of one reading."""
    columns, prior_sd = [columns_in_time(exposures.time_s)], []
    weight = exposures.weight * (exposures.time_s >= reading.skipped * duration_s[:, None])
    if reading.offset:
        # du/dpH: what a pH too high by one would add to the exposure.
        slope = np.divide(1.0, np.sqrt(weight), out=np.zeros_like(weight), where=weight > 0)
        columns.append(slope[:, :, None])
        prior_sd.append(OFFSET_SD)
    if reading.delay:
        columns.append(-np.exp(-MIDDLE_K_D * exposures.time_s)[:, :, None])
        prior_sd.append(DELAY_SD)
    read = Exposures(exposures.time_s, exposures.exposure, weight)
    return weighted_fit(np.concatenate(columns, axis=2), read, noise, tuple(prior_sd))


def _features(found: WeightedFit, first: WeightedFit) -> Array:
    """Features of one reading, of the order of one, shape (case, feature)."""
    targets, sd = found.targets, found.sd
    nuisances = found.coefficients[:, K_D + 1 :]
    nuisance_sd = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2)[:, K_D + 1 :])
    return np.column_stack(
        [
            targets[:, E0],
            (targets[:, K_D] - MIDDLE_K_D) / K_D_SD,
            np.log(sd[:, E0] / np.maximum(targets[:, E0], LEAST_E0)),
            np.log(sd[:, K_D] / K_D_SD),
            np.clip((targets - LOW) / sd, -NEAR, NEAR),
            np.clip((HIGH - targets) / sd, -NEAR, NEAR),
            np.log(found.misfit + SMALLEST_MISFIT),
            # A faulty trace is hundreds of standard deviations off: the sign and the power of ten are what counts.
            np.arcsinh((targets[:, E0] - first.targets[:, E0]) / sd[:, E0]),
            np.arcsinh(nuisances / nuisance_sd),
        ]
    )
