"""Peer: CVODE (scikit-sundae), one case after the other, the pH as the state; the cheapest tolerance."""

from __future__ import annotations

import math

import numpy as np
from sksundae.cvode import CVODE

from bench.timing import cpu_seconds
from bench.world.kinetics import PH0
from commands._peers.chemistry import ph_rate
from commands._peers.exchange import Arrays, serve

TOLERANCES = (1e-6, 1e-7, 1e-8, 1e-9)


def trace(time_s: np.ndarray, case: np.ndarray, E0: float, k_d: float, tolerance: float) -> np.ndarray:
    """PH of one case, shape (sample,)."""

    def gain(t: float, y: np.ndarray, yp: np.ndarray) -> None:
        yp[0] = E0 * math.exp(-k_d * t) * ph_rate(float(y[0]), case)

    solver = CVODE(gain, method="Adams", rtol=tolerance, atol=tolerance)
    return np.ravel(solver.solve(time_s, np.array([case[PH0]])).y)


def simulate(given: Arrays, n_cases: int, tolerance: float) -> np.ndarray:
    """PH of the first cases, shape (case, sample)."""
    pairs = zip(given["packed"][:n_cases], given["targets"][:n_cases], strict=True)
    return np.array([trace(given["time_s"], case, E0, k_d, tolerance) for case, (E0, k_d) in pairs])


def answer(given: Arrays) -> Arrays:
    """Time the checked cases at the first tolerance that keeps them within the error asked for."""
    n_cases = len(given["exact"])
    for tolerance in TOLERANCES:
        error = float(abs(simulate(given, n_cases, tolerance) - given["exact"]).max())
        if error <= given["error"]:
            break
    seconds = cpu_seconds(lambda: simulate(given, n_cases, tolerance))
    return {"seconds": np.array(seconds / n_cases), "error": np.array(error), "tolerance": np.array(tolerance)}


if __name__ == "__main__":
    serve(answer)
