"""Compiled kernels, cached on disk under the digest of their sources.

Numba checks only the file of the function that is called, not the files of the functions that it calls, so an edited
kernel would go on being used in its old form. Here the cache folder is named after all of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

ROOT = Path(__file__).resolve().parents[1]
CACHE_VARIABLE = "NUMBA_CACHE_DIR"
"""Where the environment can put the cache; the checkout's ``.cache`` otherwise."""


def kernel_digest() -> str:
    """Digest of every source file under ``bench/`` and ``models/`` that holds a compiled kernel.

    Examples
    --------
    >>> len(kernel_digest())
    16
    """
    digest = hashlib.sha256()
    for folder in ("bench", "models"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_bytes()
            if b"@compiled" in source:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + source + b"\0")
    return digest.hexdigest()[:16]


numba.config.CACHE_DIR = str(Path(os.environ.get(CACHE_VARIABLE, ROOT / ".cache" / "kernels")) / kernel_digest())  # type: ignore[attr-defined]


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of numbers and arrays to machine code, at its first call or from the cache.

    Examples
    --------
    >>> from bench.world.progress import unit_exposure  # a compiled function
    >>> unit_exposure(10.0, 0.0)
    (10.0, -50.0)
    """
    return cast("Callable[P, R]", numba.njit(cache=True, error_model="numpy", nogil=True)(function))
