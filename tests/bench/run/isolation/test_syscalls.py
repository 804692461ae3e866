import re
from pathlib import Path

import pytest

from bench.run.isolation import syscalls

HEADERS = ("x86_64-linux-gnu/asm/unistd_64.h", "asm-generic/unistd.h")
"""Where the kernel's numbers stand for each of the two kinds of machine; the second holds on every one but x86."""
CALLS = {
    name: numbers
    for table in (syscalls.NO_CHANNELS, syscalls.NOT_SUPPORTED, syscalls.SEEMINGLY_DONE)
    for name, numbers in table.items()
}
CALLS |= {name: numbers for name, (numbers, _) in syscalls.OWN_PROCESS.items()}
CALLS |= {"socket": syscalls.SOCKET, "clone": syscalls.CLONE, "clone3": syscalls.CLONE3}


@pytest.mark.parametrize("machine", syscalls.ARCHITECTURES)
def test_numbers_of_system_calls_are_those_of_the_kernel(machine):
    column = list(syscalls.ARCHITECTURES).index(machine)
    header = Path("/usr/include") / HEADERS[column]
    if not header.is_file():
        pytest.skip("the kernel's headers are not installed: apt install linux-libc-dev")
    told = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", header.read_text())}
    known = {name: numbers[column] for name, numbers in CALLS.items() if numbers[column] is not None}
    assert {name: number for name, number in known.items() if told.get(name, number) != number} == {}
    assert len(known.keys() & told.keys()) >= 0.9 * len(known)  # an older header lacks the newest
    assert [name for name, numbers in CALLS.items() if numbers[column] is None and name in told] == []
