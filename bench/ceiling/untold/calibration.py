"""Whether the untold posterior holds the truth as often as it says: ranks over cases drawn from its own prior."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import Prior
from bench.draw import draw_parameters
from bench.seeding import Stream
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

STREAM = "untold/calibration"


@dataclass(frozen=True, eq=False)
class Calibration:
    """How the posteriors of many cases stood to their truths.

    Parameters
    ----------
    rank : array, shape (case, 2)
        Share of the posterior below the truth, E0 and k_d.
    effective_size : array, shape (case,)
        What the draws of each were worth.
    ok : bool array, shape (case,)
        Whether each said that it can be trusted.
    cpu_ms : array, shape (case,)
        Processor time of each [ms].
    """

    rank: Array
    effective_size: Array
    ok: NDArray[np.bool_]
    cpu_ms: Array

    def coverage(self, level: float) -> Array:
        """Share of the cases whose central interval of a probability holds the truth, shape (2,).

        Parameters
        ----------
        level : float
            Probability of the interval.

        Returns
        -------
        array, shape (2,)
            Of E0 and k_d.
        """
        return np.asarray(np.mean(np.abs(self.rank - 0.5) < 0.5 * level, axis=0))

    @property
    def row(self) -> str:
        """One row of a table: coverage at 50 and 90 %, failures, least effective size, CPU time."""
        held = " | ".join(" / ".join(f"{share:.2f}" for share in self.coverage(level)) for level in (0.5, 0.9))
        cpu_ms = f"{np.mean(self.cpu_ms):.0f} ({np.quantile(self.cpu_ms, 0.95):.0f})"
        return f"{len(self.rank)} | {held} | {np.sum(~self.ok)} | {self.effective_size.min():.0f} | {cpu_ms}"


def calibrate(
    laboratory: Laboratory, prior: Prior, numbers: range, world: World = TEMPERATURE_CORRECTED
) -> Calibration:
    """Draw cases from a prior, measure them, and find their truths in their posteriors.

    Parameters
    ----------
    laboratory : Laboratory
        How they are measured, and what the posterior takes for granted.
    prior : Prior
        Of E0 and k_d; the other known inputs are the suite's.
    numbers : range
        Case numbers: parts of a long run give what the whole gives.
    world : World
        Chemistry.

    Returns
    -------
    Calibration
        One entry a case.

    Examples
    --------
    >>> from bench.ceiling.untold.prior import LABORATORY
    >>> calibrate(Laboratory(60.0, 2.0), LABORATORY, range(2)).rank.shape
    (2, 2)
    """
    known, _ = draw_parameters(STREAM, numbers)
    targets = prior.draw(np.array([g.random(2) for g in Stream(f"{STREAM}/prior").cases(numbers)]))
    measured = measure_in_laboratory(laboratory, known, targets, world, STREAM, numbers)
    rank, effective_size, ok, cpu_ms = [], [], [], []
    began = time.process_time()
    for posterior, truth in zip(untold_posteriors(measured, laboratory, prior, world), targets, strict=True):
        cpu_ms.append(1e3 * (time.process_time() - began))
        rank.append(posterior.rank(truth))
        effective_size.append(posterior.effective_size)
        ok.append(posterior.ok)
        began = time.process_time()
    return Calibration(np.array(rank), np.array(effective_size), np.array(ok), np.array(cpu_ms))
