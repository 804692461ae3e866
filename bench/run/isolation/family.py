"""The processes of one child: found, measured and killed together, also those that left its process group."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import time
from pathlib import Path

import psutil

from bench.run.isolation.namespaces import SHARED_MEMORY

KILL_WITHIN_S = 2.0
"""How long descendants are hunted that start others as fast as they are killed."""


class Family:
    """The keeper of a child, and its descendants, which are remembered.

    Examples
    --------
    >>> Family(os.getpid()).cpu_s() >= 0.0
    True
    """

    def __init__(self, keeper: int) -> None:
        self._keeper = psutil.Process(keeper)  # knows its start time: another process of this number is left alone
        self._seen: set[psutil.Process] = set()

    def memory_mb(self) -> float:
        """Memory of the descendants now, resident or held as files without a disk; they are remembered."""
        processes = self._look()
        own, mapped = (sum(kind) for kind in zip(*map(_memory, processes), strict=True)) if processes else (0, 0)
        return (own + max(mapped, _held(processes))) / 1e6

    def cpu_s(self) -> float:
        """Processor time of the descendants so far, those included that have ended and were waited for."""
        return sum(map(_cpu_s, self._descendants()))

    def kill(self) -> None:
        """Kill the descendants, those that have left the process group too, then the keeper.

        The keeper adopts orphans: held, it keeps them findable, also those that start others as they are killed.
        """
        keeper = self._keeper.pid
        with contextlib.suppress(psutil.Error):
            self._keeper.suspend()
        deadline = time.monotonic() + KILL_WITHIN_S
        while any([_killed(process, keeper) for process in self._look()]) and time.monotonic() < deadline:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(keeper, signal.SIGKILL)
        for process in self._seen:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def _look(self) -> list[psutil.Process]:
        """Descendants now, and remember them."""
        found = self._descendants()
        self._seen.update(found)
        return found

    def _descendants(self) -> list[psutil.Process]:
        """Descendants now."""
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            found += self._keeper.children(recursive=True)
        return found


def _memory(process: psutil.Process) -> tuple[int, int]:
    """Resident bytes of a process, its own and of shared memory; none of one that is gone."""
    try:
        text = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0, 0
    kb = {name: int(value) for name, value in re.findall(r"^Rss(\w+):\s+(\d+) kB", text, re.MULTILINE)}
    return 1024 * (kb.get("Anon", 0) + kb.get("File", 0)), 1024 * kb.get("Shmem", 0)


def _held(processes: list[psutil.Process]) -> int:
    """Bytes of shared memory that processes hold, mapped or not: nameless, or in a /dev/shm of its own."""
    blocks: dict[tuple[int, int], int] = {}
    for process in processes:
        place = Path(f"/proc/{process.pid}")
        with contextlib.suppress(OSError):
            shared = os.stat(place / "root" / SHARED_MEMORY[1:])
            if shared.st_dev != os.stat(SHARED_MEMORY).st_dev:
                size = os.statvfs(place / "root" / SHARED_MEMORY[1:])
                blocks[shared.st_dev, 0] = (size.f_blocks - size.f_bfree) * size.f_frsize
            for descriptor in (place / "fd").iterdir():
                if os.readlink(descriptor).startswith("/memfd:"):
                    about = os.stat(descriptor)
                    blocks[about.st_dev, about.st_ino] = 512 * about.st_blocks
    return sum(blocks.values())


def _cpu_s(process: psutil.Process) -> float:
    """Processor seconds of a process, and of those that it has waited for."""
    with contextlib.suppress(psutil.Error, OSError):
        waited_for = process.cpu_times()
        clock = ctypes.c_int()
        if ctypes.CDLL(None).clock_getcpuclockid(process.pid, ctypes.byref(clock)) == 0:
            return float(time.clock_gettime(clock.value) + waited_for.children_user + waited_for.children_system)
    return 0.0


def _killed(process: psutil.Process, keeper: int) -> bool:
    """Kill a process with its group, which may have new members by now, and say whether it was alive."""
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        alive = bool(process.status() != psutil.STATUS_ZOMBIE)
        group = os.getpgid(process.pid)
        if group != keeper:  # in whose own group the keeper would die before the orphans
            os.killpg(group, signal.SIGKILL)
        process.kill()
        return alive
    return False
