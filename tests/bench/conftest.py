import os
import time

import pytest

from bench.run.isolation.namespaces import leave_namespaces

GONE_WITHIN_S = 120.0


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
