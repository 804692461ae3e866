"""Posteriors in the worlds with an unknown amount.

Where the curve is a function of the exposure the amount is tabulated like carbonate. Where carbon takes its time the
curve is integrated: from Gaussians about fits at some amounts the posterior of everything with the amount is drawn, and
every draw is weighed by its own curve.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from bench.arrays import Array
from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.chains import FALLEN, Node, Point
from bench.ceiling.untold.likelihood import CARBONATE, FARTHEST
from bench.ceiling.untold.mixture import Mixture
from bench.ceiling.untold.posterior import draws_of, even_in_log, table_of
from bench.ceiling.untold.sampling import ENOUGH, in_rounds, mixture_of, sample
from bench.infer.integrated import Fits
from bench.infer.others import LEAST_SIZE, Other, OtherBeaker, OtherPosterior
from bench.seeding import Stream

PLACES = (-1.6, -0.8, -0.4, 0.0, 0.4, 0.8, 1.6)
"""Amounts at which fits are made first, in standard deviations of the prior; the least is nearest to pure water."""
FLAT, N_HALVINGS = 2.0, 6
"""Amounts between the best and its neighbours are fitted until those are within so many nats, at most so often."""
HOPELESS = 20.0
"""Nats below the best amount at which another is fitted no further."""
ROUNDS = (300,) * 10 + (1200,) * 4
"""Draws of each round: what most traces need, then a second tier."""
NEAR, FAR = 3.0, 10.0
"""Nats below the best world from which on fewer draws do, and beyond which a world is left."""


def other_posterior(plain: UntoldPosterior, other: Other, best: float = -math.inf) -> OtherPosterior:
    """Posterior in a world with an unknown amount.

    Parameters
    ----------
    plain : UntoldPosterior
        Of the trace, in the same chemistry without what is other, and without carbonate that is drawn.
    other : Other
        The world.
    best : float
        Log evidence of the best world so far: one far below it is sampled less.

    Returns
    -------
    OtherPosterior
        Over everything, the amount included.
    """
    beaker = OtherBeaker(plain.known, plain.laboratory, plain.world, other)
    run = plain.run._replace(prior=np.vstack([plain.run.prior, other.prior]))
    generator = Stream("infer/others").generator(0)
    if other.world_of(plain.world, np.array([other.ends[1]])).autonomous:
        run = run._replace(table=table_of(beaker, even_in_log(*other.ends), run.table.nodes.shape[1]))
        found = sample(run, beaker, len(run.prior), generator)
    else:
        fits = Fits(run, beaker)
        first = _components(plain, fits)

        def weighed(z: Array, beta: Array) -> tuple[Array, Array, Array]:
            inside = np.abs(z).max(axis=1) < FARTHEST
            z, beta = z[inside], beta[inside]
            return z, *fits.drawn(z, beta, generator.standard_normal(beta.shape))

        def wanted(log_evidence: float) -> float:
            below = best - log_evidence
            return ENOUGH if below < NEAR else LEAST_SIZE if below < FAR else 0.0

        found = in_rounds(first, weighed, ROUNDS, generator, wanted)
    draws = draws_of(found, run, beaker)
    return OtherPosterior(
        draws, found.weight, found, run, plain.known, plain.laboratory, plain.prior, plain.world, other
    )


def _components(plain: UntoldPosterior, fits: Fits) -> Mixture:
    """Gaussians about fits at some amounts."""
    mode = plain.sample.mode
    begun = Point(mode, plain.sample.mode_beta, np.empty(0), np.empty(0), 0.0)
    found: dict[float, tuple[list[Node], Point]] = {}
    for place in PLACES:
        worst = min((point.value for _, point in found.values()), default=math.inf) + HOPELESS
        found[place] = fits.searched(place, begun, worst)
        begun = found[place][1]
    for _ in range(N_HALVINGS):
        places = sorted(found)
        height = [_height(found[place][0]) for place in places]
        best = int(np.argmax(height))
        steep = [
            other for other in (best - 1, best + 1) if 0 <= other < len(places) and height[other] < height[best] - FLAT
        ]
        if not steep:
            break
        for other in steep:
            between = 0.5 * (places[best] + places[other])
            found[between] = fits.searched(between, found[places[best]][1])
    places = sorted(found)
    nodes = [
        Node(node.point, {**node.widths, CARBONATE: width})
        for place, width in zip(places, np.gradient(places).tolist(), strict=True)
        for node in found[place][0]
    ]
    top = _height(nodes)
    return mixture_of([node for node in nodes if node.log_weight > top - FALLEN - 2.0])


def _height(nodes: list[Node]) -> float:
    """Log of what the posterior has at some nodes."""
    return float(special.logsumexp([node.log_weight for node in nodes])) if nodes else -math.inf
