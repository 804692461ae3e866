"""Finding tasks and plugins by listing folders and tables; plugins are not imported here, only read."""

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

PACKAGE = "__init__.py"
"""File of a plugin that is a package."""
DECLARED = {
    "family": ("physics", "learned_on_physics", "learned", "trees", "baseline"),
    "trained_at": ("none", "one", "many"),
}
"""What a plugin's class says of how boards show it, and the words for it."""
SUITE = {"suite": ("laboratory",)}
"""What the class of a row says that belongs to a suite, and is not on the published board yet."""


def files_in(folders: Sequence[Path]) -> dict[str, Path]:
    """List the task or plugin files of folders; in place of a folder, a file may be given that is a table of rows."""
    files: dict[str, Path] = {}
    for folder in {folder.resolve(): folder for folder in folders}.values():
        named = [(name, folder) for name in rows_in(folder)] if folder.is_file() and folder.suffix == ".py" else []
        if not folder.is_dir() and not named:
            raise BenchError(f"folder '{folder}': path must be an existing folder, got none. Check the spelling.")
        for name, path in named or [(name_of(path), path) for path in _plugins_in(folder)]:
            if name in files:
                raise BenchError(
                    f"plugin '{name}': name must be unique, got it in {folder_of(files[name]).name} and "
                    f"{folder_of(path).name}. Rename one file."
                )
            files[name] = path
    return dict(sorted(files.items()))


def _plugins_in(folder: Path) -> list[Path]:
    """Files of a folder, and the packages in it that hold a model; what begins with ``_`` is shared code."""
    packages = [path for path in folder.glob("[!_.]*/__init__.py") if _binds_model(path)]
    return sorted([*folder.glob("[!_.]*.py"), *packages])


def _binds_model(path: Path) -> bool:
    """Whether a package makes or imports a ``MODEL``; one that cannot be read is shown, so that the error is."""
    if (tree := _parsed(path)) is None:
        return True
    imported = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    bound = [name for node in tree.body for name in _names(node)]
    return "MODEL" in [*bound, *(alias.asname or alias.name for alias in imported)]


def name_of(path: Path) -> str:
    """Name of a task or plugin: that of its file, or of the folder where it is a package."""
    return path.parent.name if path.name == PACKAGE else path.stem


def folder_of(path: Path) -> Path:
    """Folder that a task or plugin lies in: the file's, or that of the package's folder."""
    return path.parent.parent if path.name == PACKAGE else path.parent


def rows_in(path: Path) -> dict[str, str]:
    """Rows of a table of models: names bound at the top of a file by a call of ``row``, and the calls as text."""
    try:
        statements = ast.parse(path.read_bytes()).body
    except SyntaxError as error:
        raise _no_python("plugin", path, error) from error
    return {
        name: ast.unparse(node.value)
        for node in statements
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "row"
        for name in _names(node)
    }


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
    inside = [str(path.parent)] if path.name == PACKAGE else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=inside)
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


def summary_of(path: Path, name: str = "") -> str:
    """First sentence of a plugin's docstring, or the call that makes a row of a table, read without importing it.

    Examples
    --------
    >>> summary_of(Path(__file__))[:17]
    'Finding tasks and'
    """
    try:
        if name not in ("", name_of(path)) and (call := rows_in(path).get(name)):
            return call
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except SyntaxError as error:
        text = str(_no_python("plugin", path, error))
    return text.split("\n\n")[0].replace("\n", " ").strip()


def declared_in(path: Path, name: str = "", declared: Mapping[str, tuple[str, ...]] = DECLARED) -> dict[str, str]:
    """What the model's class says of how boards show it, read without importing it; nothing for a row of a table.

    Examples
    --------
    >>> from bench.compiled import ROOT
    >>> declared_in(ROOT / "models" / "laplace.py")
    {'family': 'physics', 'trained_at': 'none'}
    """
    if name not in ("", name_of(path)) or (tree := _parsed(path)) is None:
        return {}
    made = next((node.value for node in tree.body if isinstance(node, ast.Assign) and _names(node) == ["MODEL"]), None)
    of = ast.unparse(made.func) if isinstance(made, ast.Call) else ""
    members = [item for node in tree.body if isinstance(node, ast.ClassDef) and node.name == of for item in node.body]
    return {
        what: _declared(name_of(path), what, words, getattr(item, "value", None))
        for item in members
        for what, words in declared.items()
        if _names(item) == [what]
    }


def _names(node: ast.stmt) -> list[str]:
    """Names that an assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _declared(plugin: str, what: str, words: Sequence[str], value: ast.AST | None) -> str:
    """Word that a plugin says of itself."""
    word = value.value if isinstance(value, ast.Constant) else None
    if word not in words:
        got = repr(word) if word is not None else "no text"
        raise PluginError(f"plugin '{plugin}': {what} must be one of {', '.join(words)}, got {got}. Mend the file.")
    return str(word)


def _parsed(path: Path) -> ast.Module | None:
    """Syntax tree of a file; None of one that is no Python, which ``summary_of`` says."""
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError:
        return None


def _no_python(where: str, path: Path, error: SyntaxError) -> PluginError:
    """Error for a file that cannot be read as Python."""
    line = f" in line {error.lineno}" if error.lineno else ""
    return PluginError(f"{where} '{name_of(path)}': file must be Python, got {error.msg}{line}. Mend the file.")
