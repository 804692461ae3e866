"""The process between the runner and a plugin's: it adopts what the plugin's process leaves behind, and ends it.

A daemon becomes a child of the nearest living process that adopts orphans. The plugin's own process may be gone before
the runner has seen its daemons; this one imports no plugin, and lives until nothing is left. Run as
``python -m bench.run.isolation.keeper READ_FD WRITE_FD [RULES]``: with rules, the plugin's process is confined by them.
Only the standard library is imported before the fork and the confinement, both of which want a process of one thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path

from bench.run.isolation.sandbox import Sandbox, confine

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Start the plugin's process, confined or not, and see it to its end."""
    keep()
    for package in ("bench", "models"):  # found while the checkout's root can still be listed
        importlib.import_module(package)
    if len(sys.argv) > 3:
        rules = json.loads(sys.argv[3])
        confine(Path.cwd(), Sandbox(tuple(rules["readable"]), tuple(rules["writable"])))
    importlib.import_module("bench.run.job").main()


def keep() -> None:
    """Return in a new child process; here wait for its end, kill what it leaves, and end in the same way."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing outlives the runner
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    keeper = os.getpid()
    child = os.fork()
    if child == 0:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:  # it ended before it could take this process along
            os._exit(1)
        return
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])  # so that the pipes end with the child
    status = os.waitpid(child, 0)[1]
    _end_orphans()
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):  # not for SIGKILL, which needs none
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(keeper, os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def _end_orphans() -> None:
    """Kill adopted processes until none is left; those whose parent is killed are adopted next."""
    import psutil  # not before the fork: the child does not need it

    while orphans := psutil.Process().children():
        for orphan in orphans:
            with contextlib.suppress(psutil.Error):
                orphan.kill()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan.pid, 0)


if __name__ == "__main__":
    main()
