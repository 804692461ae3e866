"""Print what a prefix can tell: the exact ceiling over prefixes and intervals, its calibration and its cost."""

from __future__ import annotations

import time
from typing import Annotated

import numpy as np
import typer
from scipy import stats

from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS
from commands._shared.options import say
from commands._shared.terminal import Console

PREFIXES_S = (10.0, 30.0, 60.0)
INTERVALS_S = (0.3, 1.0, 10.0)
OTHERS = (
    Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3),
    Acquisition(30.0, 0.3, noise_sd=0.03),
    Acquisition(30.0, 0.3, lag_s=2.0),
    Acquisition(30.0, 0.3, offset_sd=0.03),
)
STREAM = "ceiling"
"""Random streams of these cases: neither training, validation nor test."""


def ceiling(
    cases: Annotated[int, typer.Option(min=100, help="Cases an acquisition.")] = 10_000,
) -> None:
    """Print, as a Markdown table, the R2 that the exact posterior implies for every prefix and sampling interval.

    Beside it: the R2 of the posterior mean on the same draws, whether the ranks of the truth are uniform (they are when
    the posterior is exact: p-values of a Kolmogorov-Smirnov test), and the cost of a case on one core.

    For example:

      python run_bench.py ceiling --cases 1000
    """
    console = Console()
    say(console, "| acquisition | samples | R2 E0, implied | R2 E0, observed | R2 k_d, implied |", end=" ")
    say(console, "R2 k_d, observed | p(ranks) E0 | p(ranks) k_d | ms a case |")
    say(console, "| --- | ---: " + "| ---: " * 7 + "|")
    grid = [Acquisition(prefix, interval) for prefix in PREFIXES_S for interval in INTERVALS_S]
    for acquisition in (*grid, *OTHERS):
        say(console, _line(acquisition, cases))


def _line(acquisition: Acquisition, n_cases: int) -> str:
    """One acquisition as a line of the table."""
    measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, STREAM, range(n_cases))
    exact_posterior(measured.take(slice(0, 1)), acquisition, TEMPERATURE_CORRECTED)  # compiles, if nothing has yet
    began = time.perf_counter()
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    cost_ms = 1e3 * (time.perf_counter() - began) / n_cases
    ranks = posterior.marginals.cdf(targets.values)
    texts = [acquisition.label, str(acquisition.n_samples)]
    mean, variance = posterior.mean, posterior.sd**2
    for column, quantity in enumerate(TARGETS):
        prior = (quantity.high - quantity.low) ** 2 / 12.0
        squares = (mean[:, column] - targets.values[:, column]) ** 2
        digits = 5 if column == 0 else 4
        for values in (variance[:, column], squares):
            error = values.std() / prior / np.sqrt(n_cases)
            texts.append(f"{1.0 - values.mean() / prior:.{digits}f} ± {error:.{digits}f}")
    texts += [f"{stats.kstest(ranks[:, column], 'uniform').pvalue:.2f}" for column in range(len(TARGETS))]
    return "| " + " | ".join([*texts, f"{cost_ms:.2f}"]) + " |"
