"""Compiled kernels, cached on disk under the digest of their sources.

Numba checks only the file of the function that is called, not the files of the functions that it calls, so an edited
kernel would go on being used in its old form. Here the cache folder is named after all of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache, cached_property, update_wrapper
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

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


CACHE = Path(os.environ.get(CACHE_VARIABLE, ROOT / ".cache" / "kernels")) / kernel_digest()
"""Where kernels are kept: named after the sources as they are when this module is imported, as the kernels are."""


class Kernel(Generic[P, R]):
    """A function that becomes machine code at its first call; numba, which takes half a second, is imported then."""

    def __init__(self, function: Callable[P, R]) -> None:
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call what the function compiles to."""
        return cast("R", self.dispatcher(*args, **kwargs))

    def __reduce__(self) -> str:  # pickled by name, as functions are
        return str(self.__qualname__)

    def __getattr__(self, name: str) -> Any:  # of numba's own, such as py_func
        return getattr(self.dispatcher, name)

    @cached_property
    def dispatcher(self) -> Any:
        """What numba makes of the function."""
        return compiler().njit(cache=True, error_model="numpy", nogil=True)(self.__wrapped__)


@cache
def compiler() -> Any:
    """Numba, told where to keep kernels, and to take a kernel that another calls for what it compiles to."""
    import numba
    from numba.extending import typeof_impl

    numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]
    typeof_impl.register(Kernel)(lambda kernel, _: numba.types.Dispatcher(kernel.dispatcher))
    return numba


def compiled(function: Callable[P, R]) -> Kernel[P, R]:
    """Compile a function of numbers and arrays to machine code, at its first call or from the cache.

    Examples
    --------
    >>> from bench.world.progress import unit_exposure  # a compiled function
    >>> unit_exposure(10.0, 0.0)
    (10.0, -50.0)
    """
    return Kernel(function)
