"""Worlds that the sampler has no coordinate for: a buffer, slow hydration of CO2, exchange with air.

Each has one amount that nobody knows, over which the evidence is integrated. A buffer's posterior at an amount is had
like that of pure water. Where carbon takes its time the curve is integrated: the trace is shifted by what that does to
the curve of the likeliest beaker, sampled as in pure water, and the draws are weighed again by their own exact curves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.likelihood import NOISE
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import Prior
from bench.ceiling.untold.sampling import Beaker, Sample, pareto_shape
from bench.infer.averaged import Integrated
from bench.infer.exact import log_ratios, shown_at
from bench.seeding import Stream
from bench.world.buffers import Buffer
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory

N_WEIGHED = 300
"""Equal draws that are weighed again."""
N_SHIFTS, SETTLED_PH = 4, 0.003
"""The trace is shifted until the shift settles to this [pH], at most so often."""
FLAT, N_HALVINGS = 3.0, 6
"""Amounts are looked at between the best and its neighbours until those are within so many nats, at most so often."""


@dataclass(frozen=True)
class Other:
    """A world with one unknown amount.

    Parameters
    ----------
    name : str
        In answers.
    amounts : tuple of float
        Where the evidence is looked at first; the prior is uniform between their ends, in the log where ``log``.
    log : bool
        Whether the prior is uniform in the log.
    world_of : callable
        Chemistry of an amount.
    """

    name: str
    amounts: tuple[float, ...]
    log: bool
    world_of: Callable[[World, float], World]


def _buffered(world: World, total_uM: float) -> World:
    return replace(world, buffer=Buffer("phosphate", 1e-3 * total_uM))


def _slow(world: World, co2_share: float) -> World:
    return replace(world, co2_share=co2_share)


def _aired(world: World, kla_per_s: float) -> World:
    return replace(world, kla_per_s=kla_per_s)


OTHERS = (
    Other("buffer", (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0), True, _buffered),
    Other("slow CO2", (0.0, 0.25, 0.5, 0.75, 1.0), False, _slow),
    Other("air", (3e-5, 1e-4, 3e-4, 1e-3, 3e-3), True, _aired),
)
"""Phosphate, with the pK of what powder brings [uM]; the product's share that is CO2; kLa [1/s]."""


def other_posteriors(
    traces: Traces, laboratory: Laboratory, prior: Prior, other: Other, world: World = TEMPERATURE_CORRECTED
) -> list[UntoldPosterior]:
    """Posteriors at amounts of a world, their log evidence with what the amount's prior gives them.

    Parameters
    ----------
    traces : Traces
        A single case.
    laboratory : Laboratory
        Distribution of the nuisances, without carbonate.
    prior : Prior
        Of E0 and k_d.
    other : Other
        The world.
    world : World
        Chemistry without what is other.

    Returns
    -------
    list of UntoldPosterior
        By amount; the sum of their evidence is that of the world.
    """
    found: dict[float, UntoldPosterior] = {}
    shift = np.zeros(traces.time_s.shape[1])
    for amount in other.amounts:
        found[amount] = _at(traces, laboratory, prior, world, other.world_of(world, amount), shift)
        shift = _shift_of(found[amount], shift)
    for _ in range(N_HALVINGS):
        amounts = sorted(found)
        best = max(amounts, key=lambda each: found[each].log_evidence)
        here = amounts.index(best)
        steep = [
            each
            for each in (*amounts[max(here - 1, 0) : here], *amounts[here + 1 : here + 2])
            if found[best].log_evidence - found[each].log_evidence > FLAT
        ]
        if not steep:
            break
        for each in steep:
            between = math.sqrt(best * each) if other.log else 0.5 * (best + each)
            there, begun = other.world_of(world, between), _shift_of(found[best], shift)
            found[between] = _at(traces, laboratory, prior, world, there, begun)
    amounts = sorted(found)
    place = np.log(amounts) if other.log else np.array(amounts)
    width = np.gradient(place) * np.where(np.arange(len(place)) % (len(place) - 1) == 0, 0.5, 1.0)
    shares = np.log(width / (place[-1] - place[0]))
    return [
        replace(found[each], sample=replace(found[each].sample, log_evidence=found[each].log_evidence + float(share)))
        for each, share in zip(amounts, shares, strict=True)
    ]


def _shift_of(posterior: UntoldPosterior, otherwise: Array) -> Array:
    """Where the next amount's shift begins."""
    return posterior.shift if isinstance(posterior, Integrated) else otherwise


def _at(
    traces: Traces, laboratory: Laboratory, prior: Prior, plain: World, world: World, shift: Array
) -> UntoldPosterior:
    """Posterior in a world of a known amount, beside the plain one."""
    if world.autonomous:
        return next(untold_posteriors(traces, laboratory, prior, world))
    known, time_s = traces.known[0], np.ascontiguousarray(traces.time_s[0])
    beakers = Beaker(known, laboratory, world), Beaker(known, laboratory, plain)
    for _ in range(N_SHIFTS):
        posterior = next(untold_posteriors(replace(traces, ph=traces.ph - shift), laboratory, prior, plain))
        best = np.array([int(np.argmax(posterior.weight))])
        exact, simple = (shown_at(each, posterior.draws[best], posterior.sample.beta[best], time_s) for each in beakers)
        moved = float(np.abs(exact[0] - simple[0] - shift).max())
        if moved < SETTLED_PH:
            break
        shift = exact[0] - simple[0]
    rows = posterior.chosen(N_WEIGHED, Stream("infer/others").generator(0))
    drawn, kept = posterior.draws[rows], posterior.sample
    beta, log_ratio = kept.beta[rows], np.empty(N_WEIGHED)
    exact, simple = (shown_at(each, drawn, beta, time_s) for each in beakers)
    run = posterior.run._replace(ph=np.ascontiguousarray(traces.ph[0]))
    log_ratios(exact, simple, drawn[:, NOISE], beta, posterior.run, run, log_ratio)
    weight = special.softmax(log_ratio)
    sample = Sample(
        kept.z[rows],
        beta,
        weight,
        1.0 / float(weight @ weight),
        pareto_shape(weight),
        kept.log_evidence + float(special.logsumexp(log_ratio)) - math.log(N_WEIGHED),
        kept.z[rows[np.argmax(log_ratio)]],
        kept.beta[rows[np.argmax(log_ratio)]],
    )
    return Integrated(drawn, weight, sample, run, known, laboratory, prior, world, shift)
