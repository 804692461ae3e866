"""Ends its process, or never does: the setting says how."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
from _answering import LevelPredictor, note

from bench.cases import Cases
from bench.contract import Context, Model

DAEMON = "setsid sleep 600 > /dev/null 2>&1 & echo $!"
"""A process in a session of its own, whose parent has gone."""
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def _allocate() -> None:
    """Fill memory until stopped."""
    held = []
    while True:
        held.append(np.ones(1_000_000))
        time.sleep(0.01)  # below a gigabyte a second, so that a watcher that is late finds memory left


def _hold() -> None:
    """Fill a nameless file of memory, which no process maps, up to 2 GB."""
    held = os.memfd_create("held")
    for _ in range(200):
        os.write(held, bytes(10_000_000))
        time.sleep(0.01)
    time.sleep(600)


def _print(n_megabytes: int) -> None:
    """Print a lot, then some last words."""
    for _ in range(n_megabytes):
        os.write(1, b"x" * 999_999 + b"\n")
    os.write(2, b"last words\n")


def _flee() -> None:
    """Pass on to a new process again and again, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        note("pids-flees", os.getpid())
        while True:
            if os.fork():
                os._exit(0)


@dataclass(frozen=True)
class Ends(Model):
    """Ends in the way of ``how``."""

    how: str = "exit"

    def fit(self, train: Cases, valid: Cases, context: Context) -> LevelPredictor:
        """End."""
        note(f"pids-{self.how}", os.getpid())
        if self.how == "exit":
            os._exit(139)
        if self.how == "segfault":
            ctypes.string_at(0)
        if self.how == "realtime":
            os.kill(os.getpid(), signal.SIGRTMIN + 6)
        if self.how == "closes":
            os.closerange(3, 100)
        if self.how == "allocates":
            _allocate()
        if self.how == "holds":
            _hold()
        if self.how == "prints":
            _print(1000)
            os._exit(3)
        if self.how == "loops":
            while True:
                pass
        if self.how == "ignores":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self.how in ("forks", "orphans"):
            note(f"pids-{self.how}", subprocess.Popen(SLEEP).pid)
        if self.how in ("daemon", "orphans"):
            note(
                f"pids-{self.how}",
                subprocess.run(["sh", "-c", DAEMON], capture_output=True, check=True).stdout.decode(),
            )
        if self.how == "flees":
            _flee()
        if self.how == "orphans":
            os._exit(5)
        time.sleep(600)
        return LevelPredictor()


MODEL = Ends()
