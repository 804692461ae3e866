"""Peer: lmfit on the suite's own simulator, one case after the other, with its usual settings."""

from __future__ import annotations

import lmfit
import numpy as np

from bench.timing import cpu_seconds
from bench.world.quantities import TARGETS
from bench.world.simulator import simulate_ph
from commands._peers.exchange import Arrays, serve


def fit(time_s: np.ndarray, ph: np.ndarray, known: np.ndarray) -> float:
    """Half the sum of squares at the optimum [pH2]."""
    parameters = lmfit.Parameters()
    for target in TARGETS:
        parameters.add(target.name, value=0.5 * (target.low + target.high), min=target.low, max=target.high)

    def residual(at: lmfit.Parameters) -> np.ndarray:
        return simulate_ph(time_s, known[None], [[at[target.name].value for target in TARGETS]])[0] - ph

    return 0.5 * float(np.sum(lmfit.minimize(residual, parameters).residual ** 2))


def answer(given: Arrays) -> Arrays:
    """Time the fits, and give their costs."""
    rows = list(zip(given["time_s"], given["ph"], given["known"], strict=True))
    costs = np.array([fit(*row) for row in rows])
    return {"seconds": np.array(cpu_seconds(lambda: [fit(*row) for row in rows]) / len(rows)), "cost": costs}


if __name__ == "__main__":
    serve(answer)
