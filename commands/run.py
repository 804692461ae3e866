"""Run tasks against models: the main verb, which needs no name."""

from __future__ import annotations

import logging
import os
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table

from bench.errors import BenchError, unknown
from bench.run.catalogue import choose, load_task, summary_of
from bench.run.child import Limits
from bench.run.cluster.engine import Cluster
from bench.run.engine import check_settings, planned, run_plan
from bench.run.estimate import duration, estimate, longest_first
from bench.run.plan import Plan, Plugin, make_plan
from bench.run.record import Record, append_records, read_records
from bench.run.store import said_when_full, sole_run
from bench.task import PRESETS, Sizes, Task
from bench.timing import n_cores
from commands._shared.options import (
    PUBLISHED,
    REFERENCE,
    all_tasks,
    check_address,
    check_device,
    friendly_errors,
    parse_settings,
    plugin_files,
    say,
    stale_in,
    task_files,
)
from commands._shared.running import best_of, run_shown, scored_today, unfinished
from commands._shared.seal import check_one_draw, open_seal, seal_line
from leaderboard.board.terminal import terminal_board
from leaderboard.board.write import write_board
from leaderboard.comparison.findings import Findings
from leaderboard.published.store import read_published


def run(
    context: typer.Context,
    task: Annotated[list[str] | None, typer.Option(help="Task to run; may be repeated.", metavar="NAME")] = None,
    suite: Annotated[str | None, typer.Option(help="Tasks to run: core or all.", metavar="core|all")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Row to run; may be repeated; 'all' for every plugin. Default: the reference rows.", metavar="NAME"
        ),
    ] = None,
    models: Annotated[
        list[Path] | None, typer.Option(help="Folder of further plugins; may be repeated.", metavar="DIR")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting of the models named, as field=value.", metavar="FIELD=VALUE"),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="Sizes, with their seeds. Default: standard sizes, 1 seed.", metavar="quick|standard|full"),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Number of seeds.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Child processes at a time, one thread each. Default: one a core.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="Run the jobs on the workers of this Dask scheduler.", metavar="tcp://HOST:PORT"),
    ] = None,
    device: Annotated[str, typer.Option(help="Torch device of the networks.", metavar="cpu|cuda|cuda:N")] = "cpu",
    out: Annotated[Path, typer.Option(help="Folder of records, predictions, boards and pictures.")] = Path("results"),
    rerun: Annotated[bool, typer.Option("--rerun", help="Run cells that are done as well.")] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(min=1.0, help="Seconds that one job may take. Default: ten minutes and a second a training case."),
    ] = None,
    memory_limit: Annotated[float, typer.Option(min=100.0, help="Megabytes that one job may take.")] = Limits.memory_mb,
    seal: Annotated[
        Path | None,
        typer.Option(help="Draw the test cases from this secret key, and confine the models.", metavar="KEYFILE"),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List tasks, models and presets, and stop.")] = False,
) -> None:
    """Infer enzyme load and deactivation from the first seconds of a pH trace: run models on tasks, print the board.

    For example:

      python run_bench.py --task shift_10s

      python run_bench.py --suite core --preset quick

      python run_bench.py --task in_distribution --model tcn --set epochs=20

    Finished cells are kept in the output folder and not run again; stop and start as you like.
    """
    if context.invoked_subcommand is not None:
        return
    console = Console()
    with friendly_errors(), said_when_full(out), ExitStack() as holding:
        folders = models or []
        if list_:
            _list(console, folders)
            return
        if cluster is not None and jobs is not None:
            raise BenchError(
                f"option '--jobs': children at a time must be left to the workers of --cluster, got {jobs}. "
                f"Start each with 'python run_bench.py worker {cluster} --jobs {jobs}'."
            )
        if not task and not suite:
            raise BenchError(
                "run '--task': at least one task must be named, got none. "
                "Try --task shift_10s or --suite core; --list shows every task."
            )
        check_device(device, here=cluster is None)
        tasks = _tasks(task or [], suite)
        overrides = parse_settings(set_ or [])
        if overrides and not model:
            raise BenchError(
                "option '--set': the models that it changes must be named, got no --model. Add --model NAME."
            )
        chosen = choose("model", model or REFERENCE, plugin_files(folders))
        plugins = [Plugin(path, overrides) for path in chosen.values()]
        sizes, n_seeds = _sizes(preset, seeds)
        key = None if seal is None else open_seal(seal, plugins, out)
        check_one_draw(read_records(out), key, out)
        if overrides:
            check_settings(plugins, sizes, sealed=key is not None)
        holding.enter_context(sole_run(out))
        records = scored_today(console, out, plugin_files(folders), key)
        known = records + read_published(PUBLISHED)
        plan = make_plan(
            tasks,
            plugins,
            range(n_seeds),
            preset or "standard",
            sizes,
            records,
            rerun=rerun,
            device=device,
            seal=key.sha256 if key else "",
        )
        plan = longest_first(plan, known)
        append_records(out, planned(plan, records))
        n_jobs = jobs or n_cores()
        engine = None if cluster is None else _engine(console, cluster)
        began = time.monotonic()
        expected = estimate(plan, known, n_jobs if cluster is None else 1)
        at_a_time = f"{n_jobs} at a time" if cluster is None else f"on {cluster}"
        time_text = f"{expected}" if cluster is None else f"{expected}, over the number of workers"
        _announce(console, plan, tasks, plugins, n_seeds, at_a_time, sizes, time_text)
        if key is not None:
            say(console, seal_line(key))
        limits = Limits.of(sizes, time_limit, memory_limit)
        ran: list[Record] = []
        try:
            best = best_of(console, plan, records, out, key)
            run_shown(
                console,
                plan.n_open,
                expected.seconds,
                lambda report: run_plan(plan, best, out, n_jobs, limits, report, rerun=rerun, seal=key, engine=engine),
                keep=ran.append,
            )
        except KeyboardInterrupt:
            _stopped(console, plan, out, len(ran) if rerun else None)
        records = read_records(out)
        stale = stale_in(records, folders)
        findings = Findings.of(records, out, all_tasks(), stale)
        written = write_board(findings)
        asked = {cell.key for cell in plan.cells} | {record.cell for record in best.values()}
        console.print(terminal_board(replace(findings, records=tuple(r for r in records if r.cell in asked))))
        spent = duration(time.monotonic() - began)
        say(console, f"{len(plan.cells)} cells, {plan.n_open} run in {spent}. Board and pictures: {_shown(written)}")
        _exit_status(console, plan, records)


def _tasks(names: list[str], suite: str | None) -> list[Task]:
    """Tasks that were asked for, by name and suite."""
    files = task_files()
    tasks = {name: load_task(path) for name, path in choose("task", names, files).items()}
    if suite is not None:
        if suite not in ("core", "all"):
            raise unknown("suite", suite, ["core", "all"])
        tasks |= {name: task for name, task in all_tasks().items() if suite == "all" or task.core}
    return list(tasks.values())


def _sizes(preset: str | None, seeds: int | None) -> tuple[Sizes, int]:
    """Sizes and number of seeds that were asked for."""
    if preset is None:
        return PRESETS["standard"], seeds or 1
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    return PRESETS[preset], seeds or PRESETS[preset].seeds


def _engine(console: Console, address: str) -> Cluster:
    """Engine of a run on a cluster; what it says of its workers is printed."""
    check_address("cluster", address)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the same trouble ends the run with a sentence
    return Cluster(address, lambda text: say(console, text))


def _announce(
    console: Console,
    plan: Plan,
    tasks: list[Task],
    plugins: list[Plugin],
    n_seeds: int,
    at_a_time: str,
    sizes: Sizes,
    expected: str,
) -> None:
    """Print the plan before it runs."""
    done = len(plan.cells) - plan.n_open
    lines = [
        f"tasks   {', '.join(task.name for task in tasks)}",
        f"rows    {', '.join(plugin.row for plugin in plugins)}",
        f"sizes   {sizes.train:,} training, {sizes.valid:,} validation, {sizes.test:,} test cases; {n_seeds} seed(s)",
        f"plan    {len(plan.cells)} cells, {done} done before, {len(plan.jobs)} fits to run, {at_a_time}",
        f"time    {expected}",
    ]
    for line in lines:
        say(console, line)


def _list(console: Console, folders: list[Path]) -> None:
    """Print what can be run."""
    tasks = Table(_name("task"), "core", "train", "test", "question", title="Tasks (--task, --suite)")
    for name, task in all_tasks().items():
        train = " + ".join(acquisition.label for acquisition in task.train)
        world = "" if task.test_world == task.train_world else f", {task.test_world.name}"
        tasks.add_row(name, "yes" if task.core else "", train, task.test.label + world, task.question)
    published = {record.row for record in read_published(PUBLISHED)}
    rows = Table(_name("model"), "default", _name("board"), "what it is", title="Models (--model)")
    for name, path in plugin_files(folders).items():
        board = "published" if name in published else "unpublished"
        rows.add_row(name, "yes" if name in REFERENCE else "", board, summary_of(path))
    sizes = Table("preset", "train", "valid", "test", "seeds", title="Presets (--preset)")
    for name, size in PRESETS.items():
        sizes.add_row(name, *(f"{n:,}" for n in (size.train, size.valid, size.test, size.seeds)))
    for table in (tasks, rows, sizes):
        console.print(table)


def _name(header: str) -> Column:
    """Column of names, which are never cut: they are there to be typed."""
    return Column(header, no_wrap=True)


def _shown(paths: list[Path]) -> str:
    """Common folder of the files written."""
    return os.path.relpath(os.path.commonpath(paths)) if paths else "none"


def _stopped(console: Console, plan: Plan, out: Path, n_again: int | None) -> NoReturn:
    """Say what an interrupted run has kept; of one with --rerun, how many cells ran again."""
    n_cells = len(plan.cells)
    if n_again is None:
        n_done = n_cells - len(unfinished((cell.key for cell in plan.cells), read_records(out)))
        say(console, f"stopped: {n_done} of {n_cells} cells are done and kept. The same command does the rest.")
    else:
        say(console, f"stopped: {n_again} of {n_cells} cells ran again, the others are as they were.")
        say(console, "The same command would begin anew: name what is left with --task and --model.")
    raise typer.Exit(130)


def _exit_status(console: Console, plan: Plan, records: list[Record]) -> None:
    """End with status 1 unless every planned cell is ok or cannot."""
    left = unfinished((cell.key for cell in plan.cells), records)
    if left:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        say(console, f"not done: {'; '.join(left[:5])}{more}", style="red")
        raise typer.Exit(1)
