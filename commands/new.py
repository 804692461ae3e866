"""Write a working plugin to start from."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
from pathlib import Path
from typing import Annotated

import typer

from bench.compiled import ROOT
from bench.errors import BenchError
from commands._new_plugins import NETWORK, REGRESSION
from commands._shared.options import MODELS, TAKEN, plugin_files, say
from commands._shared.terminal import Console


def new(
    name: Annotated[str, typer.Argument(help="Name of the row: letters, digits and underscores.", metavar="NAME")],
    folder: Annotated[Path, typer.Option(help="Where to write it.", metavar="DIR")] = Path("my_models"),
    network: Annotated[
        bool, typer.Option("--network", help="Start from a PyTorch network rather than from a regression.")
    ] = False,
) -> None:
    """Write DIR/NAME.py, a working plugin to start from, and say what to do with it.

      python run_bench.py new my_ridge

      python run_bench.py new my_net --network

    With --network the encoder of traces, the scaling of targets and the training loop are there already; without it
    the file is a regression on four numbers of a trace, and shows the whole contract.
    """
    path = _free_path(name, folder)
    folder.mkdir(parents=True, exist_ok=True)
    class_name = "".join(part.capitalize() for part in name.split("_"))
    template = NETWORK if network else REGRESSION
    path.write_text(template.substitute(class_name=class_name), encoding="utf-8")
    bench = f"python {os.path.relpath(ROOT / 'run_bench.py')}"
    extra = "" if folder.resolve() == MODELS else f" --models {folder}"
    lines = [
        f"{path} is written and works. Change it, then:",
        f"  {bench} check {path}",
        f"  {bench} --task in_distribution --model mean --model {name}{extra} --preset quick",
        f"  {bench} --suite core --model mean --model nls --model {name}{extra}",
    ]
    for line in lines:
        say(Console(), line)


def _free_path(name: str, folder: Path) -> Path:
    """File of a new plugin, whose name nobody has."""
    if not _well_formed(name):
        meant = re.sub(r"\W+", "_", name.removesuffix(".py").lower()).strip("_")
        step = f"Try '{meant}'." if _well_formed(meant) and meant not in plugin_files([]) else "Rename it."
        raise BenchError(
            f"plugin '{name}': name must be lower-case letters, digits and underscores, got {name!r}. {step}"
        )
    if name in TAKEN:
        raise BenchError(f"plugin '{name}': name must be new, got {TAKEN[name]}. Choose another.")
    if name in plugin_files([]):
        raise BenchError(f"plugin '{name}': name must be new, got a row of the suite. Choose another.")
    if importlib.util.find_spec(name) is not None:
        raise BenchError(f"plugin '{name}': name must be no library's, got one. Choose another.")
    path = folder / f"{name}.py"
    if path.exists():
        raise BenchError(f"file '{path}': path must be free, got a file. Choose another name or remove it.")
    return path


def _well_formed(name: str) -> bool:
    """Whether a name can be that of a row and of a module."""
    return re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None and not keyword.iskeyword(name)
