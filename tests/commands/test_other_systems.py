# Laboratories have macOS and Windows: what a run needs of Linux must not be asked for by whoever only reads or infers.
import subprocess
import sys

import pytest

from bench.compiled import ROOT
from bench.run.record import Record, append_records
from bench.task import PRESETS

EXAMPLE = str(ROOT / "docs" / "example_trace.csv")
AS_ELSEWHERE = """
import ctypes, importlib, os, pathlib, signal, sys
for name in ("concurrent.futures.process", "jinja2", "matplotlib.pyplot", "numba", "pandas", "psutil", "pydantic",
             "rich", "scipy.optimize", "scipy.stats", "seaborn", "sklearn", "subprocess", "tempfile", "typer"):
    importlib.import_module(name)  # they have their own ways on other systems

MODULES = ("fcntl", "grp", "pwd", "resource", "termios")
CALLS = '''chown fork forkpty geteuid getgid getloadavg getpgid getuid killpg lchown memfd_create mkfifo mknod nice
  pidfd_open pipe2 posix_fadvise posix_fallocate pread pwrite sched_getaffinity sched_setaffinity sched_setscheduler
  setns setpriority setsid setxattr statvfs sysconf uname unshare wait wait3 wait4 waitid
  O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_PATH WEXITSTATUS WIFSIGNALED WTERMSIG'''.split()
SIGNALS = "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGSTOP SIGUSR1 alarm pause pthread_kill setitimer".split()
for name in MODULES:
    sys.modules[name] = None
for holder, names in ((os, CALLS), (signal, SIGNALS)):
    for name in names:
        if hasattr(holder, name):
            delattr(holder, name)

def no_library(name, *_, **__):
    raise OSError(f"no library {name}")

def unseen(event, arguments):
    if event == "open" and str(arguments[0]).startswith(("/proc", "/sys")):
        raise FileNotFoundError(arguments[0])

ctypes.CDLL = no_library
sys.addaudithook(unseen)
exists = pathlib.Path.exists
pathlib.Path.exists = lambda path, **how: not str(path).startswith("/proc") and exists(path, **how)
sys.path.insert(0, ROOT)
from run_bench import app
from bench.timing import n_cores
assert n_cores() >= 1
app(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("infer", EXAMPLE, "--ideal"), marks=pytest.mark.smoke),
        ("infer", EXAMPLE),
        ("plan", "--e0", "0.5", "--kd", "1e-3"),
        pytest.param(("board", "--page"), marks=pytest.mark.smoke),
    ],
    ids=" ".join,
)
def test_what_needs_no_run_needs_no_linux(arguments, tmp_path):
    sizes = vars(PRESETS["quick"])
    record = Record("shift_10s", "", "mean", "mean", {}, 0, "quick", sizes, "failed", "", "", "", 1)
    append_records(tmp_path / "results", [record])
    command = [sys.executable, "-c", f"ROOT = {str(ROOT)!r}\n{AS_ELSEWHERE}", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
