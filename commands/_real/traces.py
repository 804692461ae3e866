"""What prefixes of two real curves say of the rest, in every world, with and without a declared error of the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.likelihood import NOISE
from bench.infer.answer import answer_of
from bench.infer.deviations import Deviations, forecast_with
from bench.infer.others import OTHERS
from bench.infer.told import CARBONATE, PURE, WORLDS, Told
from bench.seeding import Stream

PREFIXES_S = (30.0, 60.0, 120.0, 300.0, 600.0)
DEVIATION_SD = 0.01
"""Amplitude of each wave that the model may be wrong by [pH]: the bound of what was read off."""
SHOWN_WORLDS = (PURE, CARBONATE, *(other.name for other in OTHERS[1:]))
"""Those that are shown: a buffer looks like carbonate."""
N_DRAWS = 400
LEVELS = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Forecasted:
    """A forecast of the rest of a curve, and how it turned out."""

    world: str
    deviations: bool
    prefix_s: float
    time_s: Array
    readings: Array
    targets: Array
    rest: Array
    log_evidence: float

    @property
    def rmse(self) -> float:
        """Of the median [pH]."""
        return float(np.sqrt(np.mean((np.median(self.readings, axis=0) - self.rest) ** 2)))

    @property
    def band(self) -> Array:
        """Ends of the 90 % band, shape (2, sample)."""
        return np.quantile(self.readings, LEVELS, axis=0)

    @property
    def inside(self) -> float:
        """Share of the rest inside the band."""
        low, high = self.band
        return float(np.mean((low <= self.rest) & (self.rest <= high)))


def cut(traces: Traces, prefix_s: float) -> tuple[Traces, Array, Array]:
    """The beginning of a curve, and times and readings of the rest."""
    time_s, ph = traces.time_s[0], traces.ph[0]
    n = int(np.searchsorted(time_s, prefix_s, side="right"))
    return Traces.of(time_s[:n], ph[None, :n], traces.known), time_s[n:], ph[n:]


def posterior_in(world: str, prefix: Traces, noise_sd: float | None = None) -> UntoldPosterior:
    """Posterior of a trace in one world."""
    short = next(short for short, name in WORLDS.items() if name == world)
    return answer_of(prefix, Told(noise_sd=noise_sd, weighed=(short,))).worlds[world]


def forecast_rest(traces: Traces, prefix_s: float, world: str, deviations: bool) -> Forecasted:
    """Forecast the rest of a curve from its beginning in one world."""
    prefix, later_s, rest = cut(traces, prefix_s)
    laboratory = Told().laboratory_of(prefix)
    if deviations:
        wrong = Deviations(DEVIATION_SD, float(traces.time_s[0, -1]))
        noise_sd = wrong.noise_to_sample_with(laboratory.noise_sd, prefix.time_s.shape[1])
        found = forecast_with(wrong, posterior_in(world, prefix, noise_sd), prefix.ph[0], later_s, laboratory)
        return Forecasted(world, True, prefix_s, later_s, found.readings, found.targets, rest, found.log_evidence)
    posterior = posterior_in(world, prefix)
    generator = Stream("real traces").generator(0)
    rows = posterior.chosen(N_DRAWS, generator)
    readings = posterior.forecast(later_s, N_DRAWS, reading=True)
    readings += generator.permutation(posterior.draws[rows, NOISE])[:, None] * generator.standard_normal(readings.shape)
    return Forecasted(
        world, False, prefix_s, later_s, readings, posterior.draws[rows, :2], rest, posterior.log_evidence
    )


def forecasts_of(traces: Traces) -> Iterator[Forecasted]:
    """Forecasts from every prefix in every world, without and with deviations."""
    for prefix_s in PREFIXES_S:
        for world in SHOWN_WORLDS:
            for deviations in (False, True):
                yield forecast_rest(traces, prefix_s, world, deviations)
