import errno
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from bench.compiled import CACHE, ROOT
from bench.run.isolation import sandbox, syscalls
from bench.run.isolation.sandbox import Sandbox, exposed, landlock_version, prepare, sandbox_for

MEAN = ROOT / "models" / "mean.py"

needs_landlock = pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock")

TRY = """
import json, os, socket, sys
from pathlib import Path
from bench.run.isolation import sandbox, syscalls
rules, attempts, version, before = json.loads(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if version:
    sandbox.landlock_version = lambda: version
exec(before)
sandbox.confine(Path.cwd(), sandbox.Sandbox(tuple(rules[0]), tuple(rules[1])))
for attempt in attempts:
    try:
        exec(attempt)
        print("done")
    except OSError as error:
        print(os.strerror(error.errno))
"""


NO_FILTER = "sandbox.has_filters = lambda: False"
"""What a process does before it is confined by Landlock alone, so that no other protection stands in for it."""
ALL_RIGHTS = "sandbox._libc().capset = lambda *rights: 0"


def confined(folder, attempts, version=0, before="", device="cpu"):
    """What came of statements that a confined process tries; another statement comes before it is confined."""
    folder.mkdir(exist_ok=True)
    box = sandbox_for(MEAN, ROOT, device)
    rules = json.dumps([box.readable, box.writable])
    line = [sys.executable, "-c", TRY, rules, json.dumps(attempts), str(version), before]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]} | prepare(folder, CACHE)
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text("secret")
    return path


@needs_landlock
def test_a_confined_process_reaches_its_folder_and_the_libraries(tmp_path):
    attempts = [
        "Path('own').write_text('mine'); Path('own').rename('renamed'); Path('renamed').unlink()",
        "os.mkdir('below'); Path('below/file').write_text('x'); os.symlink('file', 'below/link')",
        "import numpy, ctypes.util; numpy.arange(3)",
        "import bench.cases, models.mean",
        "open('/dev/null', 'w').write('x'); open('/dev/urandom', 'rb').read(1)",
        "open('/proc/self/status').read(); open('/proc/cpuinfo').read()",
        "import subprocess; subprocess.run(['sh', '-c', 'exit 0'], check=True)",
    ]
    assert confined(tmp_path / "own", attempts) == ["done"] * len(attempts)


@needs_landlock
@pytest.mark.parametrize("version", range(1, landlock_version() + 1))
def test_a_confined_process_reaches_nothing_else(tmp_path, secret, version, other):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "link").symlink_to(secret)
    attempts = [
        f"open({str(secret)!r}).read()",
        "open('link').read()",
        f"open({str(secret)!r}, 'a')",
        f"os.listdir({str(tmp_path)!r})",
        f"open({str(tmp_path / 'new')!r}, 'w')",
        f"os.unlink({str(secret)!r})",
        f"os.listdir({str(ROOT / 'leaderboard')!r})",
        f"open({str(ROOT / 'run_bench.py')!r})",
        f"open({str(ROOT / 'bench' / 'new.py')!r}, 'w')",
        f"open('/proc/{other.pid}/mem', 'rb')",
        f"open('/proc/{other.pid}/environ', 'rb')",
        f"open('/proc/{other.pid}/cmdline', 'rb')",
        "os.listdir('/proc')",
    ]
    assert confined(tmp_path / "own", attempts, version) == ["Permission denied"] * len(attempts)
    assert secret.read_text() == "secret"


@needs_landlock
def test_a_confined_process_takes_no_link_of_a_file_outside(tmp_path, secret):
    assert confined(tmp_path / "own", [f"os.link({str(secret)!r}, 'mine')"]) != ["done"]


@needs_landlock
def test_a_confined_process_makes_no_device_and_has_no_rights_of_the_superuser(tmp_path):
    attempts = [
        "import stat; os.mknod('disk', 0o600 | stat.S_IFBLK, os.makedev(254, 0))",
        "os.chroot('.')",
        "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    ]
    refused = {"Operation not permitted", "Permission denied"}
    assert set(confined(tmp_path / "own", attempts)) <= refused
    assert set(confined(tmp_path / "own", attempts[:1], before=ALL_RIGHTS)) <= refused


@needs_landlock
@pytest.mark.skipif(landlock_version() < 6, reason="this kernel's Landlock has no scopes")
def test_a_confined_process_signals_nobody_and_connects_nowhere(tmp_path, other):
    attempts = [
        f"os.kill({other.pid}, 0)",
        "socket.create_connection(('127.0.0.1', 9), timeout=5)",
        "socket.create_server(('127.0.0.1', 0))",
    ]
    for before in ("", NO_FILTER):
        signal, connected, bound = confined(tmp_path / "own", attempts, before=before)
        assert (signal, connected, bound) == ("Operation not permitted", "Permission denied", "Permission denied")


@needs_landlock
def test_what_a_confined_process_starts_is_confined_as_well(tmp_path, secret):
    attempts = [f"import subprocess; print(subprocess.run(['cat', {str(secret)!r}], capture_output=True).returncode)"]
    assert confined(tmp_path / "own", attempts) == ["1", "done"]


def test_where_there_is_no_landlock_there_is_no_sandbox(monkeypatch):
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    assert sandbox_for(MEAN, ROOT) is None


@needs_landlock
def test_the_folder_of_a_plugin_is_readable_and_the_checkout_is_not(tmp_path):
    box = sandbox_for(tmp_path / "plugin.py", ROOT)
    assert {str(tmp_path), str(ROOT / "bench"), str(ROOT / "models")} <= set(box.readable)
    assert str(ROOT) not in box.readable
    assert box.isolation == f"landlock {landlock_version()}, seccomp"


def test_a_gpu_is_opened_only_for_a_run_on_one(monkeypatch):
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 7)
    assert "/dev/nvidiactl" not in sandbox_for(MEAN, ROOT).writable
    assert "/dev/nvidiactl" in sandbox_for(MEAN, ROOT, "cuda").writable


@needs_landlock
def test_threads_are_named_only_in_a_run_on_a_gpu_as_its_driver_does(tmp_path):
    name_it = ["open(f'/proc/self/task/{os.getpid()}/comm', 'w').write('driver')"]
    assert confined(tmp_path / "own", name_it) == ["Permission denied"]
    assert confined(tmp_path / "own", name_it, device="cuda") == ["done"]


def test_a_secret_in_a_readable_folder_is_found_through_links(tmp_path):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "key").touch()
    (tmp_path / "link").symlink_to(tmp_path / "plugins" / "key")
    box = Sandbox((str(tmp_path / "plugins"),))
    assert exposed(box, [Path("/etc/hostname"), tmp_path / "link"]) == (tmp_path / "link", str(tmp_path / "plugins"))
    assert exposed(box, [tmp_path / "key"]) is None


def test_a_child_gets_copies_of_the_kernels_so_that_it_spoils_nobody_elses(tmp_path):
    kernels = tmp_path / "kernels-of-all" / "digest"
    kernels.mkdir(parents=True)
    (kernels / "kernel.nbc").write_bytes(b"code")
    own = tmp_path / "own"
    own.mkdir()
    environment = prepare(own, kernels)
    copy = Path(environment["NUMBA_CACHE_DIR"]) / "digest" / "kernel.nbc"
    assert copy.is_relative_to(own)
    assert copy.read_bytes() == b"code"
    assert copy.stat().st_ino != (kernels / "kernel.nbc").stat().st_ino
    assert {environment["HOME"], environment["TMPDIR"]} == {str(own / "scratch")}


@needs_landlock
def test_a_refusal_of_the_kernel_is_an_error_that_names_the_call(tmp_path):
    with pytest.raises(OSError, match="landlock_add_rule of /dev/null: "):
        sandbox._allow(-1, "/dev/null", sandbox.READ_FILE)


@pytest.fixture
def other():
    """A process that waits, for others to reach: no harm to it is any to the tests."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


@needs_landlock
def test_a_confined_process_leaves_no_word_for_another_and_reaches_no_other_process(tmp_path, secret, other):
    limits, turns = resource.prlimit(other.pid, resource.RLIMIT_NOFILE), os.sched_getaffinity(other.pid)
    attempts = [
        "import ctypes; libc = ctypes.CDLL(None, use_errno=True)",
        "number = sandbox._checked(libc.shmget(0, 4096, 0o600), 'shmget'); libc.shmctl(number, 0, None)",
        f"import resource; resource.prlimit({other.pid}, resource.RLIMIT_NOFILE, (3, 3))",
        f"os.sched_setaffinity({other.pid}, {{0}})",
        f"os.setxattr({str(secret)!r}, 'user.word', b'1')",
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM).listen()",
    ]
    assert confined(tmp_path / "own", attempts) == [
        "done",
        *["Operation not permitted" for _ in range(3)],
        "Operation not supported",
        *["Permission denied" for _ in range(3)],
    ]
    assert (resource.prlimit(other.pid, resource.RLIMIT_NOFILE), os.sched_getaffinity(other.pid)) == (limits, turns)


@needs_landlock
def test_the_mode_and_times_of_a_file_outside_stay_and_copies_are_made(tmp_path, secret):
    before = secret.stat()
    attempts = [
        f"os.chmod({str(secret)!r}, 0o777)",
        f"os.utime({str(secret)!r}, (0, 0))",
        "import shutil; Path('a').write_text('x'); shutil.copy2('a', 'b'); Path('b').read_text()",
        "import threading; thread = threading.Thread(target=int); thread.start(); thread.join()",
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); socket.socketpair()",
    ]
    assert confined(tmp_path / "own", attempts) == ["done"] * len(attempts)
    assert (secret.stat().st_mode, secret.stat().st_mtime) == (before.st_mode, before.st_mtime)


def test_a_relative_folder_of_a_child_is_named_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    environment = prepare(Path("own"), tmp_path / "none")
    assert {environment["HOME"], environment["TMPDIR"]} == {str(tmp_path / "own" / "scratch")}


@needs_landlock
def test_the_memory_of_a_process_that_hides_it_is_not_for_others():
    code = """
from bench.run.isolation import sandbox, syscalls
PR_GET_DUMPABLE = 3  # linux/prctl.h
before = sandbox._libc().prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
sandbox.hide_memory()
print(before, sandbox._libc().prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "1 0\n"


@needs_landlock
@pytest.mark.skipif(not syscalls.has_filters(), reason="no filter is known for this kind of machine")
def test_every_system_call_that_the_filter_knows_is_answered_as_it_says(tmp_path):
    column = list(syscalls.ARCHITECTURES).index(platform.machine())
    expected = {
        name: (numbers[column], "-1", number)
        for table, number in (
            (syscalls.NO_CHANNELS, errno.EPERM),
            (syscalls.NOT_SUPPORTED, errno.EOPNOTSUPP),
            (syscalls.SEEMINGLY_DONE, 0),
        )
        for name, numbers in table.items()
        if numbers[column] is not None
    }
    for name, (numbers, place) in syscalls.OWN_PROCESS.items():
        expected[name] = (numbers[column], "-1, 99999999" if place else "99999999", errno.EPERM)
    expected["clone3"] = (syscalls.CLONE3[column], "0, 0", errno.ENOSYS)
    expected["clone"] = (syscalls.CLONE[column], f"{0x10000000}, 0, 0, 0, 0", errno.EPERM)
    expected["socket"] = (syscalls.SOCKET[column], "2, 1, 0", errno.EACCES)
    if platform.machine() == "x86_64":
        expected["getpid of x32"] = (syscalls.FIRST_X32 + 39, "0", errno.ENOSYS)
    ask = "import ctypes; libc = ctypes.CDLL(None, use_errno=True)"
    attempts = [
        f"result = libc.syscall({number}, {given}); print({name!r}, ctypes.get_errno() if result else 0)"
        for name, (number, given, _) in expected.items()
    ]
    lines = [line for line in confined(tmp_path / "own", [ask, *attempts]) if line != "done"]
    assert lines == [f"{name} {number}" for name, (_, _, number) in expected.items()]
