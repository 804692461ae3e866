# What becomes of the processes of a plugin that is checked; what the checks say is tested with the verb.
import time

import psutil
import pytest

from bench.conformance.examination import LOADS, examined
from bench.conformance.suite import FAILED, PASSED

LIMIT_S, GONE_WITHIN_S = 600.0, 120.0
STARTS_DAEMON = """
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.contract import Model

DAEMON = "setsid sleep 600 > /dev/null 2>&1 & echo $!"
started = subprocess.run(["sh", "-c", DAEMON], capture_output=True, check=True)
Path(__file__).with_name("pid").write_bytes(started.stdout)


@dataclass(frozen=True)
class Hangs(Model):
    def fit(self, train, valid, context):
        time.sleep(600)

"""


def runs(pid):
    """Whether a process runs, asked until it has had the time to end."""
    deadline = time.monotonic() + GONE_WITHIN_S
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive(pid)


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def plugin(tmp_path):
    """File of a plugin that starts a daemon in a session of its own, with a last line; and where that is noted."""

    def write(last_line):
        (tmp_path / "starts.py").write_text(STARTS_DAEMON + last_line)
        return tmp_path / "starts.py", tmp_path / "pid"

    return write


def test_a_daemon_of_a_plugin_that_does_not_load_is_killed(plugin):
    path, pid = plugin("raise ValueError('no urease in sight')")
    (outcome,) = examined(path, LIMIT_S)
    assert (outcome.check, outcome.status) == (LOADS, FAILED)
    assert not runs(int(pid.read_text()))


def test_a_daemon_of_a_plugin_that_hangs_is_killed_with_it(plugin):
    path, pid = plugin("MODEL = Hangs()")
    before = set(psutil.Process().children(recursive=True))  # other tests leave some, such as a resource tracker
    outcomes = examined(path, LIMIT_S)
    outcome = next(outcomes)
    assert (outcome.check, outcome.status) == (LOADS, PASSED)
    daemon = int(pid.read_text())
    assert alive(daemon)
    outcomes.close()
    assert not runs(daemon)
    assert set(psutil.Process().children(recursive=True)) <= before
