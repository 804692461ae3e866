"""The laboratory's answer in a table and in sentences, for whoever measured the trace."""

from __future__ import annotations

import numpy as np
from rich import box
from rich.table import Column, Table

from bench.arrays import Array
from bench.infer.answer import Answer
from bench.infer.joint import JointAnswer
from bench.infer.report import LOWER, NONE, OPEN, UPPER, Estimate, estimates
from bench.world.quantities import K_D
from leaderboard.wording import SHOWN, Shown, quantity_text

SUPPORT_AT = (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
"""Values of k_d whose support is said [1/s]."""
VAGUE = 0.5
"""Relative standard deviation beyond which no percentage is said."""
TOGETHER = (
    "Assumed: the runs share enzyme, water and solutions; electrode, mixing, offset, drift and noise are their own."
)
AGEING = (
    "A second run with aged enzyme takes deactivation to be the same with and without urea and its products, and "
    "water and solutions to be those of the first run."
)


def range_text(estimate: Estimate, shown: Shown) -> str:
    """The 90 % interval, or the bound; none of what is not established."""
    if estimate.bound == OPEN:
        return OPEN
    low, high = (
        None if end is None else quantity_text(end / shown.scale) for end in (estimate.low_90, estimate.high_90)
    )
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"above {low}" if low is not None else f"below {high}" if high is not None else "not known"


def answer_table(answer: Answer) -> Table:
    """Estimates with their intervals, and those of each world where they disagree."""
    found = estimates(answer)
    headings = [Column(f"{shown.symbol} \\[{shown.unit}]", justify="right", no_wrap=True) for shown in SHOWN]
    table = Table(Column("", no_wrap=True), *headings, box=box.SIMPLE_HEAD, pad_edge=False)
    pairs = list(zip(found, SHOWN, strict=True))
    means = ["-" if each.mean is None else quantity_text(each.mean / shown.scale) for each, shown in pairs]
    table.add_row("estimate", *means)
    table.add_row("  90 %", *[range_text(*pair) for pair in pairs])
    if any(answer.disagree(column) for column in range(len(SHOWN))):
        for name in answer.near:
            ends = np.stack([answer.worlds[name].quantile(share)[:2] for share in (0.05, 0.95)], axis=1)
            table.add_row(f"  90 % if {name} ({share_text(answer.share[name])})", *_ranges(ends))
    return table


def _ranges(ends: Array) -> list[str]:
    """Intervals of both targets."""
    values = ((ends[column] / shown.scale).tolist() for column, shown in enumerate(SHOWN))
    return [f"{quantity_text(low)} to {quantity_text(high)}" for low, high in values]


def answer_sentences(answer: Answer) -> list[str]:
    """Which worlds were weighed, whether the trace contradicts them, and what is known."""
    shares = ", ".join(f"{name} {share_text(share)}" for name, share in answer.share.items())
    left_out = answer.told.left_out
    sentences = [f"Worlds weighed: {shares}." + f" Not weighed: {', '.join(left_out)}." * bool(left_out)]
    if isinstance(answer, JointAnswer):
        sentences += [TOGETHER, *[AGEING] * (answer.aged_s > 0)]
    if not answer.contradicted:
        sentences.append(
            f"The trace does not contradict the answer: measured again it would look as bad with a chance of "
            f"{answer.predictive_p:.1g}, which proves little."
        )
    found = zip(estimates(answer), SHOWN, strict=True)
    sentences += [
        _known(estimate, shown) for estimate, shown in found if not (answer.contradicted and estimate.bound != OPEN)
    ]
    if not answer.identified:
        at = [k_d for k_d in SUPPORT_AT if answer.k_d_grid[0] <= k_d <= answer.k_d_grid[-1]]
        support = np.interp(np.log(at), np.log(answer.k_d_grid), answer.support)
        told = ", ".join(f"{value:.2g} at {k_d / SHOWN[K_D].scale:g}" for k_d, value in zip(at, support, strict=True))
        sentences.append(f"Support of k_d [{SHOWN[K_D].unit}] against none: {told}.")
    return sentences


def share_text(share: float) -> str:
    """A share of the evidence.

    Examples
    --------
    >>> share_text(0.934), share_text(0.9999), share_text(1e-9)
    ('93 %', '> 99 %', '< 1 %')
    """
    return "> 99 %" if 0.99 < share < 1 else "< 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _known(estimate: Estimate, shown: Shown) -> str:
    """How well one target is known."""
    if estimate.bound == OPEN:
        return f"{shown.symbol} is not established."
    if estimate.bound == NONE:
        return f"{shown.symbol} cannot be told from this trace."
    if estimate.bound in (UPPER, LOWER):
        return f"{shown.symbol} is bounded from one side only: {range_text(estimate, shown)} {shown.unit}."
    mean, sd = estimate.mean or 0.0, estimate.sd or 0.0
    if sd > VAGUE * mean:
        return f"{shown.symbol} is known only to lie within {range_text(estimate, shown)} {shown.unit} (90 %)."
    return f"{shown.symbol} is known to {100 * sd / mean:.2g} % (one standard deviation)."
