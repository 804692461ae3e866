"""Infer E0 and k_d from a laboratory's own trace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bench.ceiling.untold.prior import BENCHMARK, LABORATORY
from bench.errors import BenchError, unknown
from bench.infer.inference import Probe
from bench.infer.told import WORLDS, Told
from bench.laboratory.table import Reading
from bench.laboratory.trace import read_trace
from bench.run.plan import Plugin
from bench.run.scores.ceiling import CEILING
from bench.task import PRESETS
from bench.world.quantities import KNOWN_NAMES
from commands._infer.answering import Asked, answer_files
from commands._infer.ideal import answer_ideal
from commands._infer.row import Row
from commands._shared.arguments import Folders
from commands._shared.options import choose_models, choose_tasks, plugin_files, say
from commands._shared.terminal import Console
from leaderboard.pictures.looks import check_picture

PRIORS = {prior.name: prior for prior in (LABORATORY, BENCHMARK)}
DOUBTED = 3
"""Exit status of an answer that is not to be trusted."""


def infer(
    traces: Annotated[
        list[Path], typer.Argument(help="Files of one trace each: text or .xlsx.", metavar="TRACE.CSV...")
    ],
    ideal: Annotated[
        bool, typer.Option("--ideal", help="Assume an ideal measurement in pure water: the exact posterior.")
    ] = False,
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
    noise: Annotated[
        float | None, typer.Option(help="Standard deviation of the probe's noise [pH]. Default: from the trace.")
    ] = None,
    lag: Annotated[
        float | None, typer.Option(help="Time constant of the electrode [s]. Default: from the trace.")
    ] = None,
    offset: Annotated[
        float | None,
        typer.Option(help="How far the probe may be off, as a standard deviation [pH]. Default: 0.03; --ideal: 0."),
    ] = None,
    carbonate: Annotated[
        float | None, typer.Option(help="Carbonate in the water [uM]. Default: none and 3 to 300, weighed.")
    ] = None,
    calibrated: Annotated[
        bool, typer.Option("--calibrated", help="Offset, drift and initial pH are known from buffers.")
    ] = False,
    replicates: Annotated[
        bool, typer.Option("--replicates", help="All files are runs of the same solution: one answer.")
    ] = False,
    aged: Annotated[
        float | None,
        typer.Option(
            help="Two files, the second with enzyme that was kept so long at temperature without urea: one answer.",
            metavar="SECONDS",
        ),
    ] = None,
    worlds: Annotated[
        str | None,
        typer.Option(
            help=f"What may be in the beaker; the trace weighs it. Default: {','.join(WORLDS)}.", metavar="NAME,..."
        ),
    ] = None,
    prior: Annotated[str, typer.Option(help="Prior of E0 and k_d.", metavar="laboratory|benchmark")] = "laboratory",
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
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")] = False,
    csv: Annotated[Path | None, typer.Option(help="File to write the answers into, a line a trace.")] = None,
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

    Nothing is trained: what may be wrong with electrode, mixing and water is integrated out. Exit status 0: answered;
    3: answered, but not to be trusted; 2: refused. For example:

      python run_bench.py infer docs/example_trace.csv

      python run_bench.py infer trace.csv --temperature 30 --lag 2

      python run_bench.py infer logger.csv --mixed-at 14:03:07

      python run_bench.py infer run1.csv run2.csv --csv answers.csv

      python run_bench.py infer run1.csv run2.csv --replicates

      python run_bench.py infer fresh.csv aged.csv --aged 300

      python run_bench.py infer trace.csv --ideal --model gru --task prefix_60s

    The whole page with an example: docs/infer.md.
    """
    console = Console()
    if picture is not None:
        check_picture(picture)
    given = dict(zip(KNOWN_NAMES, (substrate, powder, temperature, initial_ph, volume), strict=True))
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    if prior not in PRIORS:
        raise unknown("prior", prior, PRIORS)
    stated = {name: value for name, value in given.items() if value is not None}
    reading = Reading(stated, mixed_at, time, ph, time_unit, skip_rows, decimal, run)
    if not ideal:
        if model not in (None, CEILING):
            raise BenchError(
                f"option '--model': it must come with --ideal, got --model {model} alone. "
                "Add --ideal: learned rows answer as if the measurement were ideal."
            )
        weighed = tuple(WORLDS) if worlds is None else tuple(name.strip() for name in worlds.split(","))
        told = Told(noise, lag, offset, carbonate, calibrated, PRIORS[prior], weighed)
        raise typer.Exit(answer_files(console, traces, Asked(reading, told, picture, csv, as_json, replicates, aged)))
    if worlds or replicates or aged is not None or len(traces) > 1 or as_json or csv or carbonate or calibrated:
        raise BenchError(
            "option '--ideal': it must be asked of one trace, without --json, --csv, --carbonate, --calibrated, "
            "--worlds, --replicates and --aged, got more. Leave --ideal out."
        )
    trace = traces[0]
    lab_trace = read_trace(trace, reading)
    row = None
    if model is not None and model != CEILING:
        plugin = Plugin.named(model, choose_models([model], plugin_files(models or []))[model])
        row = Row(plugin, next(iter(choose_tasks([task]).values())), preset, out)
    probe = Probe(0.01 if noise is None else noise, lag or 0.0, offset or 0.0)
    path = picture or Path(f"{trace.stem}_inferred.png")
    path, trusted = answer_ideal(console, trace, lab_trace, probe, row, force, path)
    say(console, f"Picture: {os.path.relpath(path)}")
    if not trusted:
        raise typer.Exit(DOUBTED)
