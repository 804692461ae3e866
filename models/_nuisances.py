"""Nuisances that real traces have and training traces lack, put on at random: lag, offset, noise, other chemistry."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.errors import PluginError
from bench.world.acquisition import lagged_ph
from bench.world.equilibria import EquilibriumConstants, World
from bench.world.quantities import TEMPERATURE
from bench.world.simulator import simulate_ph

N_CONSTANTS = len(fields(EquilibriumConstants))
SHORTEST_LAG_S = 0.1
"""A quicker electrode is as good as none at the intervals of the tasks."""


@dataclass(frozen=True)
class Nuisances:
    """Distribution of nuisances; each befalls a case by itself."""

    share: float = 0.15
    lag_s: float = 5.0
    offset_sd: float = 0.05
    noise_factor: float = 4.0
    pk_sd: float = 0.2
    n_lags: int = 8

    def __post_init__(self) -> None:
        ranges = {"share": (0.0, 1.0), "lag_s": (SHORTEST_LAG_S, 100.0), "offset_sd": (0.0, 1.0)}
        ranges |= {"noise_factor": (1.0, 100.0), "pk_sd": (0.0, 1.0), "n_lags": (1, 1000)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise PluginError(
                    f"nuisances '{name}': value must be between {low} and {high}, got {value}. Mend the settings."
                )

    def draw(self, cases: Cases, world: World, noise: float, generator: np.random.Generator) -> Cases:
        """Put nuisances on cases.

        The pH that electrode and chemistry would add is simulated from the case's own targets and added to its own
        trace, which keeps its noise.
        """
        traces, targets = cases.traces, cases.targets.values
        n_cases = traces.n_cases
        lagging, offset, noisy, other = generator.random((4, n_cases)) < self.share
        lags_s = generator.uniform(SHORTEST_LAG_S, self.lag_s, self.n_lags)
        member = np.where(lagging, generator.integers(self.n_lags, size=n_cases), self.n_lags)
        shifts = np.where(other, self.pk_sd * generator.standard_normal((N_CONSTANTS, n_cases)), 0.0)
        time_s = np.where(traces.valid, traces.time_s, 0.0)
        ph = traces.ph - simulate_ph(time_s, traces.known, targets, world)
        for number, lag_s in enumerate([*lags_s, 0.0]):
            chosen = np.flatnonzero(member == number)
            known = traces.known[chosen]
            wrong = shifted_world(world, known, shifts[:, chosen])
            if lag_s > 0:
                ph[chosen] += lagged_ph(
                    time_s[chosen], traces.valid[chosen], known, targets[chosen], wrong, float(lag_s)
                )
            else:
                ph[chosen] += simulate_ph(time_s[chosen], known, targets[chosen], wrong)
        ph += np.where(offset, self.offset_sd * generator.standard_normal(n_cases), 0.0)[:, None]
        factor = np.where(noisy, self.noise_factor ** generator.random(n_cases), 1.0)
        ph += noise * np.sqrt(factor**2 - 1.0)[:, None] * generator.standard_normal(ph.shape)
        return replace(cases, traces=Traces(traces.time_s, np.where(traces.valid, ph, 0.0), traces.valid, traces.known))


def shifted_world(world: World, known: Array, shifts: Array) -> World:
    """A chemistry whose equilibrium constants are off, by another factor in every case.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> known = np.array([[50.0, 0.25, 25.0, 7.0, 0.2]])
    >>> wrong = shifted_world(TEMPERATURE_CORRECTED, known, np.array([[0.0], [0.3], [0.0], [0.0]]))
    >>> (wrong.constants([25.0]).Ka_NH4 / TEMPERATURE_CORRECTED.constants([25.0]).Ka_NH4).round(3).tolist()
    [1.995]
    """
    right = world.constants(known[:, TEMPERATURE])
    values = [getattr(right, field.name) for field in fields(EquilibriumConstants)]
    return World("shifted", EquilibriumConstants(*(np.asarray(values) * 10.0**shifts)))
