"""Peer: emcee on the suite's own simulator, all walkers of a half-step in one call, until the mean is known."""

from __future__ import annotations

import time

import emcee
import numpy as np

from bench.world.quantities import TARGETS
from bench.world.simulator import simulate_ph
from commands._peers.exchange import Arrays, serve

LOW = np.array([target.low for target in TARGETS])
HIGH = np.array([target.high for target in TARGETS])
N_WALKERS, N_BURN_IN, N_STEPS = 32, 200, 1500


def mean(number: int, given: Arrays) -> tuple[np.ndarray, float, float]:
    """Mean of one case's chain, processor seconds of a step, and steps until its error is the share asked for."""
    time_s, ph, known = given["time_s"][number], given["ph"][number], given["known"][number]

    def log_density(points: np.ndarray) -> np.ndarray:
        inside = np.all((points >= LOW) & (points <= HIGH), axis=1)
        shown = simulate_ph(time_s, np.tile(known, (len(points), 1)), np.clip(points, LOW, HIGH))
        return np.where(inside, -0.5 * np.sum((shown - ph) ** 2, axis=1) / given["noise_sd"] ** 2, -np.inf)

    rng = np.random.default_rng(number)
    start = given["mean"][number] + 0.5 * given["sd"][number] * rng.standard_normal((N_WALKERS, 2))
    sampler = emcee.EnsembleSampler(N_WALKERS, 2, log_density, vectorize=True)
    sampler.random_state = np.random.RandomState(number).get_state()
    began = time.process_time()
    sampler.run_mcmc(np.clip(start, LOW + 1e-9 * (HIGH - LOW), HIGH - 1e-9 * (HIGH - LOW)), N_BURN_IN + N_STEPS)
    spent = time.process_time() - began
    steps_each = float(np.max(emcee.autocorr.integrated_time(sampler.get_chain(discard=N_BURN_IN), quiet=True)))
    needed = steps_each / (N_WALKERS * float(given["error"]) ** 2)
    chain = sampler.get_chain(discard=N_BURN_IN, flat=True)
    return chain.mean(axis=0), spent / (N_BURN_IN + N_STEPS), N_BURN_IN + needed


def answer(given: Arrays) -> Arrays:
    """Processor seconds a case until the error of the mean is the share of its standard deviation asked for."""
    means = [mean(number, given) for number in range(len(given["ph"]))]
    seconds = np.array([a_step * steps for _, a_step, steps in means])
    return {"seconds": np.array(seconds.mean()), "mean": np.array([point for point, _, _ in means])}


if __name__ == "__main__":
    serve(answer)
