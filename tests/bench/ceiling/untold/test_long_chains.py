# The sampler against chains that know nothing of its mixtures: random-walk Metropolis over all nuisances.
import math

import numpy as np
import pytest

from bench.ceiling.untold.answer import UntoldPosterior
from bench.ceiling.untold.calibration import STREAM
from bench.ceiling.untold.likelihood import FARTHEST, log_density, look, values_of
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import LABORATORY
from bench.draw import draw_parameters
from bench.seeding import Stream
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

N_STEPS = 40_000
N_CHAINS = 3


def chain_means(posterior: UntoldPosterior, generator):
    """Mean of E0 and k_d of each chain, after a tenth of it."""
    run, d = posterior.run, len(posterior.sample.mode)
    local, shown = np.empty(run.table.nodes.shape[1:]), np.empty((4, len(run.time_s)))
    points = np.concatenate([posterior.sample.z, posterior.sample.beta], axis=1)
    scale = np.linalg.cholesky(np.cov(points.T, aweights=posterior.weight)) * 2.0 / math.sqrt(points.shape[1])
    value = np.empty(d)

    def log_target(x):
        if np.abs(x).max() > FARTHEST:
            return -math.inf
        sigma = look(x[:d].copy(), run, local, shown)
        return log_density(shown, sigma, x[d:].copy(), run) - 0.5 * float(x @ x)

    means = []
    for row in posterior.chosen(N_CHAINS, generator):
        x, now, total, n = points[row].copy(), log_target(points[row]), np.zeros(2), 0
        for step in range(N_STEPS):
            there = x + scale @ generator.standard_normal(len(x)) * (0.3 if step % 4 == 0 else 1.0)
            other = log_target(there)
            if math.log(generator.random()) < other - now:
                x, now = there, other
            if step >= N_STEPS // 10:
                values_of(x[:d].copy(), run, value)
                total += value[:2]
                n += 1
        means.append(total / n)
    return np.array(means)


def differences(laboratory, n_cases, n_hard):
    """Of the hardest of some cases: means of the sampler less those of the chains, in standard deviations."""
    numbers = range(n_cases)
    known, _ = draw_parameters(STREAM, numbers)
    targets = LABORATORY.draw(np.array([g.random(2) for g in Stream(f"{STREAM}/prior").cases(numbers)]))
    measured = measure_in_laboratory(laboratory, known, targets, TEMPERATURE_CORRECTED, STREAM, numbers)
    posteriors = sorted(untold_posteriors(measured, laboratory), key=lambda each: -len(each.weight))[:n_hard]
    generator = np.random.default_rng(0)
    means = [chain_means(posterior, generator) for posterior in posteriors]
    return np.array(
        [(each.mean - mean.mean(axis=0)) / each.sd for each, mean in zip(posteriors, means, strict=True)]
    ), np.array([mean.std(axis=0) / each.sd for each, mean in zip(posteriors, means, strict=True)])


@pytest.mark.slow
@pytest.mark.parametrize(("prefix_s", "interval_s"), [(60.0, 1.0), (600.0, 4.0)])
def test_the_hardest_cases_agree_with_long_chains(prefix_s, interval_s):
    difference, scatter = differences(Laboratory(prefix_s, interval_s), 20, 4)
    chance = 1.0 / math.sqrt(300.0)  # what so many effective draws leave to it
    assert np.sqrt(np.mean(difference**2)) < 2.0 * math.hypot(chance, np.sqrt(np.mean(scatter**2)))
