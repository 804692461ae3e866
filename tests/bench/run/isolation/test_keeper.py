import ctypes
import os
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from bench.compiled import ROOT

KEY = 0x5EA1
"""Of memory of System V that only this test asks for."""
KEEPER = """
import os, subprocess, sys
from bench.run.isolation import keeper
if sys.argv[2] == "together":
    keeper.leave_namespaces = lambda: False
keeper.keep(int(sys.argv[1]), 500.0)
exec(sys.argv[3])
"""
RUNNER = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid()), *sys.argv[2:]])
print("started", flush=True)
sys.exit(child.wait())
"""
FLEES = """
subprocess.Popen(["sleep", "600"])
subprocess.Popen(["sleep", "600"], start_new_session=True)
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        print("fled", flush=True)
        subprocess.run(["sleep", "600"])
    os._exit(0)
os.wait()
"""


@pytest.fixture(params=["apart", "together"])
def way(request, namespaces):
    """With namespaces and without."""
    if request.param == "apart" and not namespaces:
        pytest.skip("this kernel gives this user no namespaces")
    return request.param


@pytest.fixture
def apart(namespaces):
    if not namespaces:
        pytest.skip("this kernel gives this user no namespaces")
    return "apart"


@pytest.fixture
def start(tmp_path, running):
    """Starts a runner, which starts a keeper, which starts a script."""

    started = []

    def start(way, script):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
        line = [sys.executable, "-c", RUNNER, KEEPER, way, script]
        started.append(subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path))
        return started[-1]

    yield start
    for process in running(tmp_path):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    for process in started:
        process.stdout.close()
        process.wait()


@pytest.mark.parametrize(
    ("script", "status"),
    [("sys.exit(0)", 0), ("os._exit(139)", 139), ("os.kill(os.getpid(), 11)", -11), ("os.kill(os.getpid(), 40)", -40)],
)
def test_the_keeper_ends_as_the_process_ended(start, way, script, status):
    runner = start(way, script)
    runner.communicate()
    assert runner.returncode == status % 256


def test_what_fled_ends_with_the_process(start, way, tmp_path, left_of):
    start(way, FLEES).wait()  # without reading to the end, which is that of whatever has fled
    assert left_of(tmp_path) == []


def test_what_fled_ends_with_a_runner_that_is_killed(start, apart, tmp_path, left_of):
    runner = start(apart, FLEES + "import time; time.sleep(600)")
    while runner.stdout.readline() != "fled\n":
        pass
    runner.kill()
    runner.wait()
    assert left_of(tmp_path) == []


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08])
def test_a_runner_that_is_killed_as_a_child_starts_leaves_none(start, apart, tmp_path, left_of, after_s):
    runner = start(apart, FLEES + "import time; time.sleep(600)")
    assert runner.stdout.readline() == "started\n"
    time.sleep(after_s)
    runner.kill()
    runner.wait()
    assert left_of(tmp_path) == []


def test_a_process_whose_parent_ends_before_they_are_tied_ends_too():
    code = """
import os, time
from types import SimpleNamespace
from bench.run.isolation import keeper
parent = os.getpid()
def tied_late(*numbers):
    while os.getppid() == parent:
        time.sleep(0.01)
keeper.ctypes = SimpleNamespace(CDLL=lambda _: SimpleNamespace(prctl=tied_late))
if keeper._fork_tied()[0] == 0:
    print("goes on")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""  # which it reads up to the end of both


def test_shared_memory_files_and_processes_are_the_jobs_own(start, apart):
    ipc_creat, ipc_excl, ipc_rmid = 0o1000, 0o2000, 0
    script = f"""
import ctypes
print(os.listdir("/dev/shm"), [name for name in os.listdir("/proc") if name.isdigit()])
open("/dev/shm/note", "w").write("x")
print(ctypes.CDLL(None).shmget({KEY}, 4096, {ipc_creat | ipc_excl | 0o600}) >= 0)
"""
    libc = ctypes.CDLL(None)
    try:
        for _ in range(2):  # what the first leaves is not there for the second
            lines = start(apart, script).communicate()[0].splitlines()
            assert lines == ["started", "[] ['1', '2']", "True"]
    finally:
        left = libc.shmget(KEY, 4096, 0o600)
        libc.shmctl(left, ipc_rmid, None)
    assert left == -1
