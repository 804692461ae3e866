import os
import time
from contextlib import contextmanager
from pathlib import Path

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


GONE_WITHIN_S = 120.0


def _is(process, folder, name):
    """Whether a process lives, has this folder and this name; it may go while it is asked."""
    try:
        there = process.status() != psutil.STATUS_ZOMBIE and process.environ().get("TMPDIR") == str(folder)
        return there and name in ("", process.name())
    except (psutil.Error, ProcessLookupError):
        return False


@pytest.fixture(scope="session")
def running():
    """Processes whose folder for temporary files is a given one: whatever they did to flee, they inherited that."""
    return lambda folder, name="": [process for process in psutil.process_iter() if _is(process, folder, name)]


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
def waiting(running):
    """Children of the row that waits, the newest last, by the folder where its notes lie."""
    return lambda folder: sorted(running(folder, "waits"), key=lambda process: process.create_time())


@contextmanager
def _without_pixels():
    """Pictures are composed and their files are there, but empty: drawing takes most of a board's time."""
    from matplotlib.figure import Figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda figure, path, **options: Path(path).touch())
        yield


@pytest.fixture
def undrawn():
    """For one test."""
    with _without_pixels():
        yield


@pytest.fixture(scope="module")
def all_undrawn():
    """For a module whose fixtures draw as well."""
    with _without_pixels():
        yield
