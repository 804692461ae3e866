"""A run that was asked for: what runs, said before it begins, and the board at its end."""

from __future__ import annotations

import json
import logging
import os
import shlex
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from bench.compiled import ROOT
from bench.errors import BenchError, unknown
from bench.run.child import Limits
from bench.run.cluster.engine import Cluster
from bench.run.engine import planned, with_settings
from bench.run.estimate import Estimate
from bench.run.plan import Plan, Plugin, make_plan
from bench.run.record import Record, append_records, read_records
from bench.run.store import said_when_full, sole_run
from bench.task import Sizes, Task
from bench.timing import n_cores
from commands._shared.options import (
    PUBLISHED,
    REFERENCE,
    all_tasks,
    check_address,
    check_device,
    choose_models,
    choose_tasks,
    parse_settings,
    plugin_files,
    print_json,
    say,
    sizes_of,
)
from commands._shared.running import Conditions, carry_out, findings_in, scored_today
from commands._shared.seal import check_one_draw, open_seal, seal_line
from commands._shared.terminal import Console
from leaderboard.board.terminal import came_out, terminal_board
from leaderboard.board.write import write_board
from leaderboard.export.scores import cell_values
from leaderboard.published.store import read_published


@dataclass(frozen=True)
class Asked:
    """What the command line asks for; None where it leaves the choice."""

    tasks: list[str]
    suite: str | None
    models: list[str]
    folders: list[Path]
    settings: list[str]
    preset: str | None
    seeds: int | None
    jobs: int | None
    cluster: str | None
    device: str
    out: Path
    rerun: bool
    time_limit: float | None
    memory_limit: float
    key_file: Path | None
    as_json: bool


def run_asked(asked: Asked) -> None:
    """Run what is not done, write the board and print it; status 1 unless every planned cell is ok or cannot."""
    console, out, cluster = Console(stderr=asked.as_json), asked.out, asked.cluster
    with said_when_full(out), ExitStack() as holding:
        if cluster is not None and asked.jobs is not None:
            raise BenchError(
                f"option '--jobs': children at a time must be left to the workers of --cluster, got {asked.jobs}. "
                f"Start each with 'python run_bench.py worker {cluster} --jobs {asked.jobs}'."
            )
        if not asked.tasks and not asked.suite:
            raise BenchError(
                "run '--task': at least one task must be named, got none. "
                "Try --task shift_10s or --suite core; --list shows every task."
            )
        check_device(asked.device, here=cluster is None)
        tasks = _tasks(asked.tasks, asked.suite)
        overrides = parse_settings(asked.settings)
        if overrides and not asked.models:
            raise BenchError(
                "option '--set': the models that it changes must be named, got no --model. Add --model NAME."
            )
        files = plugin_files(asked.folders)
        chosen = choose_models(asked.models or REFERENCE, files)
        plugins = [Plugin.named(name, path) for name, path in chosen.items()]
        preset, sizes, n_seeds = _sizes(asked.preset, asked.seeds)
        key = None if asked.key_file is None else open_seal(asked.key_file, plugins, out)
        check_one_draw(read_records(out), key, out)
        if overrides:
            plugins = with_settings(plugins, overrides, sizes, sealed=key is not None)
        holding.enter_context(sole_run(out))
        records = scored_today(console, out, files, key)
        plan = make_plan(
            tasks,
            plugins,
            range(n_seeds),
            preset,
            sizes,
            records,
            rerun=asked.rerun,
            device=asked.device,
            seal=key.sha256 if key else "",
        )
        append_records(out, planned(plan, records))
        conditions = Conditions(
            out,
            asked.jobs or n_cores(),
            Limits.of(sizes, asked.time_limit, asked.memory_limit),
            asked.rerun,
            key,
            None if cluster is None else _engine(console, cluster),
        )
        at_a_time = f"{conditions.n_jobs} at a time" if cluster is None else f"on {cluster}"

        def lines(expected: Estimate) -> list[str]:
            of_sizes = f"{sizes.train:,} training, {sizes.valid:,} validation, {sizes.test:,} test cases"
            n_cells, n_done = len(plan.cells), len(plan.cells) - plan.n_open
            return [
                f"tasks   {', '.join(task.name for task in tasks)}",
                f"rows    {', '.join(plugin.row for plugin in plugins)}",
                f"sizes   {of_sizes}; {n_seeds} seed(s)",
                f"plan    {n_cells} cells, {n_done} done before, {len(plan.jobs)} fits to run, {at_a_time}",
                f"time    {expected}" + ", over the number of workers" * (cluster is not None),
                *([] if key is None else [seal_line(key)]),
            ]

        carried_out = carry_out(console, plan, conditions, records + read_published(PUBLISHED), lines)
        records = read_records(out)
        findings = findings_in(out, records, asked.folders)
        written = write_board(findings)
        shown = {cell.key for cell in plan.cells} | {record.cell for record in carried_out.best.values()}
        of_run = replace(findings, records=tuple(r for r in records if r.cell in shown))
        console.print(terminal_board(of_run))
        if said := came_out(of_run):
            say(console, said, style="bold")
        folder = os.path.relpath(os.path.commonpath(written)) if written else "none"
        ran = f"{len(plan.cells)} cells, {plan.n_open} run in {carried_out.spent}"
        say(console, f"{ran}. Board and pictures: {folder}")
        if not asked.models:
            rows = f"{len(plugins)} of {len(files)} rows, one of each kind"
            say(console, f"{rows}: --model NAME runs another, --model all every one; --list names them.")
        if asked.as_json:
            print_json(cell_values(of_run.cells))
        if left := carried_out.left:
            more = f" and {len(left) - 5} more" if len(left) > 5 else ""
            say(console, f"not done: {'; '.join(left[:5])}{more}", style="red")
            for plugin in _raised(plan, records):
                say(console, f"{plugin.row}: more by '{_check_of(plugin, asked)}'")
            raise typer.Exit(1)


def _tasks(names: list[str], suite: str | None) -> list[Task]:
    """Tasks that were asked for, by name and suite."""
    tasks = choose_tasks(names)
    if suite is not None:
        suites = {"all": all_tasks()}
        for name, task in suites["all"].items():
            for each in ["core"] * task.core + [task.suite] * bool(task.suite):
                suites.setdefault(each, {})[name] = task
        if suite not in suites:
            raise unknown("suite", suite, suites)
        tasks |= suites[suite]
    return list(tasks.values())


def _raised(plan: Plan, records: Iterable[Record]) -> list[Plugin]:
    """Plugins of a plan that failed by an error of their own."""
    failed = {record.cell for record in records if record.status in ("failed", "invalid_output")}
    plugins = {cell.plugin.row: cell.plugin for cell in plan.cells if cell.key in failed}
    return list(plugins.values())


def _check_of(plugin: Plugin, asked: Asked) -> str:
    """Command that checks a plugin under the conditions of a run."""
    path = os.path.relpath(plugin.path)
    names = [plugin.name, "--models", path] if plugin.member else [path]
    changed = [f"--set={name}={json.dumps(value)}" for name, value in plugin.overrides.items()]
    device = ["--device", asked.device] if asked.device != "cpu" else []
    seal = ["--seal"] if asked.key_file else []
    return shlex.join(["python", os.path.relpath(ROOT / "run_bench.py"), "check", *names, *changed, *device, *seal])


def _sizes(preset: str | None, seeds: int | None) -> tuple[str, Sizes, int]:
    """Preset, sizes and number of seeds that were asked for."""
    if preset is None:
        return "standard", sizes_of("standard"), seeds or 1
    sizes = sizes_of(preset)
    return preset, sizes, seeds or sizes.seeds


def _engine(console: Console, address: str) -> Cluster:
    """Engine of a run on a cluster; what it says of its workers is printed."""
    check_address("cluster", address)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the same trouble ends the run with a sentence
    return Cluster(address, lambda text: say(console, text))
