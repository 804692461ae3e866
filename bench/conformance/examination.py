"""The conformance suite in a child process: a plugin that crashes or hangs takes nothing else along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.conformance.subject import Subject
from bench.conformance.suite import CHECKS, FAILED, PASSED, Check, CheckResult, examine
from bench.contract import Model
from bench.errors import BenchError, unknown
from bench.run.child import Limits, environment_of
from bench.run.isolation.family import Family
from bench.run.job import load_model, missing_packages
from bench.run.packages import FIND_CHECKOUT, join_models

START = (
    "from bench.run.isolation.keeper import keep; keep({}, {}); from bench.conformance.examination import main; main()"
)
"""What the process runs: the keeper of all that the plugin starts comes first, for it forks before any library does."""
LOADS = "loads"
"""Name of what comes before the checks: the file defines a model."""
TAIL_CHARACTERS = 2_000
"""How much of what the plugin printed is shown when it ends its process."""


def examined(
    path: Path,
    time_limit_s: float,
    only: str | None = None,
    settings: Mapping[str, Any] | None = None,
    member: str = "",
) -> Iterator[CheckResult]:
    """Put the conformance suite to a plugin, in a process of its own."""
    names = [check.name for check in CHECKS]
    if only is not None and only not in names:
        raise unknown("check", only, names)
    names, changed = [LOADS, *([only] if only else names)], json.dumps(settings or {})
    read_fd, write_fd = os.pipe()
    with tempfile.TemporaryDirectory(prefix="check-") as folder, tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                FIND_CHECKOUT + START.format(os.getpid(), Limits.memory_mb),
                str(path.resolve()),
                str(write_fd),
                member,
                changed,
                *names[1:],
            ],
            cwd=folder,
            env=environment_of(1),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            pass_fds=(write_fd,),
            start_new_session=True,
        )
        os.close(write_fd)
        family, late = Family(process.pid), threading.Event()

        def end() -> None:
            late.set()
            family.kill()

        timer = threading.Timer(time_limit_s, end)
        timer.start()
        n_seen = 0
        try:
            with open(read_fd, encoding="utf-8") as answers:
                for line in answers:
                    outcome = CheckResult(**json.loads(line))
                    n_seen += 1
                    yield outcome
                    if outcome.check == LOADS and outcome.status == FAILED:
                        return
            code = process.wait()
            if n_seen < len(names):
                how = f"stopped at the time limit of {time_limit_s:g} s" if late.is_set() else f"exit status {code}"
                yield CheckResult(
                    names[n_seen], FAILED, f"its process must go on, got: {how}. {_tail(printed.fileno())}"
                )
        finally:
            timer.cancel()
            timer.join()  # first: both go through the descendants
            family.kill()
            process.wait()


def _tail(descriptor: int) -> str:
    """Last lines that a process printed to a file."""
    size = os.fstat(descriptor).st_size
    text = os.pread(descriptor, TAIL_CHARACTERS, max(0, size - TAIL_CHARACTERS)).decode(errors="replace").strip()
    return f"It printed:\n{text}" if text else "It printed nothing."


def main() -> None:
    """Put the checks named on the command line, and write each outcome as one JSON line."""
    path, member, settings, names = Path(sys.argv[1]), sys.argv[3], json.loads(sys.argv[4]), sys.argv[5:]
    join_models(path.parent)
    with open(int(sys.argv[2]), "w", encoding="utf-8") as answers:

        def answer(outcome: CheckResult) -> None:
            answers.write(json.dumps(asdict(outcome)) + "\n")
            answers.flush()

        loaded = _loaded(path, settings, member)
        if isinstance(loaded, CheckResult):
            answer(loaded)
            return
        answer(CheckResult(LOADS, PASSED))
        subject = Subject(loaded)
        for check in CHECKS:
            if check.name in names:
                outcome = examine(check, subject)
                answer(_with_traceback(check, subject, outcome) if len(names) == 1 else outcome)


def _with_traceback(check: Check, subject: Subject, outcome: CheckResult) -> CheckResult:
    """CheckResult with the traceback of what the plugin raised, if it raised."""
    if outcome.status == FAILED:
        try:
            check.ask(subject)
        except Exception:  # noqa: BLE001 - what it raises is what is shown
            return replace(outcome, message=f"{outcome.message}\n{traceback.format_exc()}")
    return outcome


def _loaded(path: Path, settings: dict[str, Any], member: str) -> Model | CheckResult:
    """Load a plugin, or say why it cannot be."""
    try:
        model = load_model(path, settings, member)
        lacking = missing_packages(model)
    except BenchError as error:
        return CheckResult(LOADS, FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - a plugin can raise anything while it is imported
        return CheckResult(LOADS, FAILED, f"{type(error).__name__}: {error}")
    return CheckResult(LOADS, FAILED, lacking) if lacking else model
