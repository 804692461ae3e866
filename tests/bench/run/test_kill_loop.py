import json
import math
import os
import random
import resource
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.plan import Plugin, make_plan
from bench.run.record import RECORDS_FILE, read_arrays, read_records
from bench.run.scores.ceiling import ceilings
from bench.run.store import said_when_full, sole_run
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from tests.patience import PATIENCE_S, wait_for, wait_for_end_of

ROWS = [("behaves", {"width": width}) for width in range(2)]
TASKS = ("dense", "matched")

RUN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_kill_loop import run_what_is_open
print("begins", flush=True)
run_what_is_open(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def run_what_is_open(out, hostile):
    """Run the cells of the loop that are not done, as the command line does."""
    dense, sparse = Acquisition(3.0, 0.3), Acquisition(3.0, 1.0)
    tasks = [Task("dense", "as trained", (dense,), dense), Task("matched", "few samples", (sparse,), sparse)]
    plugins = [Plugin(hostile / f"{name}.py", overrides) for name, overrides in ROWS]
    with sole_run(out):
        records = read_records(out)
        plan = make_plan(tasks, plugins, range(1), "tiny", Sizes(16, 8, 12, 1), records)
        best = {record.task: record for record in ceilings(plan.cells, records, out)}
        list(run_plan(plan, best, out, 2, Limits(time_s=PATIENCE_S), lambda *progress: None))


def start(out, hostile, notes):
    here = os.path.dirname(__file__)
    environment = os.environ | {"TMPDIR": str(notes), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-c", RUN, str(out), str(hostile), here]
    return subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def whole_lines(out):
    path = out / RECORDS_FILE
    text = path.read_text() if path.exists() else ""
    return [line for line in text.splitlines(keepends=True) if line.endswith("\n")]


def killed_until_done(folder, hostile, seed, most=math.inf):
    """Kill a run at random moments until it is done: the number of kills. Finished cells must stay as they are.

    A moment is up to a second after a random number of new records, so that slow machines come to an end as well.
    """
    chance = random.Random(seed)
    out = folder / "out"
    kept, n_kills = [], 0
    while True:
        n_new = chance.choice([0, 1, 2]) if n_kills else 0
        process = start(out, hostile, folder)
        assert process.stdout.readline() == "begins\n"
        while len(whole_lines(out)) < len(kept) + n_new and process.poll() is None:
            time.sleep(0.01)
        try:
            _, stderr = process.communicate(timeout=chance.uniform(0.0, 1.0) if n_kills < most else PATIENCE_S)
            assert process.returncode == 0, stderr
            return out, n_kills
        except subprocess.TimeoutExpired:
            below = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.communicate()
            wait_for_end_of(below)
            n_kills += 1
        lines = whole_lines(out)
        assert lines[: len(kept)] == kept
        kept = lines


def check_all_done_once(out):
    records = read_records(out)
    assert {record.status for record in records} == {"ok"}
    cells = [(json.loads(line)["task"], json.loads(line)["row"]) for line in whole_lines(out)]
    rows = ["bayes", *(f"behaves(width={overrides['width']})" for _, overrides in ROWS)]
    assert sorted(cells) == sorted((task, row) for task in TASKS for row in rows)
    assert all(len(read_arrays(out / record.prediction_file)["mean"]) == 12 for record in records)
    assert list((out / ".work").iterdir()) == []


def test_a_run_that_is_killed_at_random_moments_does_every_cell_once(tmp_path, hostile):
    out, n_kills = killed_until_done(tmp_path, hostile, seed=0, most=2)
    assert n_kills > 0
    check_all_done_once(out)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_ten_more_runs_that_are_killed_do_every_cell_once(tmp_path, hostile, seed):
    out, n_kills = killed_until_done(tmp_path, hostile, seed)
    print(f"killed {n_kills} times")
    assert n_kills > 0
    check_all_done_once(out)


@pytest.mark.filterwarnings("ignore::bench.errors.BenchWarning")
def test_a_line_that_a_crash_tore_is_left_out_and_its_cell_is_run_again(run_rows, plan_of, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run_rows(tmp_path / "out", [("neighbour", {}), ("behaves", {})])
    path = tmp_path / "out" / RECORDS_FILE
    first, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + last[:-20])
    kept, torn = json.loads(first)["row"], json.loads(last)["row"]
    rows = [("neighbour", {}), ("behaves", {})]
    plan = plan_of(rows, records=read_records(tmp_path / "out"))
    assert [cell.plugin.row for job in plan.jobs for cell in job.cells] == [torn]
    run_rows(tmp_path / "out", rows)
    assert path.read_bytes().startswith(first)
    assert [json.loads(line)["row"] for line in path.read_text().splitlines()] == [kept, torn]


@pytest.fixture
def full_after():
    """Let no file of this process and its children grow beyond a size, as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(n_bytes):
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))

    yield fill
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.filterwarnings("ignore::bench.errors.BenchWarning")
def test_a_disk_that_fills_up_costs_no_finished_cell(run_rows, plan_of, best, tmp_path, full_after, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    out = tmp_path / "out"
    rows = [("behaves", {"width": width}) for width in range(6)]
    run_rows(out, rows[:2])
    n_bytes_a_record = min(map(len, (out / RECORDS_FILE).read_bytes().splitlines()))
    with open(out / RECORDS_FILE, "ab") as file:
        file.write(b"\n" * 200_000)  # so that no other file of the run is as large
    before = (out / RECORDS_FILE).read_bytes()
    limits = Limits(time_s=PATIENCE_S)
    full_after(len(before) + n_bytes_a_record // 2)
    with pytest.raises(BenchError) as caught, said_when_full(out):
        list(run_plan(plan_of(rows, records=read_records(out)), best, out, 1, limits, lambda *progress: None))
    assert str(caught.value) == (
        f"folder '{out}': disk must have room to write, got: File too large. "
        "Finished cells are kept: make room, then repeat the command."
    )
    full_after(resource.RLIM_INFINITY)
    left = (out / RECORDS_FILE).read_bytes()
    assert left.startswith(before)
    assert not left.endswith(b"\n")  # torn in the middle of a line
    records = run_rows(out, rows)
    assert (out / RECORDS_FILE).read_bytes().startswith(before)
    assert {record.status for record in records.values()} == {"ok"}
    assert len(list(filter(None, (out / RECORDS_FILE).read_text().splitlines()))) == len(rows)


def test_a_second_run_into_a_folder_is_refused_and_one_after_the_other_is_not(tmp_path):
    for _ in range(2):
        with sole_run(tmp_path):
            with pytest.raises(BenchError) as caught, sole_run(tmp_path):
                pass
            assert str(caught.value) == (
                f"folder '{tmp_path}': runs must be one at a time, got another in progress. "
                "Wait for its end, or name another folder with --out."
            )


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    for out, got in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "below", "Not a directory")):
        with pytest.raises(BenchError) as caught, sole_run(out):
            pass
        assert str(caught.value) == (
            f"folder '{out}': path must be a folder that can be written, got: {got}. Name another with --out."
        )


def test_other_errors_than_those_of_a_full_disk_are_not_reworded(tmp_path):
    with pytest.raises(FileNotFoundError), said_when_full(tmp_path):
        (tmp_path / "none").read_bytes()


def test_a_killed_run_lets_go_of_its_folder(tmp_path):
    hold = "import sys, time; from pathlib import Path; from bench.run.store import sole_run\n"
    hold += "with sole_run(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)"
    line = [sys.executable, "-c", hold, str(tmp_path)]
    process = subprocess.Popen(line, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BenchError), sole_run(tmp_path):
            pass
        process.kill()

    def had():
        with suppress(BenchError), sole_run(tmp_path):
            return True

    wait_for(had)
