import os
import sys
from pathlib import Path

import pytest

from commands.worker import START

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(monkeypatch):
    """What would take the place of this process."""
    seen = []
    monkeypatch.setattr(os, "execv", lambda *arguments: seen.append(arguments))
    return seen


def test_a_worker_is_one_process_a_job_and_finds_the_checkout(invoke, started):
    assert invoke("worker", "tcp://10.0.0.1:8786", "--jobs", "3").exit_code == 0
    ((program, line),) = started
    assert program == sys.executable
    assert line[1:5] == ["-c", START, "worker", "tcp://10.0.0.1:8786"]
    assert " ".join(line[5:9]) == "--nworkers 3 --nthreads 1"


def test_no_process_is_told_of_the_checkout_by_a_list_of_paths():
    # In PYTHONPATH the path of a checkout with a colon would be two.
    named = [path for folder in ("bench", "commands") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in named if '"PYTHONPATH"' in path.read_text(encoding="utf-8")] == []


def test_a_worker_takes_a_job_a_core_that_it_may_use(invoke, started, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 3, 5})
    assert invoke("worker", "tcp://10.0.0.1:8786").exit_code == 0
    assert " ".join(started[0][1][5:7]) == "--nworkers 3"


@pytest.mark.parametrize(
    "arguments", [("worker", "somewhere:8786"), ("--task", "shift_10s", "--cluster", "tcp://host")]
)
def test_what_is_no_address_is_refused(invoke, started, arguments):
    result = invoke(*arguments)
    where = "worker" if arguments[0] == "worker" else "cluster"
    assert (result.exit_code, started) == (2, [])
    assert result.stderr == (
        f"error: {where} '{arguments[-1]}': address must be tcp://HOST:PORT or tls://HOST:PORT, got "
        f"'{arguments[-1]}'. Copy the one that the scheduler prints.\n"
    )


@pytest.mark.parametrize("arguments", [("worker",), ("--task", "in_distribution", "--model", "mean", "--cluster")])
def test_a_missing_package_is_said_with_its_install_line(invoke, started, monkeypatch, arguments):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = invoke(*arguments, "tcp://127.0.0.1:1", *(() if arguments == ("worker",) else ("--preset", "quick")))
    assert (result.exit_code, started) == (2, [])
    assert result.stderr.endswith(
        "package dask[distributed] must be installed, got none. Run 'pip install -r requirements-cluster.lock'.\n"
    )
