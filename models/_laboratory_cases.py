"""Simulated beakers of a laboratory: what the electrode shows is had once, and written down as often as asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.contract import Context
from bench.draw import draw_parameters
from bench.world.equilibria import World
from bench.world.laboratory import Laboratory, draw_circumstances
from bench.world.mixing import shown_ph


def laboratory_of(context: Context, **carbonate: float) -> Laboratory:
    """The laboratory that training cases come from; the usual one, with a carbonate if any is given, where from none.

    Examples
    --------
    >>> from bench.world.acquisition import Acquisition
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> laboratory_of(Context(0, (Acquisition(30.0, 0.3),), TEMPERATURE_CORRECTED)).label
    '30 s @ 0.3 s, laboratory'
    """
    first = context.acquisitions[0]
    if isinstance(first, Laboratory):
        return first
    return Laboratory(first.prefix_s, first.interval_s, **carbonate)


@dataclass(frozen=True, eq=False)
class Beakers:
    """Beakers, and the pH that the electrode shows of each before offset, drift and noise, which cost next to nothing.

    Parameters
    ----------
    laboratory : Laboratory
        How they are measured.
    recorded, targets : array, shape (case, 5) and (case, 2)
        The cases, with the known inputs that the protocol has.
    shown : array, shape (case, sample)
        PH without noise.
    """

    laboratory: Laboratory
    recorded: Array
    targets: Array
    shown: Array

    @classmethod
    def draw(cls, laboratory: Laboratory, world: World, stream_name: str, n_cases: int) -> Beakers:
        """Draw beakers from the prior, and what is the matter with each."""
        numbers = range(n_cases)
        recorded, targets = draw_parameters(stream_name, numbers)
        drawn = draw_circumstances(laboratory, recorded, stream_name, numbers)
        time_s = np.array(np.broadcast_to(laboratory.grid_s, (n_cases, laboratory.n_samples)))
        shown = shown_ph(time_s, np.ones(time_s.shape, dtype=bool), targets, drawn, world)
        return cls(laboratory, recorded, targets, shown)

    def written(self, generator: np.random.Generator) -> Traces:
        """Write every trace down, with an offset, a drift, noise and outliers of its own.

        Examples
        --------
        >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
        >>> beakers = Beakers.draw(Laboratory(30.0, 10.0), TEMPERATURE_CORRECTED, "example", 2)
        >>> generator = np.random.default_rng(0)
        >>> first, second = beakers.written(generator), beakers.written(generator)
        >>> bool((np.abs(first.ph - second.ph) > 0.005).any()), first.ph.shape
        (True, (2, 4))
        """
        laboratory, shape = self.laboratory, self.shown.shape
        offset, drift_per_s = generator.standard_normal((2, shape[0], 1))
        noise_sd = laboratory.noise_sd * laboratory.noise_factor ** generator.uniform(-1.0, 1.0, (shape[0], 1))
        ph = self.shown + laboratory.offset_sd * offset + laboratory.drift_sd_per_s * drift_per_s * laboratory.grid_s
        ph += noise_sd * generator.standard_normal(shape)
        struck = generator.random(shape) < laboratory.outlier_fraction
        ph += np.where(struck, laboratory.outlier_sd * generator.standard_normal(shape), 0.0)
        if laboratory.step_ph > 0:
            ph = np.round(ph / laboratory.step_ph) * laboratory.step_ph
        return Traces.of(laboratory.grid_s, ph, self.recorded)
