"""Where a result comes from: time of day, library versions, kind of machine, commit."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.compiled import ROOT
from bench.errors import BenchWarning


def now() -> str:
    """Time of day, as records say it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions_of(modules: Iterable[str]) -> dict[str, str]:
    """Versions of the distributions that provide modules.

    Examples
    --------
    >>> sorted(versions_of({"numpy"}))
    ['numpy']
    """
    versions = {}
    for module in modules:
        for distribution in _distributions().get(module, []):
            versions[distribution.lower()] = metadata.version(distribution).split("+")[0]
    return versions


def without_paths(text: str) -> str:
    """Cut the absolute paths in a text: relative to the checkout or the environment, elsewhere to the last name.

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
    """Kind of this machine: CPU model and core count, never its name."""
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
    """Commit of the checkout; nothing where there is none, and where git refuses, which is said."""
    if not (ROOT / ".git").exists():  # an unpacked archive: a repository around it knows nothing of it
        return ""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", "*.py")
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else f"no git: {error.strerror}"
        warnings.warn(
            f"checkout '{ROOT.name}': git must tell its commit, got: {' '.join(said.split())}. What runs now is "
            "recorded without a commit; do what git says, then repeat the command.",
            BenchWarning,
            stacklevel=2,
        )
        return ""
    return f"{head}+changes" if changed else head


def _git(*arguments: str) -> str:
    """What git says of the checkout, and of no repository around it."""
    surroundings = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")}
    return subprocess.run(
        ["git", *arguments],
        cwd=ROOT,
        env=surroundings | {"GIT_CEILING_DIRECTORIES": str(ROOT.parent)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@cache
def _distributions() -> dict[str, list[str]]:
    """Top-level module to the distributions that provide it."""
    return dict(metadata.packages_distributions())
