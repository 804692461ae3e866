"""The processes between the runner and a plugin's: they see to it that nothing of the plugin outlives the job.

``main`` runs with the arguments ``READ_FD WRITE_FD RUNNER_PID MEMORY_MB [RULES]``; with rules, the plugin's process is
confined by them. The keeper asks the kernel for namespaces. Where it gets them, it starts their first
process, which starts the plugin's: the kernel ends all others with the first. Elsewhere it adopts what the plugin
leaves behind, and ends it. Only the standard library is imported before the forks and the confinement, which want a
process of one thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import signal
import sys
from pathlib import Path
from typing import NoReturn

from bench.run.isolation.namespaces import SHARED_MEMORY, furnish, leave_namespaces
from bench.run.isolation.sandbox import Sandbox, confine

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36
SHORT = f"{SHARED_MEMORY}/tmp"


def main() -> None:
    """Start the plugin's process, confined or not, and see it to its end."""
    enter(int(sys.argv[3]), float(sys.argv[4]), sys.argv[5] if len(sys.argv) > 5 else "")
    importlib.import_module("bench.run.job").main()


def enter(runner: int, memory_mb: float, rules: str) -> None:
    """Return in a new process that is kept, and confined by rules where some are given, as JSON."""
    apart = keep(runner, memory_mb)
    if not apart:
        os.environ["JOBLIB_MULTIPROCESSING"] = "0"  # it would ask for shared memory
    for package in ("bench", "models"):  # found while the checkout's root can still be listed
        importlib.import_module(package)
    if rules:
        opened = json.loads(rules)
        if apart:  # a short way to its folder for temporary files: a path of a socket has at most 107 bytes
            os.symlink(os.environ["TMPDIR"], SHORT)
            os.environ["TMPDIR"] = SHORT
        confine(Path.cwd(), Sandbox(tuple(opened["readable"]), tuple(opened["writable"])), apart=apart)


def keep(runner: int, memory_mb: float) -> bool:
    """Return in a new process, and wait here for its end: nothing that it starts outlives it, nor the runner.

    Whether the new process has /proc and shared memory of its own.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != runner:  # it ended before it could take this process along
        os._exit(1)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    apart, (told, tell) = leave_namespaces(), os.pipe()
    first, tie = _fork_tied()
    if first == 0:
        furnished = apart and furnish(memory_mb)
        if apart:
            plugin, tie = _fork_tied()
            if plugin:
                _close_all_but(tell, tie)
                while (ended := os.wait())[0] != plugin:  # what fled to the first process of all
                    pass
                os.write(tell, str(ended[1]).encode())
                os._exit(0)
        os.close(told)
        os.close(tell)
        return furnished
    _close_all_but(told, tie)  # so that the pipes to the runner end with the plugin's process
    status = os.waitpid(first, 0)[1]
    if apart:
        status = int(os.read(told, 16) or status)
    else:
        _end_orphans()
    _end_like(status)


def _fork_tied() -> tuple[int, int]:
    """Fork a process that ends with this one: in it 0, here its number; and what ties them, to be kept open."""
    read_fd, write_fd = os.pipe()
    if number := os.fork():
        os.close(read_fd)
        return number, write_fd
    os.close(write_fd)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if select.select([read_fd], [], [], 0)[0]:  # the other end is gone: it ended before it could take this one along
        os._exit(1)
    os.close(read_fd)
    return 0, -1


def _close_all_but(*kept: int) -> None:
    """Close every descriptor but those given and the three of the standard streams."""
    first = 3
    for descriptor in (*sorted(kept), resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        os.closerange(first, descriptor)
        first = descriptor + 1


def _end_orphans() -> None:
    """Kill adopted processes until none is left; those whose parent is killed are adopted next."""
    import psutil  # not before the forks: no other process needs it

    while orphans := psutil.Process().children():
        for orphan in orphans:
            with contextlib.suppress(psutil.Error):
                orphan.kill()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan.pid, 0)


def _end_like(status: int) -> NoReturn:
    """End as another process ended."""
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):  # not for SIGKILL, which needs none
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))
