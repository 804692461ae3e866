import os

import psutil
import pytest
from hypothesis import settings

collect_ignore = ["hostile"]  # plugins that would take pytest along; only child processes import them

OF_TERMINALS = ("COLUMNS", "LINES", "TERM", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
OF_SERVICES_AND_HOOKS = ("GITHUB_ACTIONS", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")


def pytest_configure():
    """Forget what the surroundings say of themselves: it would colour and wrap what is read, or lead git elsewhere."""
    for name in (*OF_TERMINALS, *OF_SERVICES_AND_HOOKS):
        os.environ.pop(name, None)


# The first call of a kernel compiles it, so no deadline; the same examples every time, so that a failure stays.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


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
def waiting(running):
    """Children of the row that waits, the newest last, by the folder where its notes lie."""
    return lambda folder: sorted((p for p in running(folder) if p.name() == "waits"), key=lambda p: p.create_time())
