"""What several verbs share: where things are, and what their options mean."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bench.compiled import ROOT
from bench.errors import BenchError, unknown
from bench.run.catalogue import PACKAGE, SUITE, choose, declared_in, files_in, load_task, summary_of
from bench.run.plan import Plugin
from bench.task import PRESETS, Sizes, Task
from commands._shared.terminal import Console
from leaderboard.families import Declared

TASKS = ROOT / "tasks"
MODELS = ROOT / "models"
PUBLISHED = ROOT / "leaderboard" / "records"
DOCS = ROOT / "docs"

TAKEN = {"bayes": "the ceiling's", "all": "that of every row"}
"""Names that mean something else on a command line or a board, and whose they are."""

REFERENCE = ("mean", "ridge", "gradient_boosting", "tcn_dt", "time_cells", "exposure", "nls")
"""The rows that run when no model is named: what fails at another interval, and one of each kind that does not.

Together they take about two minutes on two cores, at standard sizes.
"""

NEAREST = {
    "attention": "set_transformer",
    "catboost": "gradient_boosting",
    "cnn": "tcn",
    "curve_fit": "nls",
    "inceptiontime": "inception_time",
    "least_squares": "nls",
    "lightgbm": "gradient_boosting",
    "linear": "ridge",
    "lmfit": "nls",
    "lstm": "gru",
    "mlp": "gradient_boosting",
    "rf": "random_forest",
    "rnn": "gru",
    "rocket": "minirocket",
    "s4": "s4d",
    "sbi": "npe",
    "scipy": "nls_scipy",
    "transformer": "set_transformer",
    "xgboost": "gradient_boosting",
}
"""What rows are called elsewhere, to the row here that is the same method or the nearest."""


def task_files() -> dict[str, Path]:
    """Every task file by name."""
    return files_in([TASKS])


def all_tasks() -> dict[str, Task]:
    """Every task by name."""
    return {name: load_task(path) for name, path in task_files().items()}


def published_tasks() -> dict[str, Task]:
    """Every task of the published board by name: those of a suite of their own are not on it."""
    return {name: task for name, task in all_tasks().items() if not task.suite}


def choose_tasks(asked: Iterable[str]) -> dict[str, Task]:
    """Pick tasks by name."""
    return {name: load_task(path) for name, path in choose("task", asked, task_files()).items()}


def sizes_of(preset: str) -> Sizes:
    """Sizes of a preset given by name."""
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    return PRESETS[preset]


def plugin_files(folders: Sequence[Path]) -> dict[str, Path]:
    """Every plugin file by name, those of the given folders included; none may have a name that is taken."""
    files = files_in([MODELS, *folders])
    for name in TAKEN.keys() & files.keys():
        raise BenchError(f"plugin '{name}': name must be new, got {TAKEN[name]}. Rename the file.")
    return files


def published_rows(files: dict[str, Path]) -> dict[str, Path]:
    """Those of some plugins that are on the published board: rows of a suite of their own are not."""
    return {name: path for name, path in files.items() if not declared_in(path, name, SUITE)}


def declared_rows(files: dict[str, Path]) -> dict[str, Declared]:
    """What every plugin says of itself, read without importing it."""
    return {name: Declared(summary_of(path, name), **declared_in(path, name)) for name, path in files.items()}


def choose_models(asked: Iterable[str], files: dict[str, Path]) -> dict[str, Path]:
    """Pick plugin files by name; a name from elsewhere is told the row that is nearest to it."""
    return choose("model", asked, files, NEAREST)


def closest(name: str, rows: Collection[str], cutoff: float = 0.6) -> str | None:
    """Row that a name most likely means: the nearest to one from elsewhere, or the one that is spelt most alike."""
    nearest = NEAREST.get(name.lower())
    return nearest if nearest in rows else next(iter(get_close_matches(name, rows, n=1, cutoff=cutoff)), None)


def plugin_of(plugin: str, folders: list[Path]) -> Plugin:
    """Plugin given by name or by path."""
    if (Path(plugin) / PACKAGE).is_file():
        return Plugin(Path(plugin) / PACKAGE)
    if not plugin.endswith(".py"):
        known = plugin_files(folders)
        if plugin in known:
            return Plugin.named(plugin, known[plugin])
        files = {path.with_suffix("").as_posix(): path for path in Path().glob("*/*.py")}
        of_file = next((path for name, path in files.items() if plugin in (name, Path(name).name)), None)
        meant = of_file or closest(plugin, known)
        step = f"Did you mean '{meant}'?" if meant else "Give its file, or its folder with --models."
        raise BenchError(f"plugin '{plugin}': name must be that of a row or a file, got neither. {step}")
    if not Path(plugin).is_file():
        raise BenchError(f"plugin '{plugin}': path must be an existing file, got none. Check the spelling.")
    return Plugin(Path(plugin))


def parse_settings(assignments: Sequence[str]) -> dict[str, Any]:
    """Turn ``field=value`` texts into a dictionary; values are JSON or Python, or text where they are neither."""
    settings: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name:
            raise BenchError(
                f"option '--set': value must be field=value, got {assignment!r}. Write for example --set epochs=20."
            )
        settings[name] = _value_of(text)
    return settings


def _value_of(text: str) -> Any:
    """What a text writes in JSON, or in Python, such as ``True``, ``None`` or ``(0.1, 0.3)``; else the text itself."""
    for read in (json.loads, lambda text: json.loads(json.dumps(ast.literal_eval(text)))):
        try:
            return read(text)
        except (ValueError, TypeError, SyntaxError):  # what is neither is text
            continue
    return text


def check_address(where: str, address: str) -> None:
    """Refuse what cannot be the address of a scheduler."""
    if not re.fullmatch(r"(tcp|tls|ws|wss|ucx)://[^\s/]+:\d+", address):
        raise BenchError(
            f"{where} '{address}': address must be tcp://HOST:PORT or tls://HOST:PORT, got {address!r}. "
            "Copy the one that the scheduler prints."
        )


def check_device(device: str, *, here: bool) -> None:
    """Refuse a device that no torch has; whether this machine has it is asked where the jobs run here."""
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise BenchError(
            f"option '--device': device must be cpu, cuda or cuda:N, got {device!r}. "
            "Leave --device out to run on the processor."
        )
    if device == "cpu" or not here:
        return
    import torch  # takes seconds, and nothing else of this verb needs it

    n_gpus = torch.cuda.device_count()
    if int(device.partition(":")[2] or 0) >= n_gpus:
        step = "See what nvidia-smi lists" if torch.version.cuda else "Install a torch that is built with CUDA"
        raise BenchError(
            f"option '--device': device must be a GPU that torch can use here, got {device!r} of {n_gpus}. "
            f"{step}, or leave --device out to run on the processor."
        )


def say(console: Console, text: str, style: str = "", end: str = "\n") -> None:
    """Print plain text as it is: nothing in it is markup, and long lines are left to the terminal."""
    console.print(text, style=style or None, end=end, markup=False, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value for other programs, and null where a number is none or infinite."""
    from pydantic_core import to_json

    print(to_json(value, indent=1, inf_nan_mode="null", fallback=lambda numbers: numbers.tolist()).decode())
