"""Infer E0 and k_d from a laboratory's own trace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.table import Column, Table

from bench.arrays import Array
from bench.errors import BenchError, unknown
from bench.infer.duration import duration_to_know
from bench.infer.fit import doubts
from bench.infer.inference import Inference, Probe
from bench.infer.inference import infer as infer_trace
from bench.laboratory.table import Reading
from bench.laboratory.trace import FILLED, LabTrace, read_trace
from bench.run.plan import Plugin
from bench.run.scores.ceiling import CEILING
from bench.task import PRESETS
from bench.world.quantities import K_D, KNOWN, KNOWN_NAMES
from commands._infer.picture import RowAnswer, draw_inference
from commands._infer.row import Row, ask_row, check_alike, sampling
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
from commands._shared.arguments import Folders
from commands._shared.options import all_tasks, choose_models, choose_tasks, plugin_files, say
from commands._shared.terminal import Console
from leaderboard.pictures.forecasts import BAND_SD
from leaderboard.wording import SHOWN, quantity_text

NOTHING = 1e-9
"""Below this, E0 [g/L] or k_d [1/s] of a best fit is 0 but for rounding."""
HALF_SD = 0.674
"""Half of a Gaussian's 50 % interval, in standard deviations."""


def infer(
    trace: Annotated[Path, typer.Argument(help="File of one trace: text or .xlsx.", metavar="TRACE.CSV")],
    model: Annotated[str | None, typer.Option(help="Ask this row as well; it is fitted first.", metavar="NAME")] = None,
    task: Annotated[
        str, typer.Option(help="Task whose training cases the row is fitted on.", metavar="NAME")
    ] = "in_distribution",
    preset: Annotated[
        str, typer.Option(help="Number of training cases of the row.", metavar="quick|standard|full")
    ] = "standard",
    models: Folders = None,
    force: Annotated[
        bool, typer.Option("--force", help="Ask the row about a trace unlike those it was trained on.")
    ] = False,
    substrate: Annotated[float | None, typer.Option(help="Urea at mixing [mM].")] = None,
    temperature: Annotated[float | None, typer.Option(help="Temperature [degree C].")] = None,
    initial_ph: Annotated[float | None, typer.Option(help="pH before mixing.")] = None,
    powder: Annotated[float | None, typer.Option(help="Urease powder [g]; only learned rows look at it.")] = None,
    volume: Annotated[float | None, typer.Option(help="Volume [L]; only learned rows look at it.")] = None,
    noise: Annotated[float, typer.Option(help="Standard deviation of the probe's noise [pH].")] = 0.01,
    lag: Annotated[float, typer.Option(help="Time constant of the electrode [s].")] = 0.0,
    offset: Annotated[float, typer.Option(help="How far the probe may be off, as a standard deviation [pH].")] = 0.0,
    mixed_at: Annotated[
        str | None,
        typer.Option(help="Moment of mixing as the time column writes it. Default: its 0.", metavar="TIME"),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(help="Column of time, by name or number; 0 counts the samples.", metavar="COLUMN"),
    ] = None,
    ph: Annotated[str | None, typer.Option(help="Column of pH, by name or number.", metavar="COLUMN")] = None,
    time_unit: Annotated[
        str | None, typer.Option(help="Unit of the time: s, ms, us, min, h, d, 0.5s, mm:ss or hh:mm.", metavar="UNIT")
    ] = None,
    skip_rows: Annotated[int, typer.Option(help="Lines on top to pass over.", min=0, metavar="N")] = 0,
    decimal: Annotated[str | None, typer.Option(help="Decimal sign, '.' or ','.", metavar="SIGN")] = None,
    run: Annotated[
        str | None, typer.Option(help="Which of several runs in the file, by name or number.", metavar="RUN")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Picture to write. Default: the trace's name, ending in _inferred.png.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder where the fits of learned rows are kept.")] = Path("results"),
) -> None:
    """Infer enzyme load E0 and deactivation k_d from your own pH trace, with what can be known from it.

    The file has a column of time with its unit, or of a clock, and one of pH; the known inputs stand above or are
    options:

      # urea: 50 mM

      # temperature: 30 C

      # initial pH: 7.0

      time_s,ph

      0.0,7.01

    The answer is the exact posterior, which needs no training. For example:

      python run_bench.py infer docs/example_trace.csv

      python run_bench.py infer trace.csv --temperature 30 --lag 2

      python run_bench.py infer logger.csv --mixed-at 14:03:07

      python run_bench.py infer trace.csv --model gru --task prefix_60s

    The whole page with an example: docs/infer.md.
    """
    console = Console()
    given = dict(zip(KNOWN_NAMES, (substrate, powder, temperature, initial_ph, volume), strict=True))
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    stated = {name: value for name, value in given.items() if value is not None}
    lab_trace = read_trace(trace, Reading(stated, mixed_at, time, ph, time_unit, skip_rows, decimal, run))
    row = None
    if model is not None and model != CEILING:
        plugin = Plugin.named(model, choose_models([model], plugin_files(models or []))[model])
        row = Row(plugin, next(iter(choose_tasks([task]).values())), preset, out)
    with console.status("computing the exact posterior"):
        inference = infer_trace(lab_trace.traces, Probe(noise, lag, offset))
    if not inference.rises:
        raise no_reaction(trace.name, inference)
    _read(console, trace, lab_trace, inference)
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
    path = draw_inference(inference, title, picture or Path(f"{trace.stem}_inferred.png"), answer)
    say(console, f"Picture: {os.path.relpath(path)}")


def _read(console: Console, path: Path, trace: LabTrace, inference: Inference) -> None:
    """Print what was read, and where it stood."""
    say(console, f"{path.name}: {len(trace.time_s)} samples, {sampling(inference)}")
    values = [
        f"{quantity.name} {trace.known[quantity.name]:.4g} ({trace.sources[quantity.name]})"
        for quantity in KNOWN
        if trace.sources[quantity.name] != FILLED
    ]
    say(console, f"known: {', '.join(values)}")
    for note in trace.notes:
        say(console, f"note: {note}")


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
