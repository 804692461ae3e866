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
from bench.ceiling.untold.likelihood import CARBONATE, FARTHEST, LOG_UNIFORM, NORMAL, UNIFORM, Run
from bench.ceiling.untold.prior import LABORATORY, Prior
from bench.ceiling.untold.sampling import NO_TABLE, Beaker, Sample, sample, values
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

LN_AMOUNT_STEP = 0.1
"""Step of the tables in the log of an amount: at 0.2 fits were up to 0.01 pH off, and draws beside the posterior."""


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
            draws_of(found, run, beaker),
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
    ln_carbonate = np.array([-math.inf])
    if laboratory.most_carbonate_uM > 0:
        ends = laboratory.least_carbonate_uM, laboratory.most_carbonate_uM
        rows.append((LOG_UNIFORM, *ends))
        ln_carbonate = even_in_log(*ends)
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
    table = table_of(beaker, ln_carbonate, n_nodes)
    return Run(np.ascontiguousarray(time_s), np.ascontiguousarray(ph), table, np.array(rows), settings)


def even_in_log(low: float, high: float) -> Array:
    """Logs of the amounts at which a table stands, from one to another."""
    n_amounts = max(4, 1 + math.ceil(math.log(high / low) / LN_AMOUNT_STEP))
    return np.linspace(math.log(low), math.log(high), n_amounts)


def table_of(beaker: Beaker, ln_amount: Array, n_nodes: int) -> Table:
    """Tables of a beaker at amounts that are even in the log, or at the only one."""
    at, ph0 = stencil(), float(beaker.recorded[INITIAL_PH])
    beta = np.column_stack([np.zeros((len(at), 2)), at])
    nodes = np.empty((len(ln_amount), n_nodes, 2 * N_TERMS))
    step = float(ln_amount[1] - ln_amount[0]) if len(ln_amount) > 1 else 1.0
    table = Table(nodes, float(ln_amount[0]), step, ph0, beaker.laboratory.initial_ph_sd)
    for number, each in enumerate(ln_amount):
        packed = beaker.packed(np.full((len(at), CARBONATE + 1), math.exp(each)), beta)
        if not tabulate(packed, math.exp(LOWEST_LN_U + LN_U_STEP * n_nodes), empty_curves(table, 1), nodes[number]):
            raise BenchError(NO_TABLE)
    return table


def draws_of(found: Sample, run: Run, beaker: Beaker) -> Array:
    """Draws in physical units, shape (draw, 12)."""
    beta = found.beta
    drawn = [beaker.laboratory.offset_sd * beta[:, 0], beaker.laboratory.drift_sd_per_s * beta[:, 1]]
    held = beaker.held(beta[:, 2:])[:, [INITIAL_PH, TEMPERATURE, SUBSTRATE]]
    return np.column_stack([values(found.z, run), *drawn, held])
