"""Reaches for what carries word to another run, or to the runner: the setting says how, without any in every way."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from _answering import LevelPredictor

from bench.cases import Cases
from bench.contract import Context, Model

IPC_PRIVATE, IPC_RMID, IPPROTO_MPTCP = 0, 0, 262
ATTRIBUTE = "user.word"


def _system_v() -> None:
    """Take memory of System V, and give it back."""
    libc = ctypes.CDLL(None, use_errno=True)
    if (number := libc.shmget(IPC_PRIVATE, 4096, 0o600)) < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    libc.shmctl(number, IPC_RMID, None)


def _attribute() -> None:
    """Leave a word at a file that every child can read, and take it off."""
    os.setxattr(__file__, ATTRIBUTE, b"word")
    os.removexattr(__file__, ATTRIBUTE)


def _prlimit() -> None:
    """Set a limit of the process above, to what it is."""
    resource.prlimit(os.getppid(), resource.RLIMIT_CORE, resource.prlimit(os.getppid(), resource.RLIMIT_CORE))


def _chmod() -> None:
    """Let everybody read the key that lies beside the run's folder."""
    key = Path.cwd().parents[3] / "key"
    key.chmod(0o644)
    if not key.stat().st_mode & 0o044:
        raise PermissionError("the mode is as before")


def _mptcp() -> None:
    """Ask for a socket over several paths."""
    socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP).close()


def _listen() -> None:
    """Listen without an address: the kernel gives one."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as unbound:
        unbound.listen()


WAYS: dict[str, Callable[[], None]] = {
    "system_v": _system_v,
    "attribute": _attribute,
    "prlimit": _prlimit,
    "chmod": _chmod,
    "mptcp": _mptcp,
    "listen": _listen,
}


@dataclass(frozen=True)
class Reaches(Model):
    """Reaches in the way of ``how``, or in all."""

    how: str = ""

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """Reach, and fail with what was refused."""
        refused = []
        for name in [self.how] if self.how else WAYS:
            try:
                WAYS[name]()
            except OSError:
                refused.append(name)
        if refused:
            raise PermissionError(f"refused: {', '.join(refused)}")
        return LevelPredictor()


MODEL = Reaches()
