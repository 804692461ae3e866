"""Measure the size and the power of the comparisons that the board makes."""

from __future__ import annotations

from typing import Annotated

import typer

from commands._shared.options import say
from commands._shared.terminal import Console
from leaderboard.comparison.size_and_power import (
    PROFILES,
    SEEDS,
    SHARES,
    USEFUL,
    draw_case_noise,
    measure_power,
    measure_size,
)
from leaderboard.comparison.size_at_distances import measure_at_distances
from leaderboard.comparison.size_tables import distance_table, power_table, size_table

REPEATS, QUICK_REPEATS = 1000, 100
SEED = 1


def statistics(
    quick: Annotated[
        bool, typer.Option("--quick", help="A tenth of the repeats: seconds, and rougher numbers.")
    ] = False,
) -> None:
    """Measure on synthetic rows how often chance makes a winner and how often a real difference is found.

    For example:

      python run_bench.py statistics --quick
    """
    n_repeats = QUICK_REPEATS if quick else REPEATS
    noise = draw_case_noise(n_repeats, SEED)
    sizes = [
        measure_size(noise, n_seeds, profile, share, SEED)
        for n_seeds in SEEDS
        for profile in PROFILES
        for share in SHARES
    ]
    powers = [power for n_seeds in SEEDS for power in measure_power(noise, n_seeds, SEED)]
    text = [
        f"False winners among equal rows at a nominal 5 %, in percent, {n_repeats:,} repeats: of single pairs / of "
        "families of all pairs after Holm.",
        size_table(sizes),
        f"A row that is better by {USEFUL:.0%} in RMSE: percent of its pairs that are found.",
        power_table(powers),
        "Rows at four distances from a ceiling, 3 seeds, by what their variances between seeds are moderated in, in "
        "percent: false winners among pairs of equal rows / families of all pairs with one / pairs found of the two "
        "groups nearest to the ceiling / of all that differ.",
        distance_table(measure_at_distances(n_repeats, SEED)),
    ]
    console = Console()
    for part in text:
        say(console, part + "\n")
