"""Driving one child process from outside: orders and answers, limits, memory, the last lines it printed."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.compiled import CACHE
from bench.run.isolation.family import Family
from bench.run.isolation.protocol import LONGEST_EVENT, parse_event
from bench.run.isolation.sandbox import Sandbox, prepare
from bench.run.packages import FIND_CHECKOUT
from bench.task import Sizes

START = FIND_CHECKOUT + "from bench.run.isolation.keeper import main; main()"
"""What a child runs."""
POLL_S = 0.1
"""How often limits are checked and memory is measured."""
GONE_S = 10.0
"""Longest wait for the end of a child that closed its pipe: its keeper sweeps up after it first."""
TAIL_BYTES = 4_000
"""How much of a child's output is kept for its record."""
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NUMBA_CACHE_DIR")
"""Variables that a child inherits."""
START_S, TRAINING_CASE_S = 600.0, 1.0
"""Wall seconds that a job is given, whatever it does, and for every training case."""


@dataclass(frozen=True)
class Limits:
    """What a child may use.

    Examples
    --------
    >>> Limits.of(Sizes(8_192, 1_024, 2_000, 3)).time_s / 3600
    2.442222222222222
    """

    time_s: float = 6 * 3600.0
    memory_mb: float = 16_000.0

    @classmethod
    def of(cls, sizes: Sizes, time_s: float | None = None, memory_mb: float | None = None) -> Limits:
        """Limits of the jobs of one size: a small task that hangs is given up sooner than a large one."""
        default_s = START_S + TRAINING_CASE_S * sizes.train
        return cls(default_s if time_s is None else time_s, cls.memory_mb if memory_mb is None else memory_mb)


class ChildFailed(Exception):  # noqa: N818  # an outcome that becomes a record, not an error of the suite
    """The child cannot go on: the status and message of its record."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def environment_of(threads: int) -> dict[str, str]:
    """Environment of a child: little of this process's, and the number of threads that its libraries may start."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1"}
    libraries = ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR")
    return environment | {f"{library}_NUM_THREADS": str(threads) for library in libraries}


class Child:
    """A child process in its own process group, working in its own folder."""

    def __init__(
        self,
        folder: Path,
        threads: int,
        limits: Limits,
        stop: threading.Event | None = None,
        sandbox: Sandbox | None = None,
        ends: float | None = None,
    ) -> None:
        self.peak_memory_mb = 0.0
        self._limits = limits
        self._stop = stop or threading.Event()
        self._verdict: ChildFailed | None = None
        self._tail: deque[bytes] = deque()
        orders_read, self._orders = os.pipe()
        self._answers, answers_write = os.pipe()
        environment = environment_of(threads)
        command = [sys.executable, "-P", "-c", START, str(orders_read), str(answers_write)]
        command += [str(os.getpid()), str(limits.memory_mb)]
        if sandbox is not None:
            command.append(json.dumps(asdict(sandbox)))
            environment |= prepare(folder, CACHE)
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(orders_read, answers_write),
            start_new_session=True,
        )
        os.close(orders_read)
        os.close(answers_write)
        self._family = Family(self._process.pid)
        self._deadline = time.monotonic() + limits.time_s if ends is None else ends
        self._pending = b""
        self._over = threading.Event()
        self._drain = threading.Thread(target=self._keep_tail, daemon=True)
        self._drain.start()
        self._watch = threading.Thread(target=self._enforce, daemon=True)
        self._watch.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()  # first: both go through the descendants
        self._family.kill()
        self._process.wait()
        self._drain.join(timeout=1.0)
        os.close(self._orders)
        os.close(self._answers)

    def cpu_s(self) -> float:
        """Processor time of the plugin's process and its descendants so far."""
        return self._family.cpu_s()

    def send(self, **order: Any) -> None:
        """Send an order."""
        try:
            os.write(self._orders, json.dumps(order).encode() + b"\n")
        except BrokenPipeError as error:
            raise self._failure() from error

    def receive(self) -> dict[str, Any]:
        """Wait for the next event."""
        while b"\n" not in self._pending:
            over = self._process.poll() is not None or self._verdict is not None
            ready, _, _ = select.select([self._answers], [], [], 0.0 if over else POLL_S)
            if ready:
                chunk = os.read(self._answers, 65536)
                if not chunk:
                    raise self._failure()
                self._pending += chunk
                if len(self._pending) > LONGEST_EVENT:
                    raise ChildFailed("failed", f"the child broke the protocol: an event of over {LONGEST_EVENT} bytes")
            elif over:
                raise self._failure()
        line, self._pending = self._pending.split(b"\n", 1)
        try:
            event = parse_event(line)
        except ValueError as error:
            raise ChildFailed("failed", f"the child broke the protocol: {line[:200]!r}") from error
        if event["event"] == "failed":
            status = event.get("status")
            status = status if status in ("invalid_output", "out_of_memory") else "failed"
            raise ChildFailed(status, str(event.get("message", ""))[-TAIL_BYTES:])
        return event

    def expect(self, name: str) -> dict[str, Any]:
        """Wait for the next event, which must be a given one."""
        event = self.receive()
        if event["event"] != name:
            raise ChildFailed("failed", f"the child broke the protocol: {event['event']!r} came instead of {name!r}")
        return event

    def _failure(self) -> ChildFailed:
        """What became of a child that answers no more."""
        if self._verdict is None:
            try:
                code = self._process.wait(timeout=GONE_S)
            except subprocess.TimeoutExpired:
                return ChildFailed("failed", f"the child closed its pipe without an answer\n{self._printed()}".strip())
            if self._verdict is None:
                return ChildFailed("failed", f"the child ended with {_ending(code)}\n{self._printed()}".strip())
        return self._verdict

    def _printed(self) -> str:
        """Last lines that the child printed."""
        self._drain.join(timeout=0.5)
        return b"".join(self._tail)[-TAIL_BYTES:].decode(errors="replace").strip()

    def _keep_tail(self) -> None:
        """Drain the child's output, so that it never blocks, and keep its end."""
        stream = self._process.stdout
        if stream is None:
            return
        kept = 0
        with contextlib.closing(stream):
            while chunk := os.read(stream.fileno(), 65536):
                self._tail.append(chunk)
                kept += len(chunk)
                while kept - len(self._tail[0]) > TAIL_BYTES:
                    kept -= len(self._tail.popleft())

    def _enforce(self) -> None:
        """Measure memory and end the child at its limits."""
        while not self._over.wait(POLL_S) and self._process.poll() is None:
            memory_mb = self._family.memory_mb()
            self.peak_memory_mb = max(self.peak_memory_mb, memory_mb)
            if time.monotonic() > self._deadline:
                self._end("timeout", f"stopped at the time limit of {self._limits.time_s:g} s")
            elif memory_mb > self._limits.memory_mb:
                self._end("out_of_memory", f"stopped at the memory limit of {self._limits.memory_mb:g} MB")
            elif self._stop.is_set():
                self._end("not_run", "stopped before it was done")

    def _end(self, status: str, message: str) -> None:
        """End the child for a reason."""
        self._verdict = ChildFailed(
            status, f"{message}\n{b''.join(self._tail)[-500:].decode(errors='replace')}".strip()
        )
        self._family.kill()


def _ending(code: int) -> str:
    """Say how a process ended: its exit status, or the signal, with its name if it has one."""
    if code >= 0:
        return f"exit status {code}"
    names = {each.value: f" ({each.name})" for each in signal.Signals}
    return f"signal {-code}{names.get(-code, '')}"
