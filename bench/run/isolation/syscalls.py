"""Refusing system calls by which a confined child could reach the runner or leave word for another job.

Landlock rules over files, TCP, abstract sockets and signals. What it leaves open is closed here by a seccomp filter:
shared memory and queues of System V and POSIX, kernel keyrings, attributes, modes and times of files that can only be
read, other sockets, limits and priorities of other processes, and interfaces that do any of this by another way.

Source: https://docs.kernel.org/userspace-api/seccomp_filter.html; numbers from the kernel's tables of system calls;
instructions from linux/bpf_common.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
"""What a filter returns; to refuse, an error number is added: 0 lets the caller believe that it was done."""
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Machine to its number in linux/audit.h."""
FIRST_X32 = 0x40000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in ``struct seccomp_data``; an argument takes 8 bytes, the lower half first."""
LOAD, JUMP, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x05, 0x10, 0x30, 0x40, 0x06
AF_UNIX = 1
NAMESPACES = 0x7E020000
"""Flags of clone that ask for new namespaces."""

Numbers = tuple[int | None, int | None]
"""Of a system call on x86_64 and aarch64; None where there is no such call."""
NO_CHANNELS: dict[str, Numbers] = {
    **{"shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195)},
    **{"semget": (64, 190), "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192)},
    **{"msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187)},
    **{"mq_open": (240, 180), "mq_unlink": (241, 181)},
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54)},
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272)},
    **{"pidfd_getfd": (438, 438), "perf_event_open": (298, 241), "bpf": (321, 280), "userfaultfd": (323, 282)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427)},
    **{"unshare": (272, 97), "setns": (308, 268), "move_pages": (279, 239), "migrate_pages": (256, 238)},
    **{"inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262)},
}
"""Not permitted."""
NOT_SUPPORTED: dict[str, Numbers] = {
    **{"setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463)},
    **{"removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466)},
}
"""Attributes of files: what copies a file takes this answer, and goes on."""
SEEMINGLY_DONE: dict[str, Numbers] = {
    **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452)},
    **{"utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88)},
}
"""Modes and times of files: what copies or unpacks files stops at an error, and needs neither."""
OWN_PROCESS: dict[str, tuple[Numbers, int]] = {
    "prlimit64": ((302, 261), 0),
    "sched_setparam": ((142, 118), 0),
    "sched_setscheduler": ((144, 119), 0),
    "sched_setaffinity": ((203, 122), 0),
    "sched_setattr": ((314, 274), 0),
    "setpriority": ((141, 140), 1),
    "ioprio_set": ((251, 30), 1),
}
"""Calls that change a process, with the argument that names it: 0 is the caller."""
SOCKET: Numbers = (41, 198)
CLONE: Numbers = (56, 220)
CLONE3: Numbers = (435, 435)
"""Its flags lie in memory, where no filter sees them: without it, libraries call clone."""


def has_filters() -> bool:
    """Whether the filter is known for this kind of machine."""
    return platform.machine() in ARCHITECTURES


def refuse_channels() -> None:
    """Install the filter for this process and all that it starts, for good; ``no_new_privs`` must be set."""
    program = b"".join(_program(platform.machine()))
    held = ctypes.create_string_buffer(program)
    # struct sock_fprog: the number of instructions, and where they are
    given = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, given, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def _program(machine: str) -> Iterator[bytes]:
    """Instructions of the filter, of 8 bytes each."""
    column = list(ARCHITECTURES).index(machine)
    yield from _unless(ARCHITECTURE, ARCHITECTURES[machine], errno.EPERM)
    yield _instruction(LOAD, NUMBER)
    if machine == "x86_64":
        yield _instruction(JUMP | AT_LEAST, FIRST_X32, 0, 1)
        yield _instruction(RETURN, REFUSE | errno.ENOSYS)
    for calls, number in (
        (NO_CHANNELS, errno.EPERM),
        (NOT_SUPPORTED, errno.EOPNOTSUPP),
        (SEEMINGLY_DONE, 0),
        ({"clone3": CLONE3}, errno.ENOSYS),
    ):
        for numbers in calls.values():
            if (call := numbers[column]) is not None:
                yield _instruction(JUMP | EQUAL, call, 0, 1)
                yield _instruction(RETURN, REFUSE | number)
    for numbers, place in OWN_PROCESS.values():
        yield from _where(numbers[column], _unless(ARGUMENTS + 8 * place, 0, errno.EPERM))
    yield from _where(SOCKET[column], _unless(ARGUMENTS, AF_UNIX, errno.EACCES))
    asked = [_instruction(LOAD, ARGUMENTS), _instruction(JUMP | ANY_BIT, NAMESPACES, 0, 1)]
    yield from _where(CLONE[column], [*asked, _instruction(RETURN, REFUSE | errno.EPERM)])
    yield _instruction(RETURN, ALLOW)


def _unless(offset: int, value: int, number: int) -> list[bytes]:
    """Refuse with an error number unless the word at an offset has a value."""
    return [
        _instruction(LOAD, offset),
        _instruction(JUMP | EQUAL, value, 1, 0),
        _instruction(RETURN, REFUSE | number),
    ]


def _where(call: int | None, then: list[bytes]) -> list[bytes]:
    """Run instructions for one system call, and allow it after them."""
    if call is None:
        return []
    return [_instruction(JUMP | EQUAL, call, 0, len(then) + 1), *then, _instruction(RETURN, ALLOW)]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One ``struct sock_filter``."""
    return struct.pack("=HBBI", code, if_true, if_false, value)
