"""The untold posterior of one trace: E0 and k_d where nobody says what is the matter with it.

Everything that ``bench.world.laboratory`` draws is integrated out under its own distribution: electrode, mixing,
offset, drift, noise, outliers, rounding, what the beaker held beside the record, carbonate. It is had by importance
sampling, and says how far it can be trusted.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.beaker import (
    LN_U_STEP,
    LOWEST_LN_U,
    N_TERMS,
    Table,
    empty_curves,
    stencil,
    tabulate,
)
from bench.ceiling.untold.likelihood import FARTHEST, LOG_UNIFORM, NORMAL, UNIFORM, Run
from bench.ceiling.untold.prior import LABORATORY, Prior
from bench.ceiling.untold.sampling import NO_TABLE, Beaker, Sample, sample, values
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory
from bench.world.mixing import packed_with_carbonate
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

LN_CARBONATE_STEP = 0.1
"""Step of the tables in ln carbonate: at 0.2 fits were up to 0.01 pH off, and the draws beside the posterior."""


def untold_posteriors(
    measured: Traces, laboratory: Laboratory, prior: Prior = LABORATORY, world: World = TEMPERATURE_CORRECTED
) -> Iterator[UntoldPosterior]:
    """Posterior of every case, one at a time, given what was written down.

    Parameters
    ----------
    measured : Traces
        Readings, before any resampling, and known inputs as recorded.
    laboratory : Laboratory
        Distribution of what may be the matter with them; its sample times are not used.
    prior : Prior
        Of E0 and k_d.
    world : World
        Chemistry; carbonate is the laboratory's.

    Yields
    ------
    UntoldPosterior
        The same for a case whatever other cases there are, its chances its own; ``ok`` says whether it can be trusted.

    Raises
    ------
    BenchError
        A case whose progress curve cannot be tabulated.

    Examples
    --------
    >>> from bench.draw import draw_parameters
    >>> from bench.world.mixing import measure_in_laboratory
    >>> laboratory = Laboratory(60.0, 2.0)
    >>> known, targets = draw_parameters("example", range(1))
    >>> traces = measure_in_laboratory(laboratory, known, targets, TEMPERATURE_CORRECTED, "example", range(1))
    >>> posterior = next(untold_posteriors(traces, laboratory))
    >>> posterior.ok, bool((abs(posterior.mean - targets[0]) < 5 * posterior.sd).all())
    (True, True)
    """
    for case in range(measured.n_cases):
        valid = measured.valid[case]
        time_s, ph = measured.time_s[case][valid], measured.ph[case][valid]
        beaker = Beaker(measured.known[case], laboratory, world)
        run = _run(time_s, ph, beaker, prior)
        chances = Stream("untold/sample").generator(zlib.crc32(measured.known[case].tobytes()))
        found = sample(run, beaker, len(run.prior), chances)
        yield UntoldPosterior(
            _draws(found, run, beaker),
            found.weight,
            found,
            run,
            measured.known[case],
            laboratory,
            prior,
            world,
        )


def _run(time_s: Array, ph: Array, beaker: Beaker, prior: Prior) -> Run:
    """Pack a trace with its tables and priors."""
    laboratory = beaker.laboratory
    kind = LOG_UNIFORM if prior.log else UNIFORM
    noise = (laboratory.noise_sd / laboratory.noise_factor, laboratory.noise_sd * laboratory.noise_factor)
    rows = [
        (kind, *prior.E0_g_per_L),
        (kind, *prior.k_d_per_s),
        (UNIFORM, laboratory.lag_s, laboratory.longest_lag_s),
        (NORMAL, 0.0, laboratory.start_sd_s),
        (UNIFORM, 0.0, laboratory.longest_ramp_s),
        (LOG_UNIFORM, *noise),
    ]
    ln_carbonate, step = np.array([-math.inf]), 1.0
    if laboratory.most_carbonate_uM > 0:
        ends = laboratory.least_carbonate_uM, laboratory.most_carbonate_uM
        rows.append((LOG_UNIFORM, *ends))
        n_carbonate = max(4, 1 + math.ceil(math.log(ends[1] / ends[0]) / LN_CARBONATE_STEP))
        ln_carbonate, step = np.linspace(math.log(ends[0]), math.log(ends[1]), n_carbonate), 0.0
        step = float(ln_carbonate[1] - ln_carbonate[0])
    settings = np.array(
        [
            laboratory.offset_sd,
            laboratory.drift_sd_per_s,
            laboratory.step_ph,
            laboratory.outlier_fraction,
            laboratory.outlier_sd,
        ]
    )
    longest_s = time_s[-1] + FARTHEST * laboratory.start_sd_s
    n_nodes = 2 + math.ceil((math.log(prior.E0_g_per_L[1] * longest_s) - LOWEST_LN_U) / LN_U_STEP)
    nodes = np.empty((len(ln_carbonate), n_nodes, 2 * N_TERMS))
    held = beaker.held(stencil())
    ph0 = float(beaker.recorded[INITIAL_PH])
    table = Table(nodes, float(ln_carbonate[0]), float(step), ph0, laboratory.initial_ph_sd)
    for number, each in enumerate(ln_carbonate):
        packed = packed_with_carbonate(held, np.full(len(held), math.exp(each)), beaker.world)
        if not tabulate(packed, math.exp(LOWEST_LN_U + LN_U_STEP * n_nodes), empty_curves(table, 1), nodes[number]):
            raise BenchError(NO_TABLE)
    return Run(np.ascontiguousarray(time_s), np.ascontiguousarray(ph), table, np.array(rows), settings)


def _draws(found: Sample, run: Run, beaker: Beaker) -> Array:
    """Draws in physical units, shape (draw, 12)."""
    beta = found.beta
    drawn = [beaker.laboratory.offset_sd * beta[:, 0], beaker.laboratory.drift_sd_per_s * beta[:, 1]]
    held = beaker.held(beta[:, 2:])[:, [INITIAL_PH, TEMPERATURE, SUBSTRATE]]
    return np.column_stack([values(found.z, run), *drawn, held])
