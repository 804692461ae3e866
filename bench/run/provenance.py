"""Where a result comes from: digests of sources, library versions, kind of machine, commit."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import platform
import re
import subprocess
import sys
import threading
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.compiled import ROOT

NEUTRAL = ("bench.errors", "bench.contract", "bench.task", "bench.compiled")
"""Project modules that a prediction cannot depend on: interfaces and messages."""

_ONE_AT_A_TIME = threading.Lock()


@cache
def source_digest(path: Path) -> str:
    """Digest of a source file, of every project module that it imports, and of the libraries' versions.

    Parameters
    ----------
    path : Path
        A plugin, or a module of the project.

    Returns
    -------
    str
        Sixteen hexadecimal digits. Comments, docstrings and layout do not count; of a file that is no Python, which
        gives no result, everything does.

    Examples
    --------
    >>> len(source_digest(ROOT / "bench" / "draw.py"))
    16
    """
    digest = hashlib.sha256()
    sources, libraries = _closure(path.resolve())
    for syntax in sorted(map(_syntax, sources)):  # by content: where a folder of plugins lies does not count
        digest.update(syntax.encode() + b"\0")
    for name, version in sorted(versions_of(libraries).items()):
        digest.update(f"{name}=={version}\0".encode())
    return digest.hexdigest()[:16]


def libraries_of(path: Path) -> set[str]:
    """Third-party modules that a source file and its project modules import.

    Parameters
    ----------
    path : Path
        A plugin, or a module of the project.

    Returns
    -------
    set of str
        Top-level module names.
    """
    return _closure(path.resolve())[1]


def versions_of(modules: set[str]) -> dict[str, str]:
    """Versions of the distributions that provide modules.

    Parameters
    ----------
    modules : set of str
        Top-level module names; those that are not installed are left out.

    Returns
    -------
    dict
        Distribution to public version, without a build suffix such as ``+cpu``.

    Examples
    --------
    >>> sorted(versions_of({"numpy"}))
    ['numpy']
    """
    found = {}
    for module in modules:
        for distribution in _distributions().get(module, []):
            found[distribution.lower()] = metadata.version(distribution).split("+")[0]
    return found


def without_paths(text: str) -> str:
    """Cut the absolute paths in a text: relative to the checkout or the environment, elsewhere to the last name.

    Parameters
    ----------
    text : str
        A message, such as a traceback.

    Returns
    -------
    str
        The same without folders of this machine.

    Examples
    --------
    >>> without_paths(f"File {ROOT / 'models' / 'tcn.py'}, then /home/me/plugins/mine.py")
    'File models/tcn.py, then mine.py'
    """
    for folder in (sys.prefix, sys.base_prefix, str(ROOT)):
        text = text.replace(f"{folder}/", "")
    home = str(Path.home())
    if home != "/":  # that of a user without one
        text = text.replace(home, "~")
    return re.sub(r"""(?<![\w.:/~-])(?:/[^\s/:'"]+)+/""", "", text)


def host() -> dict[str, Any]:
    """Kind of this machine: CPU model and core count, never its name.

    Returns
    -------
    dict
        ``cpu``, ``cores``, ``python`` and ``system``.
    """
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return {
        "cpu": model,
        "cores": os.cpu_count() or 1,
        "python": ".".join(map(str, sys.version_info[:3])),
        "system": platform.system(),
    }


def commit() -> str:
    """Commit of the checkout.

    Returns
    -------
    str
        Twelve digits, with ``+changes`` where sources differ from it; empty outside a checkout.
    """

    def git(*arguments: str) -> str:
        try:
            done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        except FileNotFoundError:  # an unpacked archive on a machine without git
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    head = git("rev-parse", "--short=12", "HEAD")
    changed = git("status", "--porcelain", "--", "*.py")
    return f"{head}+changes" if head and changed else head


@cache
def _distributions() -> dict[str, list[str]]:
    """Top-level module to the distributions that provide it."""
    return dict(metadata.packages_distributions())


def _closure(path: Path) -> tuple[set[Path], set[str]]:
    """Source files that a file needs, itself included, and the third-party modules that they import."""
    sources: set[Path] = set()
    libraries: set[str] = set()
    waiting = [path]
    roots = (ROOT, path.parent)
    while waiting:
        source = waiting.pop()
        if source in sources:
            continue
        sources.add(source)
        for module in _imports(source, path.parent):
            top = module.split(".")[0]
            if module in NEUTRAL:
                continue
            inside = [found for root in roots if (found := _file_of(module, root))]
            if inside:
                waiting.append(inside[0])
            elif top not in sys.stdlib_module_names and not any(
                (root / top).is_dir() or _file_of(top, root) for root in roots
            ):
                libraries.add(top)
    return sources, libraries


def _imports(source: Path, plugins: Path) -> set[str]:
    """Absolute names of what a file imports anywhere: modules, names in them that may be modules, and packages."""
    names: set[str] = set()
    tree = _tree(source)
    if tree is None:
        return names
    folder = ROOT if source.is_relative_to(ROOT) else plugins
    package = source.parent.relative_to(folder).parts or ("models",)  # under which name plugins are loaded
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names | {above for name in names for above in _packages_above(name)}


def _packages_above(module: str) -> list[str]:
    """Packages that are imported before a module in them is."""
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _tree(source: Path) -> ast.Module | None:
    """Syntax tree of a file; None of one that is no Python, which the child that loads it says."""
    # Threads must not build trees at once: Python 3.11 counts their depths together (cpython issue 106905).
    with _ONE_AT_A_TIME, contextlib.suppress(SyntaxError):
        return ast.parse(source.read_bytes())
    return None


def _file_of(module: str, root: Path) -> Path | None:
    """File of a module or package below a root."""
    place = root.joinpath(*module.split("."))
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)


def _syntax(source: Path) -> str:
    """Syntax tree of a file as text, without docstrings."""
    tree = _tree(source)
    if tree is None:
        return repr(source.read_bytes())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [item for item in body if not _is_text(item)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a bare string: a docstring, or the description of a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
