"""Finding tasks and plugins by listing folders; plugins are not imported here, only read."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from bench.errors import BenchError, PluginError, unknown
from bench.task import Task


def files_in(folders: Sequence[Path]) -> dict[str, Path]:
    """List the task or plugin files of folders."""
    files: dict[str, Path] = {}
    for folder in {folder.resolve(): folder for folder in folders}.values():
        if not folder.is_dir():
            raise BenchError(f"folder '{folder}': path must be an existing folder, got none. Check the spelling.")
        for path in sorted(folder.glob("*.py")):
            if path.stem.startswith("_"):
                continue
            if path.stem in files:
                raise BenchError(
                    f"plugin '{path.stem}': name must be unique, got it in {files[path.stem].parent.name} and "
                    f"{folder.name}. Rename one file."
                )
            files[path.stem] = path
    return dict(sorted(files.items()))


def choose(
    where: str, asked: Iterable[str], known: dict[str, Path], nearest: Mapping[str, str] | None = None
) -> dict[str, Path]:
    """Pick files by name; ``nearest`` is what names from elsewhere are called here.

    Examples
    --------
    >>> list(choose("model", ["tcn"], {"tcn": Path("models/tcn.py")}))
    ['tcn']
    """
    chosen: dict[str, Path] = {}
    for name in asked:
        if name == "all":
            chosen.update(known)
        elif name in known:
            chosen[name] = known[name]
        else:
            raise _no_model(name, [*known, "all"], nearest or {}) if where == "model" else unknown(where, name, known)
    return chosen


def _no_model(name: str, known: Sequence[str], nearest: Mapping[str, str]) -> BenchError:
    """Error for a model that does not exist; there are too many to name each."""
    close = difflib.get_close_matches(name, known, n=3)
    meant = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    if name.lower() in nearest:
        meant = f" The nearest row is '{nearest[name.lower()]}'."
    return BenchError(
        f"model '{name}': name must be one that --list shows, got '{name}'.{meant} "
        "A plugin of your own is found with --models DIR."
    )


def load_task(path: Path) -> Task:
    """Load a task file of the checkout."""
    task = getattr(load_module(path, f"tasks.{path.stem}"), "TASK", None)
    if not isinstance(task, Task) or task.name != path.stem:
        raise BenchError(
            f"task '{path.stem}': file must define TASK = Task(name='{path.stem}', ...), got {task!r}. Mend the file."
        )
    return task


def load_module(path: Path, name: str) -> ModuleType:
    """Import a file under a given module name."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BenchError(f"file '{path.name}': path must be a Python file, got {path}. Give a file that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        where = "task" if name.startswith("tasks.") else "plugin"
        raise _no_python(where, Path(error.filename or path), error) from error
    return module


def summary_of(path: Path) -> str:
    """First sentence of a plugin's docstring, read without importing it.

    Examples
    --------
    >>> summary_of(Path(__file__))[:17]
    'Finding tasks and'
    """
    try:
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except SyntaxError as error:
        text = str(_no_python("plugin", path, error))
    return text.split("\n\n")[0].replace("\n", " ").strip()


def _no_python(where: str, path: Path, error: SyntaxError) -> PluginError:
    """Error for a file that cannot be read as Python."""
    line = f" in line {error.lineno}" if error.lineno else ""
    return PluginError(f"{where} '{path.stem}': file must be Python, got {error.msg}{line}. Mend the file.")
