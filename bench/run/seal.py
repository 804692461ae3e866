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
    >>> Seal(b"0" * 32).stream == Seal(b"1" * 32).stream
    False
    """

    key: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the key, which every record of the run carries."""
        return hashlib.sha256(self.key).hexdigest()

    @property
    def stream(self) -> str:
        """Name of the random streams of the test cases; as secret as the key."""
        return self.secret(TEST_STREAM)

    def secret(self, stream: str) -> str:
        """Name of random streams that only the key's owner can draw."""
        return f"{stream}/{hmac.new(self.key, stream.encode(), hashlib.sha256).hexdigest()}"


def test_stream(seal: Seal | None) -> str:
    """Name of the random streams of a run's test cases.

    Examples
    --------
    >>> test_stream(None)
    'test'
    """
    return TEST_STREAM if seal is None else seal.stream


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
