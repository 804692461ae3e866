# What becomes of the processes of a plugin that is checked; what the checks say is tested with the verb.
import psutil
import pytest

from bench.conformance.examination import LOADS, examined
from bench.conformance.suite import FAILED, PASSED
from bench.run.isolation.sandbox import landlock_version
from bench.run.plan import Plugin
from tests.patience import PATIENCE_S, wait_for

STARTS_DAEMON = """
import subprocess
import time
from dataclasses import dataclass

from bench.contract import Model

DAEMON = "setsid sleep 600 > /dev/null 2>&1 & echo $!"
subprocess.run(["sh", "-c", DAEMON], capture_output=True, check=True)


@dataclass(frozen=True)
class Hangs(Model):
    def fit(self, train, valid, context):
        time.sleep(600)

"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """File of a plugin that starts a daemon in a session of its own, with a last line; it leaves its files beside."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def write(last_line):
        (tmp_path / "starts.py").write_text(STARTS_DAEMON + last_line)
        return tmp_path / "starts.py"

    return write


def test_a_daemon_of_a_plugin_that_does_not_load_is_killed(plugin, tmp_path, left_of):
    path = plugin("raise ValueError('no urease in sight')")
    (outcome,) = examined(Plugin(path), PATIENCE_S)
    assert (outcome.check, outcome.status) == (LOADS, FAILED)
    assert left_of(tmp_path) == []


def test_a_daemon_of_a_plugin_that_hangs_is_killed_with_it(plugin, tmp_path, running, left_of):
    path = plugin("MODEL = Hangs()")
    before = set(psutil.Process().children(recursive=True))  # other tests leave some, such as a resource tracker
    outcomes = examined(Plugin(path), PATIENCE_S)
    outcome = next(outcomes)
    assert (outcome.check, outcome.status) == (LOADS, PASSED)
    wait_for(lambda: running(tmp_path, "sleep"))  # setsid has yet to become it
    outcomes.close()
    assert left_of(tmp_path) == []
    assert set(psutil.Process().children(recursive=True)) <= before


READS = """
from dataclasses import dataclass
from pathlib import Path

from bench.contract import Model

Path("{secret}").read_text()


@dataclass(frozen=True)
class Reads(Model):
    def fit(self, train, valid, context):
        context.report(0.5, "epoch 1")
        raise ValueError(context.device)


MODEL = Reads()
"""


@pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock, which confines the plugin")
def test_a_plugin_under_seal_reads_nothing_outside(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "secret").write_text("key")
    (tmp_path / "mine" / "reads.py").write_text(READS.format(secret=tmp_path / "secret"))
    plugin, told = Plugin(tmp_path / "mine" / "reads.py"), []
    *_, opened = examined(plugin, PATIENCE_S, "shape", report=lambda *progress: told.append(progress))
    assert (opened.check, opened.status, told[0]) == ("shape", FAILED, (0.5, "epoch 1"))
    (outcome,) = examined(plugin, PATIENCE_S, "shape", sealed=True)
    assert (outcome.check, outcome.status) == (LOADS, FAILED)
    assert outcome.message.startswith("PermissionError: ")
    assert outcome.message.endswith(" [reads.py, line 7]")
