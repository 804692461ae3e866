"""Files that cross between the runner and a child's folder, where a plugin may have put something in the way."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bench.run.child import ChildFailed
from bench.run.store import FULL


def hand_over(source: Path, target: Path) -> None:
    """Copy a file into a child's folder as a new file, through no link that lies there."""
    with blamed_on_child(f"the file {target.name} cannot be handed over"):
        target.unlink(missing_ok=True)
        with open(source, "rb") as given, open(target, "xb") as file:
            shutil.copyfileobj(given, file)


@contextmanager
def blamed_on_child(what: str) -> Iterator[None]:
    """Say that a plugin has spoilt its own folder, where a file cannot be written there."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        raise ChildFailed("failed", f"{what}: {error.strerror}") from error


def open_given(path: Path, most: int, what: str = "answer") -> BinaryIO:
    """Open what a child wrote: a regular file of one name, without following links."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise ChildFailed("invalid_output", f"the {what} {path.name} cannot be opened: {error.strerror}") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        os.close(descriptor)
        message = f"the {what} {path.name} must be a regular file of at most {most} bytes, got {status.st_size}"
        raise ChildFailed("invalid_output", message)
    if status.st_nlink != 1:
        os.close(descriptor)
        message = f"the {what} {path.name} must be a file of its own, got one with {status.st_nlink} names"
        raise ChildFailed("invalid_output", message)
    return open(descriptor, "rb")
