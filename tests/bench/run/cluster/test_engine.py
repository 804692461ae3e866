import json
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import psutil
import pytest

import bench.run.cluster.engine
from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.cluster.engine import MOST_LOSSES, Cluster, _Dispatch
from bench.run.cluster.remote import order_of
from bench.run.drive import Outcome
from bench.run.engine import Run, run_plan
from bench.run.isolation.sandbox import landlock_version
from bench.run.record import read_arrays, read_records
from bench.run.seal import Seal
from bench.run.store import CaseStore
from tests.patience import PATIENCE_S, wait_for

ROOT = Path(__file__).parents[4]
TIMES = ("fit_s", "fit_cpu_s", "predict_s", "predict_cpu_s", "predict_one_ms", "started_utc")
ELSEWHERE = ("host", "peak_memory_mb", *TIMES)
"""Fields of a record that say where and how long."""


@pytest.fixture
def notes(tmp_path, monkeypatch):
    """Folder of this test alone for what its plugins note."""
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def start(notes):
    """Start processes of a cluster, whose children leave their notes in this test's folder; all are ended after it."""
    started = []

    def start(*arguments, **options):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {"TMPDIR": str(notes), "OMP_NUM_THREADS": "1"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([sys.executable, *map(str, arguments)], env=environment, **quiet, **options))
        return started[-1]

    yield start
    for process in started:
        with suppress(psutil.NoSuchProcess):  # whatever ends by itself meanwhile
            for descendant in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    descendant.kill()
        process.kill()
        process.wait(PATIENCE_S)


@pytest.fixture
def scheduler(start, tmp_path):
    """A scheduler that has no checkout, and its address."""
    file = tmp_path / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file)
    process = start("-m", "dask", "scheduler", *options, cwd=tmp_path)
    return process, wait_for(lambda: address_in(file))


def address_in(file):
    """Address that a scheduler has written, once the whole file is there."""
    try:
        return json.loads(file.read_text())["address"]
    except (FileNotFoundError, json.JSONDecodeError):
        return None


@pytest.fixture
def address(scheduler):
    return scheduler[1]


@pytest.fixture
def run_there(plan_of, best, address, tmp_path):
    """Run rows on the cluster; gives the records as they come, and what was said."""
    said = []

    def run(rows, names=("dense",), *, out=tmp_path / "there", patience_s=PATIENCE_S, seal=None):
        plan = plan_of(rows, names, records=read_records(out), seal=seal.sha256 if seal else "")
        engine = Cluster(address, said.append, patience_s)
        return run_plan(plan, best, out, 1, Limits(time_s=PATIENCE_S), lambda *progress: None, engine=engine, seal=seal)

    run.said = said
    return run


def values_of(record):
    return {name: value for name, value in asdict(record).items() if name not in ELSEWHERE}


def test_a_cluster_gives_the_records_and_predictions_of_a_local_run(
    run_rows, run_there, start, address, tmp_path, notes
):
    rows = [("behaves", {}), ("raises", {"where": "predict"})]
    with pytest.raises(BenchError) as caught:
        list(run_there(rows, patience_s=0.1))
    assert str(caught.value) == (
        f"cluster '{address}': workers with the sources of this run must be at least 1, got 0 in 0.1 s. Run 'python "
        f"run_bench.py worker {address}' on each host, then repeat the command; finished cells are kept."
    )
    start(ROOT / "run_bench.py", "worker", address, "--jobs", "1", cwd=notes)
    given = list(run_there(rows, ("dense", "sparse")))
    there = {(r.row, r.task): r for r in read_records(tmp_path / "there")}
    assert len(given) == len(there) == 4
    assert (run_there.said, len((notes / "fits").read_text().splitlines())) == ([], 2)
    here = run_rows(tmp_path / "here", rows, ("dense", "sparse"))
    assert sorted(record.status for record in here.values()) == ["failed", "ok", "ok", "ok"]
    assert {key: values_of(r) for key, r in there.items()} == {key: values_of(r) for key, r in here.items()}
    for key, record in here.items():
        if record.status == "ok":
            arrays = read_arrays(tmp_path / "there" / there[key].prediction_file)
            for name, values in read_arrays(tmp_path / "here" / record.prediction_file).items():
                np.testing.assert_array_equal(arrays[name], values, strict=True)
    _the_fit_is_kept_and_goes_there_again(run_there, notes)
    _a_worker_with_other_sources_is_refused(run_there)


@pytest.mark.slow
def test_a_sealed_run_on_a_cluster_is_confined_there_and_keeps_its_key_and_targets_here(
    run_there, plan_of, best, start, address, tmp_path, notes, monkeypatch
):
    sent = []
    monkeypatch.setattr(bench.run.cluster.engine, "order_of", lambda *given: sent.append(order_of(*given)) or sent[-1])
    start(ROOT / "run_bench.py", "worker", address, "--jobs", "1", cwd=notes)
    seal = Seal(bytes(range(32)))
    rows = [("cheats", {"how": how}) for how in ("seeds", "memory")]
    there = list(run_there(rows, ("dense", "sparse"), seal=seal))
    assert {(r.status, r.sealed, r.seal_sha256) for r in there} == {("ok", True, seal.sha256)}
    assert {r.isolation for r in there} == {f"landlock {landlock_version()}, seccomp" if landlock_version() else "none"}
    assert {max(score["r2"] for score in r.scores.values()) < 0.1 for r in there} == {True}
    plan = plan_of(rows, ("dense", "sparse"), seal=seal.sha256)
    run = partial(run_plan, plan, best, tmp_path / "here", 1, Limits(time_s=PATIENCE_S), lambda *progress: None)
    here = {r.cell: r.scores for r in run(seal=seal)}
    assert {r.cell: r.scores for r in there} == here
    wire = pickle.dumps(sent)
    targets = CaseStore(tmp_path, seal).test(plan.cells[0]).targets.values
    assert len(sent) == 2
    assert not any(secret in wire for secret in (seal.key, seal.stream_of("dense").encode(), targets.tobytes()))
    assert all(row.tobytes() not in wire for row in targets)


def _the_fit_is_kept_and_goes_there_again(run_there, notes):
    n_fits = len((notes / "fits").read_text().splitlines())
    plan_rows = [("behaves", {})]
    records = list(run_there(plan_rows, ("dense", "sparse", "matched")))
    assert [record.task for record in records] == ["matched"]  # the two others are done
    assert len((notes / "fits").read_text().splitlines()) == n_fits + 1


def _a_worker_with_other_sources_is_refused(run_there):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.run.cluster.engine, "digests", lambda paths: dict.fromkeys(paths, "0123456789abcdef"))
        with pytest.raises(BenchError):
            list(run_there([("neighbour", {})], patience_s=0.1))
    (sentence,) = run_there.said
    assert sentence.startswith("worker 'tcp://127.0.0.1:")
    assert ": source digest of bench/draw.py must be 0123456789abcdef, got " in sentence
    assert sentence.endswith(". Update its checkout and its environment, and start it again.")


@pytest.mark.parametrize("n_lost", [0, MOST_LOSSES - 1])
def test_cells_that_a_lost_worker_has_answered_are_done_and_only_the_others_are_run_again_or_fail(
    plan_of, tmp_path, monkeypatch, n_lost
):
    (job,) = plan_of([("behaves", {})], ("dense", "sparse")).jobs
    answered = [asdict(Outcome("cannot", "too short", {})), asdict(Outcome("not_run", "", {}))]
    reply = {"outcomes": answered, "fit": None, "kept": True}
    future = mock.Mock(status="finished", **{"cancelled.return_value": False, "result.return_value": reply})
    monkeypatch.setattr("distributed.wait", lambda futures, **options: SimpleNamespace(done=futures))
    run = Run(CaseStore(tmp_path), {}, tmp_path / "out", Limits(), lambda *progress: None)
    dispatch = _Dispatch(Cluster("tcp://127.0.0.1:8786", lambda text: None), None, run, deque())
    dispatch.running[future] = (job, "worker", "")
    dispatch.losses[job.key] = n_lost
    given = [(record.task, record.status) for record in dispatch._settle_finished()]
    left = [[cell.task.name for cell in each.cells] for each in dispatch.waiting]
    if n_lost:
        assert (given, left) == ([("dense", "cannot"), ("sparse", "failed")], [])
    else:
        assert (given, left) == ([("dense", "cannot")], [["sparse"]])


def test_jobs_that_a_restarted_scheduler_does_not_know_end_the_run_with_a_sentence(plan_of, tmp_path, monkeypatch):
    def lost(futures, **options):
        raise CancelledError

    monkeypatch.setattr("distributed.wait", lost)
    run = Run(CaseStore(tmp_path), {}, tmp_path / "out", Limits(), lambda *progress: None)
    dispatch = _Dispatch(Cluster("tcp://127.0.0.1:8786"), None, run, deque())
    dispatch.running[mock.Mock()] = (plan_of([("behaves", {})]).jobs[0], "worker", "")
    with pytest.raises(BenchError) as caught:
        list(dispatch._settle_finished())
    assert str(caught.value) == (
        "cluster 'tcp://127.0.0.1:8786': scheduler must answer, got nothing. Start it with 'dask scheduler', then "
        "repeat the command; finished cells are kept."
    )


@pytest.fixture
def two_workers(start, address, notes):
    """Two workers; the processes that start each again when it is lost."""
    return {start(ROOT / "run_bench.py", "worker", address, "--jobs", "1", cwd=notes).pid for _ in range(2)}


@pytest.fixture
def killing(waiting, two_workers, notes):
    """Kills the worker that drives the waiting child, as a new one comes up, until that has been done often enough."""

    def kill(most):
        seen, n_killed = set(), 0
        while n_killed < most:
            child = wait_for(lambda: next((child for child in waiting(notes) if child not in seen), None))
            seen.add(child)
            with suppress(psutil.NoSuchProcess, StopIteration):  # Dask may end a new worker once more by itself
                next(process for process in child.parents() if process.ppid() in two_workers).kill()
                n_killed += 1
        return n_killed

    return kill


@pytest.mark.slow
def test_a_worker_killed_in_mid_run_costs_no_cell(run_there, killing, notes, tmp_path):
    (notes / "hold").touch()
    rows = [("waits", {}), *(("behaves", {"width": width}) for width in range(1, 5))]
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(killing, 1)
        given = []
        for record in run_there(rows):
            given.append(record)
            if killed.done():
                (notes / "hold").unlink(missing_ok=True)
    assert killed.result() == 1
    assert sorted(record.status for record in given) == ["ok"] * 5
    assert [record.cell for record in read_records(tmp_path / "there")] == sorted(record.cell for record in given)
    assert run_there.said[0] == "waits on dense, seed 0: its worker was lost, 1 of at most 3"


@pytest.mark.slow
def test_a_job_that_takes_its_workers_along_fails_alone(run_there, killing, notes):
    (notes / "hold").touch()
    rows = [("waits", {}), *(("behaves", {"width": width}) for width in range(1, 5))]
    threading.Thread(target=killing, args=(3,), daemon=True).start()
    given = {record.row: record for record in run_there(rows)}
    assert given.pop("waits").message == "its worker was lost 3 times while it ran"
    assert {record.status for record in given.values()} == {"ok"}


@pytest.mark.slow
@pytest.mark.parametrize("back", [False, True], ids=["gone", "started again on its port"])
def test_a_scheduler_that_goes_ends_the_run_with_a_sentence_and_keeps_what_is_finished(
    run_there, two_workers, scheduler, start, notes, tmp_path, waiting, back
):
    (notes / "hold").touch()
    process, address = scheduler
    with closing(run_there([("behaves", {}), ("waits", {})])) as records:
        assert next(records).row == "behaves"
        (child,) = wait_for(lambda: waiting(notes))
        process.kill()
        process.wait(PATIENCE_S)
        if back:
            port = address.rpartition(":")[2]
            start("-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", cwd=tmp_path)
        with pytest.raises(BenchError) as caught:
            list(records)
    assert str(caught.value) == (
        f"cluster '{address}': scheduler must answer, got nothing. Start it with 'dask scheduler', then repeat the "
        "command; finished cells are kept."
    )
    assert [record.row for record in read_records(tmp_path / "there")] == ["behaves"]
    wait_for(lambda: not child.is_running())


@pytest.mark.slow
def test_a_run_that_is_given_up_ends_its_children_on_the_workers(run_there, two_workers, notes, tmp_path, waiting):
    (notes / "hold").touch()
    with closing(run_there([("behaves", {}), ("waits", {})])) as records:
        assert next(records).row == "behaves"
        (child,) = wait_for(lambda: waiting(notes))
    wait_for(lambda: not child.is_running())
    assert [record.row for record in read_records(tmp_path / "there")] == ["behaves"]
