"""Run tasks against models: the main verb, which needs no name. What it does is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands._shared.arguments import Device, Folders, Json, MemoryLimit, NJobs


def run(
    context: typer.Context,
    task: Annotated[list[str] | None, typer.Option(help="Task to run; may be repeated.", metavar="NAME")] = None,
    suite: Annotated[
        str | None,
        typer.Option(help="Tasks to run: core, a further suite that --list names, or all.", metavar="NAME"),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Row to run; may be repeated; 'all' for every plugin. Default: one of each kind.", metavar="NAME"
        ),
    ] = None,
    models: Folders = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Change a setting of those models named that have it, as field=value.", metavar="FIELD=VALUE"
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="Sizes, with their seeds. Default: standard sizes, 1 seed.", metavar="quick|standard|full"),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Number of seeds.")] = None,
    jobs: NJobs = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="Run the jobs on the workers of this Dask scheduler.", metavar="tcp://HOST:PORT"),
    ] = None,
    device: Device = "cpu",
    out: Annotated[Path, typer.Option(help="Folder of records, predictions, boards and pictures.")] = Path("results"),
    rerun: Annotated[bool, typer.Option("--rerun", help="Run cells that are done as well.")] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(min=1.0, help="Seconds that one job may take. Default: ten minutes and a second a training case."),
    ] = None,
    memory_limit: MemoryLimit = 16_000.0,
    seal: Annotated[
        Path | None,
        typer.Option(help="Draw the test cases from this secret key, and confine the models.", metavar="KEYFILE"),
    ] = None,
    as_json: Json = False,
    list_: Annotated[bool, typer.Option("--list", help="List tasks, models and presets, and stop.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and the commit, and stop.")] = False,
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
    if version:
        import tomllib

        from bench.compiled import ROOT
        from bench.run.origin.provenance import commit

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        print(f"{project['name']} {project['version']}, commit {commit() or 'unknown'}")
    elif list_:
        from commands._run.listing import print_list

        print_list(models or [])
    else:
        from commands._run.asked import Asked, run_asked

        run_asked(
            Asked(
                tasks=task or [],
                suite=suite,
                models=model or [],
                folders=models or [],
                settings=set_ or [],
                preset=preset,
                seeds=seeds,
                jobs=jobs,
                cluster=cluster,
                device=device,
                out=out,
                rerun=rerun,
                time_limit=time_limit,
                memory_limit=memory_limit,
                key_file=seal,
                as_json=as_json,
            )
        )
