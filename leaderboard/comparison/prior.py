"""Where in the prior a row errs: scores of the test cases by thirds of what was drawn for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.arrays import Array
from bench.draw import TEST_STREAM, draw_parameters
from bench.world.quantities import INITIAL_PH, KNOWN, SUBSTRATE, TARGETS, TEMPERATURE, Quantity
from leaderboard.comparison.evidence import Evidence
from leaderboard.wording import SHOWN

ALL, THIRDS = "all", ("low", "middle", "high")
OF_KNOWN = (TEMPERATURE, INITIAL_PH, SUBSTRATE)
"""Known inputs by which scores are told apart, beside the targets."""


def prior_scores(tables: Iterable[Evidence]) -> pd.DataFrame:
    """Lay out RMSE and its ratio to the ceiling's by thirds of the prior: a line a cell, quantity, third and target.

    By thirds of a target a ratio may be below 1: the ceiling is the best answer over the whole prior, and a row that
    answers the middle is hard to beat where the truth lies there.
    """
    lines = []
    for evidence in tables:
        slices = _slices(evidence.truth)
        seeds = {line.label: [record.seed for record in line.scored] for line in evidence.table.lines}
        for label, errors in evidence.errors.items():
            for seed, of_seed in zip(seeds[label], errors, strict=True):
                about = {"task": evidence.table.task, "preset": evidence.table.preset, "row": label, "seed": seed}
                lines += [about | each for each in _sliced(of_seed, evidence.ceiling, slices)]
    columns = ["task", "preset", "row", "seed", "quantity", "third", "n_cases", "target", "rmse", "rmse_ratio"]
    return pd.DataFrame(lines, columns=columns)


def ratios_by_thirds(scores: pd.DataFrame) -> dict[str, dict[str, list[list[float]]]]:
    """Ratios of each row by quantity, target and third: geometric means over its tasks and seeds."""
    sliced = scores[(scores["third"] != ALL) & scores["rmse_ratio"].notna()]
    sliced = sliced.assign(log=np.log(sliced["rmse_ratio"]))
    means = (
        np.exp(sliced.groupby(["row", "quantity", "target", "third"])["log"].mean()).unstack().reindex(columns=THIRDS)
    )
    found: dict[str, dict[str, list[list[float]]]] = {}
    for row in dict.fromkeys(sliced["row"]):
        of_row = means.loc[row]
        names = [name for name in dict.fromkeys(sliced["quantity"]) if name in of_row.index]
        found[row] = {name: [of_row.loc[(name, each.name)].tolist() for each in SHOWN] for name in names}
    return found


def _slices(truth: Array) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Which cases lie in each third of the prior of each quantity, where any do; first all of them.

    Known inputs are drawn again, and left out where the true targets are not those of that draw, as in a sealed run.
    """
    known, targets = draw_parameters(TEST_STREAM, range(len(truth)))
    drawn: list[tuple[Quantity, Array]] = [(each, truth[:, place]) for place, each in enumerate(TARGETS)]
    if np.array_equal(targets, truth):
        drawn += [(KNOWN[place], known[:, place]) for place in OF_KNOWN]
    slices = {(ALL, ALL): np.ones(len(truth), dtype=bool)}
    for each, values in drawn:
        third = np.clip((3 * (values - each.low) / (each.high - each.low)).astype(int), 0, 2)
        slices |= {(each.name, name): third == number for number, name in enumerate(THIRDS)}
    return {name: inside for name, inside in slices.items() if inside.any()}


def _sliced(
    errors: Array, ceiling: Array | None, slices: Mapping[tuple[str, str], NDArray[np.bool_]]
) -> list[dict[str, object]]:
    """Scores of one cell by quantity, third and target."""
    lines: list[dict[str, object]] = []
    for (quantity, third), inside in slices.items():
        rmse = np.sqrt(errors[inside].mean(axis=0))
        ratio = np.full(len(SHOWN), np.nan) if ceiling is None else rmse / np.sqrt(ceiling[inside].mean(axis=0))
        lines += [
            {"quantity": quantity, "third": third, "n_cases": int(inside.sum()), "target": shown.name}
            | {"rmse": float(rmse[place]), "rmse_ratio": float(ratio[place])}
            for place, shown in enumerate(SHOWN)
        ]
    return lines
