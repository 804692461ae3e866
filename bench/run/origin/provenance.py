"""Where a result comes from: library versions, kind of machine, commit."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.compiled import ROOT


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
    """Commit of the checkout."""

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
