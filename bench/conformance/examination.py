"""The conformance suite in a child process: a plugin that crashes or hangs takes nothing else along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.compiled import CACHE, ROOT
from bench.conformance.subject import Budget, Subject
from bench.conformance.suite import ANSWERS, CHECKS, FAILED, PASSED, CheckResult, conformance
from bench.contract import Model
from bench.errors import BenchError, place_of, unknown
from bench.run.catalogue import folder_of
from bench.run.child import Limits, environment_of
from bench.run.isolation.family import Family
from bench.run.isolation.protocol import clean_text
from bench.run.isolation.sandbox import prepare, sandbox_for
from bench.run.job import watch
from bench.run.loading import load_model, missing_packages, settings_of
from bench.run.packages import FIND_CHECKOUT, join_models
from bench.run.plan import Plugin

START = (
    "from bench.run.isolation.keeper import enter; enter({}, {}, {!r}); "
    "from bench.conformance.examination import main; main()"
)
"""What the process runs: the keeper of all that the plugin starts comes first, for it forks before any library does."""
ORDER_FILE = "check.json"
LOADS = "loads"
"""Name of what comes before the checks: the file defines a model."""
TAIL_CHARACTERS = 2_000
"""How much of what the plugin printed is shown when it ends its process."""

Report = Callable[[float, str], None]


def examined(
    plugin: Plugin,
    time_limit_s: float,
    only: str | None = None,
    *,
    device: str = "cpu",
    sealed: bool = False,
    report: Report = lambda fraction, message: None,
) -> Iterator[CheckResult]:
    """Put the conformance suite to a plugin, in a process of its own; ``report`` is told how its fits go on."""
    names = [check.name for check in CHECKS]
    if only is not None and only not in names:
        raise unknown("check", only, names)
    names = [LOADS, *([only] if only else names)]
    read_fd, write_fd = os.pipe()
    with tempfile.TemporaryDirectory(prefix="check-") as folder, tempfile.TemporaryFile() as printed:
        order = plugin.order | {"device": device, "time_s": time_limit_s, "answers": write_fd}
        (Path(folder) / ORDER_FILE).write_text(json.dumps(order | {"only": only}), encoding="utf-8")
        sandbox = sandbox_for(plugin.path, ROOT, device) if sealed else None
        rules = json.dumps(asdict(sandbox)) if sandbox else ""
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", FIND_CHECKOUT + START.format(os.getpid(), Limits.memory_mb, rules)],
            cwd=folder,
            env=environment_of(1) | (prepare(Path(folder), CACHE) if sandbox else {}),
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
        seen: list[str] = []
        doing = ""
        try:
            with open(read_fd, encoding="utf-8") as answers:
                for line in answers:
                    value = json.loads(line)
                    if "fraction" in value:
                        fraction, message = value["fraction"], clean_text(value["message"])
                        doing = f", at {fraction:.0%} of a fit by its own report: {message}"
                        report(fraction, message)
                        continue
                    outcome = CheckResult(**{name: clean_text(text) for name, text in value.items()})
                    seen.append(outcome.check)
                    doing = ""
                    yield outcome
                    if outcome.status == FAILED and outcome.check in (LOADS, ANSWERS):
                        return
            code = process.wait()
            if len(seen) < len(names):
                step = "Give more with --time-limit, or check it with fewer epochs by --set. "
                ended = f"stopped at the time limit of {time_limit_s:g} s{doing}. {step}"
                how = ended if late.is_set() else f"exit status {code}. "
                yield CheckResult(
                    names[len(seen)], FAILED, f"its process must go on, got: {how}{_tail(printed.fileno())}"
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
    return f"It printed:\n{clean_text(text)}" if text else "It printed nothing."


def main() -> None:
    """Put the checks of an order, and write each outcome, and how fits go on, as one JSON line."""
    order = json.loads(Path(ORDER_FILE).read_text(encoding="utf-8"))
    with open(order["answers"], "w", encoding="utf-8") as answers:

        def answer(value: dict[str, Any]) -> None:
            answers.write(json.dumps(value) + "\n")
            answers.flush()

        def report(fraction: float, message: str) -> None:
            answer({"fraction": float(fraction), "message": str(message)})

        watch(Path(order["plugin"]), {Path(name) for name in order["files"]})
        join_models(folder_of(Path(order["plugin"])))
        loaded = _loaded(Path(order["plugin"]), order["overrides"], order["member"])
        if isinstance(loaded, CheckResult):
            answer(asdict(loaded))
            return
        answer(asdict(CheckResult(LOADS, PASSED)))
        budget = Budget(time.monotonic() + order["time_s"])
        subject = Subject(loaded, device=order["device"], report=report, budget=budget)
        for outcome in conformance(subject, order["only"]):
            answer(asdict(_with_traceback(subject, outcome) if order["only"] else outcome))


def _with_traceback(subject: Subject, outcome: CheckResult) -> CheckResult:
    """Outcome with the traceback of what the plugin raised, if it raised."""
    check = next(check for check in CHECKS if check.name == outcome.check)
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
        settings_of(model)
        lacking = missing_packages(model)
    except BenchError as error:
        return CheckResult(LOADS, FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - a plugin can raise anything while it is imported
        place = place_of(error, folder_of(path))
        return CheckResult(LOADS, FAILED, f"{type(error).__name__}: {error}{place}")
    return CheckResult(LOADS, FAILED, lacking) if lacking else model
