"""Print what a prefix can tell: the exact ceiling over prefixes and intervals, its calibration and its cost."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from itertools import product, starmap
from typing import Annotated, Any

import typer
from scipy import stats

from bench.ceiling.posterior import exact_posterior
from bench.draw import TEST_STREAM, draw_measured
from bench.errors import BenchError
from bench.metrics import r2
from bench.task import PRESETS
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS
from commands._shared.arguments import Json
from commands._shared.options import print_json, say
from commands._shared.terminal import Console
from leaderboard.wording import SHOWN, error_text, grid, quantity_text, r2_text

PREFIXES_S = (10.0, 30.0, 60.0)
INTERVALS_S = (0.3, 1.0, 10.0)
OTHERS = (
    Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3),
    Acquisition(30.0, 0.3, noise_sd=0.03),
    Acquisition(30.0, 0.3, lag_s=2.0),
    Acquisition(30.0, 0.3, offset_sd=0.03),
)
STREAM = "ceiling"
"""Random streams of the whole table's cases: neither training, validation nor test."""
N_CASES, N_BOARD = 10_000, PRESETS["standard"].test
"""Cases an acquisition of the whole table, and of one that is named: those of the published board."""
MOST_SAMPLES = 20_000_000
"""Samples of all cases together that are computed at once: about a minute of one core."""


def ceiling(
    prefix: Annotated[list[float] | None, typer.Option(help="Length of your trace; may be repeated [s].")] = None,
    interval: Annotated[list[float] | None, typer.Option(help="Sampling interval; may be repeated [s].")] = None,
    cases: Annotated[
        int | None,
        typer.Option(min=100, help=f"Cases an acquisition. Default: {N_CASES:,}; {N_BOARD:,} of the ones you name."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how small an error a prefix and a sampling interval allow: that of the exact posterior.

    For an acquisition of your own in units, on the test cases of the board, beside what is known before measuring:

      python run_bench.py ceiling --prefix 30 --interval 1

      python run_bench.py ceiling --prefix 30 --prefix 60 --interval 1 --interval 0.5

    Without either, a Markdown table of the R2 that the posterior implies for every prefix and sampling interval; of the
    R2 of its mean on the same draws; whether the ranks of the truth are uniform, as they are when it is exact (p-values
    of a Kolmogorov-Smirnov test); and of the cost of a case on one core:

      python run_bench.py ceiling --cases 1000
    """
    named = bool(prefix or interval)
    usual = [*starmap(Acquisition, product(PREFIXES_S, INTERVALS_S)), *OTHERS]
    asked = _named(prefix or [], interval or []) if named else usual
    n_cases, stream = (N_BOARD, TEST_STREAM) if named else (N_CASES, STREAM)
    told = (_told(acquisition, cases or n_cases, stream) for acquisition in asked)
    console = Console()
    if as_json:
        print_json(list(told))
    elif named:
        with console.status("computing posteriors"):
            table = _units(list(told))
        say(console, table)
        say(console, f"\nErrors of the exact posterior over {cases or n_cases:,} cases: no method's are smaller.")
        say(console, "What one trace of yours tells: infer. Before it is measured, for your own load and rate: plan.")
    else:
        say(console, "| acquisition | samples | R2 E0, implied | R2 E0, observed | R2 k_d, implied |", end=" ")
        say(console, "R2 k_d, observed | p(ranks) E0 | p(ranks) k_d | ms a case |")
        say(console, "| --- | ---: " + "| ---: " * 7 + "|")
        for each in told:
            say(console, _line(each))


def _named(prefixes: list[float], intervals: list[float]) -> list[Acquisition]:
    """Acquisitions of every prefix and interval that are named; of the usual ones where either is not."""
    lengths = prefixes or [each for each in PREFIXES_S if each >= max(intervals)]
    steps = intervals or [each for each in INTERVALS_S if each <= min(prefixes)]
    if not (lengths and steps and 0 < max(steps) <= min(lengths)):
        longest, shortest = max(intervals or INTERVALS_S), min(prefixes or PREFIXES_S)
        raise BenchError(
            f"option '--interval': value must be above 0 and at most --prefix, got {longest:g} s and {shortest:g} s. "
            "Name both."
        )
    return list(starmap(Acquisition, product(lengths, steps)))


def _told(acquisition: Acquisition, n_cases: int, stream: str) -> dict[str, Any]:
    """What an acquisition tells of each target, as ``--json`` prints it."""
    if acquisition.n_samples * n_cases > MOST_SAMPLES:
        raise BenchError(
            f"option '--cases': samples of all cases must be at most {MOST_SAMPLES:,}, got "
            f"{acquisition.n_samples * n_cases:,} for {acquisition.label}. Take fewer cases or a longer interval."
        )
    measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, stream, range(n_cases))
    exact_posterior(measured.take(slice(0, 1)), acquisition, TEMPERATURE_CORRECTED)  # compiles, if nothing has yet
    began = time.perf_counter()
    posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
    cost_ms = 1e3 * (time.perf_counter() - began) / n_cases
    ranks = posterior.marginals.cdf(targets.values)
    told = {"acquisition": acquisition.label, **asdict(acquisition), "n_samples": acquisition.n_samples}
    told |= {"n_cases": n_cases, "ms_per_case": cost_ms}
    for column, quantity in enumerate(TARGETS):
        prior = (quantity.high - quantity.low) ** 2 / 12.0
        truth, mean = targets.values[:, column], posterior.mean[:, column]
        squares, variance = (mean - truth) ** 2, posterior.sd[:, column] ** 2
        rmse = math.sqrt(squares.mean())
        of_squares, of_variance = (values.std() / math.sqrt(n_cases) for values in (squares, variance))
        told[quantity.name] = {
            "rmse_before": truth.std(),
            "rmse": rmse,
            "rmse_error": of_squares / (2.0 * rmse),
            "r2": r2(truth, mean),
            "r2_implied": 1.0 - variance.mean() / prior,
            "r2_implied_error": of_variance / prior,
            "r2_observed": 1.0 - squares.mean() / prior,
            "r2_observed_error": of_squares / prior,
            "p_ranks": stats.kstest(ranks[:, column], "uniform").pvalue,
        }
    return told


def _units(told: list[dict[str, Any]]) -> str:
    """Lay out what acquisitions leave, in units and as R2, below what is known before measuring."""
    heading, before = ["acquisition", "samples"], ["before measuring", "0"]
    lines = [[each["acquisition"], str(each["n_samples"])] for each in told]
    for shown in SHOWN:
        heading += [f"RMSE {shown.symbol} [{shown.unit}]", f"R2 {shown.symbol}"]
        before += [quantity_text(told[0][shown.name]["rmse_before"] / shown.scale), "0"]
        for line, of in zip(lines, (each[shown.name] for each in told), strict=True):
            line += [error_text(of["rmse"] / shown.scale, of["rmse_error"] / shown.scale), r2_text(of["r2"])]
    return grid(heading, [before, *lines], "lr")


def _line(told: dict[str, Any]) -> str:
    """One acquisition as a line of the whole table."""
    texts = [told["acquisition"], str(told["n_samples"])]
    of = [told[quantity.name] for quantity in TARGETS]
    for target, digits in zip(of, (5, 4), strict=True):
        for key in ("r2_implied", "r2_observed"):
            texts.append(f"{target[key]:.{digits}f} ± {target[f'{key}_error']:.{digits}f}")
    texts += [f"{target['p_ranks']:.2f}" for target in of]
    return "| " + " | ".join([*texts, f"{told['ms_per_case']:.2f}"]) + " |"
