import os
import time

import psutil
import pytest

from bench.run.isolation.namespaces import leave_namespaces

GONE_WITHIN_S = 120.0


def _named(process, folder):
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get("TMPDIR") == str(folder)
    except (psutil.Error, ProcessLookupError):
        return False


@pytest.fixture(scope="session")
def running():
    """Processes whose folder for temporary files is a given one: whatever they did to flee, they inherited that."""
    return lambda folder: [process for process in psutil.process_iter() if _named(process, folder)]


@pytest.fixture(scope="session")
def left_of(running):
    """The same, asked until they have had the time to end."""

    def left(folder):
        deadline = time.monotonic() + GONE_WITHIN_S
        while (found := running(folder)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found

    return left


@pytest.fixture(scope="session")
def namespaces():
    """Whether the kernel gives this user namespaces of his own."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if leave_namespaces() else 1)
    return os.waitpid(pid, 0)[1] == 0
