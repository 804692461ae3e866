"""The untold posterior of one trace: E0 and k_d where nobody says what is the matter with it.

Everything that ``bench.world.laboratory`` draws is integrated out under its own distribution: electrode, mixing,
offset, drift, noise, outliers, rounding, what the beaker held beside the record, carbonate. It is had by importance
sampling, and says how far it can be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.answer import NAMES, UntoldPosterior
from bench.ceiling.untold.beaker import LN_U_STEP, LOWEST_LN_U, N_CHANNELS, N_PERTURBED, Table, tabulate
from bench.ceiling.untold.likelihood import FARTHEST, LOG_UNIFORM, NORMAL, UNIFORM, Run, values_of
from bench.ceiling.untold.prior import LABORATORY, Prior
from bench.ceiling.untold.sampling import Sample, sample
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory
from bench.world.mixing import packed_with_carbonate
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE

LN_CARBONATE_STEP = 0.2
"""Step of the tables in ln carbonate; the cubic between is good to 1e-4 pH."""


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
        The same for a case whatever other cases there are; ``ok`` says whether it can be trusted.

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
        run = _run(time_s, ph, measured.known[case], laboratory, prior, world)
        found = sample(run, len(run.prior), Stream("untold/sample").generator(0))
        yield UntoldPosterior(
            _draws(found, run, measured.known[case], laboratory),
            found.weight,
            found,
            run,
            measured.known[case],
            laboratory,
            prior,
            world,
        )


def _run(time_s: Array, ph: Array, known: Array, laboratory: Laboratory, prior: Prior, world: World) -> Run:
    """Pack a trace with its tables and priors."""
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
    nodes = np.empty((len(ln_carbonate), n_nodes, 2 * N_CHANNELS))
    perturbed = np.repeat(known[None], N_PERTURBED, axis=0)
    perturbed[1:3, INITIAL_PH] += np.array([1, -1]) * laboratory.initial_ph_sd
    perturbed[3:5, TEMPERATURE] += np.array([1, -1]) * laboratory.temperature_sd_C
    perturbed[5:7, SUBSTRATE] *= np.exp(np.array([1, -1]) * laboratory.substrate_share_sd)
    for number, each in enumerate(ln_carbonate):
        packed = packed_with_carbonate(perturbed, np.full(N_PERTURBED, math.exp(each)), world)
        if not tabulate(packed, math.exp(LOWEST_LN_U + LN_U_STEP * n_nodes), nodes[number]):
            raise BenchError(
                "untold 'trace': progress curve must have a table, got too many nodes. Report it as a bug."
            )
    table = Table(nodes, float(ln_carbonate[0]), float(step), float(known[INITIAL_PH]), laboratory.initial_ph_sd)
    return Run(np.ascontiguousarray(time_s), np.ascontiguousarray(ph), table, np.array(rows), settings)


def _draws(found: Sample, run: Run, known: Array, laboratory: Laboratory) -> Array:
    """Draws in physical units, shape (draw, 12)."""
    draws = np.zeros((len(found.z), len(NAMES)))
    value = np.empty(len(run.prior))
    for row, z in enumerate(found.z):
        values_of(z, run, value)
        draws[row, : len(value)] = value
    beta = found.beta
    draws[:, 7] = laboratory.offset_sd * beta[:, 0]
    draws[:, 8] = laboratory.drift_sd_per_s * beta[:, 1]
    draws[:, 9] = known[INITIAL_PH] + laboratory.initial_ph_sd * beta[:, 2]
    draws[:, 10] = known[TEMPERATURE] + laboratory.temperature_sd_C * beta[:, 3]
    draws[:, 11] = known[SUBSTRATE] * np.exp(laboratory.substrate_share_sd * beta[:, 4])
    return draws
