"""Where a child and what it starts find ``bench``, ``models`` and the files beside a plugin.

A plugin is imported as a module of ``models``, wherever its file lies. A process that it starts, such as a worker of a
pool, imports the same module anew, by name: links in the child's folder give both packages, also where the checkout's
root cannot be listed.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from bench.compiled import ROOT

FOLDER = "packages"
FIND_CHECKOUT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
"""Start of what a fresh interpreter runs: in PYTHONPATH a path with a colon would be two."""


def join_models(folder: Path) -> None:
    """Let this process, and all that it starts, import the files of a plugin's folder as modules of ``models``.

    A file of the checkout comes before one of the same name, as in the digest of sources.
    """
    models = import_module("models")
    models.__path__ = [*models.__path__, str(folder)]
    packages = Path.cwd() / FOLDER
    (packages / "models").mkdir(parents=True)
    (packages / "bench").symlink_to(ROOT / "bench")
    files = {path.name: path for place in (folder, ROOT / "models") for path in place.glob("[!.]*")}
    for name in files.keys() - {"__init__.py", "__pycache__"}:  # the first would make the plugin's folder all of it
        (packages / "models" / name).symlink_to(files[name])
    sys.path.append(str(packages))
