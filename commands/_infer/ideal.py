"""The exact posterior of an ideal measurement: printed, judged and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich import box
from rich.table import Column, Table

from bench.arrays import Array
from bench.errors import BenchError
from bench.infer.duration import duration_to_know
from bench.infer.fit import doubts
from bench.infer.inference import Inference, Probe, infer
from bench.laboratory.trace import LabTrace
from bench.world.quantities import K_D
from commands._infer.picture import RowAnswer, draw_inference
from commands._infer.read import say_read
from commands._infer.row import Row, ask_row, check_alike
from commands._infer.words import (
    FINE_S,
    duration_sentences,
    fit_sentences,
    half_life_min,
    intervals_hold,
    knowledge_sentences,
    no_reaction,
    prior_sentences,
)
from commands._shared.options import all_tasks, say
from commands._shared.terminal import Console
from leaderboard.pictures.forecasts import BAND_SD
from leaderboard.wording import SHOWN, quantity_text

ASSUMED = (
    "Assumed (--ideal): pure water without carbonate, instant mixing at time 0, initial pH and urea as given, "
    "an electrode that is as the options say, the benchmark's prior."
)
NOTHING = 1e-9
"""Below this, E0 [g/L] or k_d [1/s] of a best fit is 0 but for rounding."""
HALF_SD = 0.674
"""Half of a Gaussian's 50 % interval, in standard deviations."""


def answer_ideal(
    console: Console, trace: Path, lab_trace: LabTrace, probe: Probe, row: Row | None, force: bool, picture: Path
) -> tuple[Path, bool]:
    """Print and draw the answer; the picture, and whether the answer can be trusted."""
    with console.status("computing the exact posterior"):
        inference = infer(lab_trace.traces, probe)
    if not inference.rises:
        raise no_reaction(trace.name, inference.traces)
    say_read(console, trace, lab_trace)
    say(console, ASSUMED)
    if row is not None:
        try:
            check_alike(inference, row, all_tasks())
        except BenchError as error:
            if not force:
                raise
            say(console, f"warning: {error}".rsplit(". ", 1)[0] + ". It was asked all the same.", "yellow")
    answer = None if row is None else ask_row(console, inference, row)
    console.print(_estimates(inference, answer))
    with console.status("looking for what is wrong"):
        trusted = _judge(console, lab_trace, inference)
    title = f"What {trace.name} tells" + ", not to be trusted before its warnings are settled" * (not trusted)
    return draw_inference(inference, title, picture, answer), trusted


def _estimates(inference: Inference, answer: RowAnswer | None) -> Table:
    """Estimates and intervals of both targets."""
    headings = [Column(f"{shown.symbol} \\[{shown.unit}]", justify="right", no_wrap=True) for shown in SHOWN]
    half_life = Column("half-life \\[min]", justify="right", no_wrap=True)
    table = Table(Column("", no_wrap=True), *headings, half_life, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_row("exact posterior", *_values(inference.mean))
    for level, ends in inference.intervals.items():
        table.add_row(f"  {100 * level:g} % interval", *_ranges(ends))
    if inference.beyond_prior:
        table.add_row(
            "best fit, no prior", *_values(np.where(inference.fit.targets < NOTHING, 0.0, inference.fit.targets))
        )
    if answer is not None:
        table.add_row(answer.name, *_values(answer.mean))
        for level, half in ((0.5, HALF_SD), (0.9, BAND_SD)) if answer.sd is not None else ():
            ends = np.stack([answer.mean - half * answer.sd, answer.mean + half * answer.sd], axis=1)
            if answer.samples is not None:
                ends = np.quantile(answer.samples, (0.5 * (1.0 - level), 0.5 * (1.0 + level)), axis=0).T
            table.add_row(f"  {100 * level:g} % interval", *_ranges(ends))
    return table


def _values(targets: Array) -> list[str]:
    """Both targets and the half-life."""
    values = [quantity_text(value / shown.scale) for value, shown in zip(targets, SHOWN, strict=True)]
    return [*values, quantity_text(half_life_min(targets[K_D]))]


def _ranges(ends: Array) -> list[str]:
    """Intervals of both targets and of the half-life."""
    pairs = [(low / shown.scale, high / shown.scale) for (low, high), shown in zip(ends, SHOWN, strict=True)]
    pairs.append((half_life_min(ends[K_D, 1]), half_life_min(ends[K_D, 0])))
    return [f"{quantity_text(low)} to {quantity_text(high)}" for low, high in pairs]


def _judge(console: Console, trace: LabTrace, inference: Inference) -> bool:
    """Print whether the answer can be trusted, which is returned, and what would make it better."""
    reasons = doubts(inference.traces, inference.acquisition, inference.world, inference.fit)
    for sentence in prior_sentences(trace, inference):
        say(console, f"warning: {sentence}", "yellow")
    first, *rest = fit_sentences(inference, reasons)
    say(console, first)
    for sentence in rest:
        say(console, f"warning: {sentence}", "yellow")
    if inference.beyond_prior or not intervals_hold(inference, reasons):
        return False
    for sentence in knowledge_sentences(inference):
        say(console, sentence)
    fine = None
    asked = (inference.posterior, inference.traces.known)
    same = duration_to_know(*asked, inference.acquisition, inference.world)
    if inference.acquisition.interval_s > 2 * FINE_S:
        fine = duration_to_know(*asked, inference.every(FINE_S), inference.world)
    for sentence in duration_sentences(inference, same, fine):
        say(console, sentence)
    return True
