"""The seal: test cases drawn from a secret key, so that nobody can draw them again without it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from bench.draw import TEST_STREAM
from bench.errors import BenchError

KEY_BYTES = range(32, 4097)
"""Sizes of a key file: fewer bytes can be guessed, more are some other file."""
MAKE_KEY = "(umask 077; head -c 32 /dev/urandom > KEYFILE)"
"""Shell line that makes a key file."""


@dataclass(frozen=True)
class Seal:
    """A secret key from which test cases are drawn.

    Examples
    --------
    >>> Seal(b"0" * 32)
    Seal()
    >>> seal = Seal(b"0" * 32)
    >>> seal.stream_of("shift_1s") == seal.stream_of("shift_10s")
    False
    """

    key: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the key, which every record of the run carries."""
        return hashlib.sha256(self.key).hexdigest()

    def stream_of(self, task: str) -> str:
        """Name of the random streams of a task's test cases; as secret as the key.

        Tasks share no case: what a model has seen of one says nothing of another.
        """
        return self.secret(f"{TEST_STREAM}/{task}")

    def secret(self, stream: str) -> str:
        """Name of random streams that only the key's owner can draw."""
        return f"{stream}/{hmac.new(self.key, stream.encode(), hashlib.sha256).hexdigest()}"


def test_stream(seal: Seal | None, task: str) -> str:
    """Name of the random streams of a task's test cases; open ones are those of every other task, for comparison.

    Examples
    --------
    >>> test_stream(None, "shift_10s")
    'test'
    """
    return TEST_STREAM if seal is None else seal.stream_of(task)


test_stream.__test__ = False  # type: ignore[attr-defined]  # a name that pytest would collect


def read_seal(path: Path) -> Seal:
    """Read a key file."""
    where = f"key file '{path}'"
    try:
        status = path.stat()
        size = status.st_size if path.is_file() else 0
        key = path.read_bytes() if size in KEY_BYTES else b""
    except OSError as error:
        raise BenchError(
            f"{where}: path must be a readable file, got {error.strerror}. Make one: {MAKE_KEY}"
        ) from error
    if len(key) not in KEY_BYTES:
        raise BenchError(
            f"{where}: size must be {KEY_BYTES[0]} to {KEY_BYTES[-1]} bytes, got {size}. Make one: {MAKE_KEY}"
        )
    if status.st_mode & 0o077:
        raise BenchError(
            f"{where}: mode must be 600, got {status.st_mode & 0o777:o}. Run 'chmod 600' on it, or make a new one."
        )
    return Seal(key)
