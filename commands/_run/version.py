"""Which version of the suite this is."""

from __future__ import annotations

import tomllib

from bench.compiled import ROOT
from bench.run.origin.provenance import commit


def print_version() -> None:
    """Print the name, the version and the commit of the checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    print(f"{project['name']} {project['version']}, commit {commit() or 'unknown'}")
