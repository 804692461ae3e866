"""Namespaces of a child's own, where the kernel gives them: processes, System V memory, and /dev/shm.

What is started in a namespace of processes ends with the first of them, whatever it did to flee. Memory of System V
goes with its namespace, and what lies in a /dev/shm of one's own is gone with the job and counts as the job's. Without
the rights of the superuser the kernel is asked for them in a namespace of users, in which this user stays who he is.

Source: man 7 namespaces, pid_namespaces, ipc_namespaces, user_namespaces; numbers from linux/sched.h and linux/mount.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

NEW_MOUNTS, NEW_IPC, NEW_USERS, NEW_PROCESSES = 0x00020000, 0x08000000, 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
SHARED_MEMORY = "/dev/shm"
PAGE_BYTES = 4096


def leave_namespaces() -> bool:
    """Leave the namespaces of this process, but for its own place among processes, which only what it forks leaves.

    Whether the kernel agrees; if not, nothing has changed: a process that is let into a namespace of users and then
    refused the rest could not go back, so another tries first.
    """
    trial = os.fork()
    if trial == 0:
        with contextlib.suppress(OSError):
            os._exit(0 if _left() else 1)
        os._exit(1)
    return os.waitpid(trial, 0)[1] == 0 and _left()


def _left() -> bool:
    """Ask the kernel for namespaces."""
    user, group, libc = os.getuid(), os.getgid(), ctypes.CDLL(None)
    if libc.unshare(NEW_IPC | NEW_PROCESSES) == 0:
        return True
    if libc.unshare(NEW_USERS | NEW_IPC | NEW_PROCESSES) != 0:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def furnish(memory_mb: float) -> bool:
    """Give the first process of the new namespaces its own /proc and its own shared memory, of a limited size.

    Whether it has both.
    """
    libc = ctypes.CDLL(None)
    if libc.unshare(NEW_MOUNTS) != 0:
        return False
    libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)  # what is mounted here is seen here alone
    processes: int = libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)
    size = f"size={int(memory_mb)}m".encode()
    shared: int = libc.mount(b"tmpfs", SHARED_MEMORY.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, size)
    with contextlib.suppress(OSError):
        Path("/proc/sys/kernel/shmall").write_text(str(int(memory_mb * 1e6 / PAGE_BYTES)))
    return processes == 0 and shared == 0
