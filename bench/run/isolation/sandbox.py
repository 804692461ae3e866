"""Confining a child to its own folder and the libraries, with Landlock, before anything of a plugin is imported.

A rule set holds for the thread that asks for it and for threads and processes that it starts later, so it must come
before any library starts threads: this module imports the standard library only.

Source: the kernel's userspace API, https://docs.kernel.org/userspace-api/landlock.html; numbers from
linux/landlock.h, linux/prctl.h and linux/capability.h.
"""

from __future__ import annotations

import ctypes
import mimetypes
import os
import shutil
import stat
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.run.isolation.namespaces import SHARED_MEMORY
from bench.run.isolation.syscalls import has_filters, refuse_channels

SCRATCH = "scratch"
"""Folder within the child's own that stands for its home and for temporary files."""
KERNELS = "kernels"
"""Folder within the child's own that holds its copy of the compiled kernels."""

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION = 1
LANDLOCK_RULE_PATH_BENEATH = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
LINUX_CAPABILITY_VERSION_3 = 0x20080522

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
RIGHTS_OF_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
"""File rights that each version knows; from 5 on there are 16."""
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""Rights that a rule for a single file may name."""
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = ~(MAKE_CHAR | MAKE_BLOCK)
"""Everything but device files: a process of the superuser could read the disk through one."""
DENY_TCP = 0b11
DENY_SOCKETS_AND_SIGNALS = 0b11
"""Abstract Unix sockets of, and signals to, processes outside."""

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
ETC = ("ld.so.cache", "passwd", "group", "nsswitch.conf", "localtime", "alternatives", "fonts", "OpenCL")
KERNEL = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/sys/kernel/mm",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
GPU_DEVICES = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/proc/driver/nvidia", "/proc/self/task")
"""The driver names the threads that it starts, in /proc/self/task: without that it finds no GPU."""


@dataclass(frozen=True)
class Sandbox:
    """What a confined child can reach beside its own folder."""

    readable: tuple[str, ...]
    writable: tuple[str, ...] = DEVICES

    @property
    def isolation(self) -> str:
        """What the child's record says of it."""
        return f"landlock {landlock_version()}" + (", seccomp" if has_filters() else "")


@cache
def landlock_version() -> int:
    """Version of the kernel's Landlock interface.

    Examples
    --------
    >>> landlock_version() >= 0
    True
    """
    if not sys.platform.startswith("linux"):
        return 0
    flags = ctypes.c_uint32(LANDLOCK_CREATE_RULESET_VERSION)
    return max(0, int(_libc().syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), flags)))


def sandbox_for(plugin: Path, root: Path, device: str = "cpu") -> Sandbox | None:
    """Sandbox of a plugin's child."""
    if landlock_version() == 0:
        return None
    libraries = (sys.prefix, sys.base_prefix, *SYSTEM, *KERNEL, *(f"/etc/{name}" for name in ETC))
    beside = plugin.resolve().parents[plugin.name == "__init__.py"]  # a package's modules, and those beside the package
    project = (root / "bench", root / "models", beside)
    readable = (*libraries, *map(str, project), *map(str, mimetypes.knownfiles))
    return Sandbox(readable, DEVICES if device == "cpu" else DEVICES + GPU_DEVICES)


def exposed(sandbox: Sandbox, secrets: Iterable[Path]) -> tuple[Path, str] | None:
    """Find a secret that lies where a confined child can read.

    Examples
    --------
    >>> secret, folder = exposed(Sandbox(("/opt/plugins",)), [Path("/opt/plugins/key")])
    >>> str(secret), folder
    ('/opt/plugins/key', '/opt/plugins')
    >>> exposed(Sandbox(("/opt/plugins",)), [Path("/opt/keys/key")])
    """
    open_folders = [(folder, Path(folder).resolve()) for folder in sandbox.readable if not folder.startswith("/proc")]
    for secret in secrets:
        for shown, folder in open_folders:
            if secret.resolve().is_relative_to(folder):
                return secret, shown
    return None


def prepare(folder: Path, kernels: Path) -> dict[str, str]:
    """Make a child's folder ready for it to live in alone.

    The child gets a copy of the compiled kernels: it must not write where others, and the runner, load code from.
    """
    folder = folder.resolve()  # the child works in it, and another folder than this process
    (folder / SCRATCH).mkdir(exist_ok=True)
    copies = folder / KERNELS
    copies.mkdir(exist_ok=True)
    if kernels.is_dir():
        shutil.copytree(kernels, copies / kernels.name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tmp*"))
    scratch = str(folder / SCRATCH)
    return {
        "HOME": scratch,
        "TMPDIR": scratch,
        "NUMBA_CACHE_DIR": str(copies),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def hide_memory() -> None:
    """Keep other processes of the same user from reading this one's memory; the superuser still can."""
    _checked(_libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl(PR_SET_DUMPABLE)")


def confine(own: Path, sandbox: Sandbox, *, apart: bool = False) -> None:
    """Confine this process, for good, to its folder and what the sandbox opens.

    Apart from others, in namespaces, it has a /proc of its own, which shows it and what it starts, and shared memory.
    """
    version = landlock_version()
    handled = RIGHTS_OF_ABI.get(version, (1 << 16) - 1)
    network = DENY_TCP if version >= 4 else 0
    scopes = DENY_SOCKETS_AND_SIGNALS if version >= 6 else 0
    attribute = struct.pack("=QQQ", handled, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = _checked(
        _libc().syscall(LANDLOCK_CREATE_RULESET, attribute, ctypes.c_size_t(len(attribute)), ctypes.c_uint32(0)),
        "landlock_create_ruleset",
    )
    for path, rights in (
        (str(own), WRITE),
        *([(SHARED_MEMORY, WRITE), ("/proc", READ)] * apart),
        *((path, READ) for path in sandbox.readable),
        *((path, READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV) for path in sandbox.writable),
    ):
        _allow(rules, path, rights & handled)
    _checked(_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")
    header = struct.pack("=Ii", LINUX_CAPABILITY_VERSION_3, 0)
    _checked(_libc().capset(header, bytes(24)), "capset")  # no rights of the superuser, who could undo all this
    _checked(_libc().syscall(LANDLOCK_RESTRICT_SELF, rules, ctypes.c_uint32(0)), "landlock_restrict_self")
    os.close(rules)
    if has_filters():
        refuse_channels()


def _allow(rules: int, path: str, rights: int) -> None:
    """Add a rule for a path, if it exists."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ON_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        _checked(
            _libc().syscall(LANDLOCK_ADD_RULE, rules, LANDLOCK_RULE_PATH_BENEATH, rule, ctypes.c_uint32(0)),
            f"landlock_add_rule of {path}",
        )
    finally:
        os.close(descriptor)


@cache
def _libc() -> ctypes.CDLL:
    """The C library, with its error numbers kept."""
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    """Result of a system call, or its error."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return int(result)
