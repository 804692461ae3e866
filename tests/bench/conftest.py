import os

import pytest

from bench.run.isolation.namespaces import leave_namespaces


@pytest.fixture(scope="session")
def namespaces():
    """Whether the kernel gives this user namespaces of his own."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if leave_namespaces() else 1)
    return os.waitpid(pid, 0)[1] == 0
