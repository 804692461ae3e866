import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import commands._run.asked
import commands._shared.running
from bench.metrics import METRIC_VERSION
from bench.run.record import append_records, read_records
from tests.patience import PATIENCE_S, wait_for

ROOT = Path(__file__).parents[2]
ROWS = ("--model", "behaves", "--model", "raises", "--model", "needs_package")


@pytest.fixture(scope="module")
def first(all_undrawn, invoke, hostile, tmp_path_factory):
    """A run with a good row, a failing one and one that cannot, and its result."""
    out = tmp_path_factory.mktemp("run")
    common = ("--models", hostile, "--preset", "quick", "--out", out)
    return out, common, invoke("--task", "shift_10s", *ROWS, *common)


def no_board(findings):
    """Stands for the board, which takes most of a tiny run's time; the first run makes it."""
    return [findings.predictions.folder / "board.md"]


@pytest.fixture(scope="module")
def again(first, invoke):
    """The good rows of that run, asked for again: records before and after, and the result."""
    out, common, _ = first
    before = (out / "records.jsonl").read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands._run.asked, "write_board", no_board)
        result = invoke("--task", "shift_10s", "--model", "behaves", "--model", "needs_package", *common)
    return before, (out / "records.jsonl").read_text(), result


def test_a_failed_row_makes_the_status_1_and_is_named(first):
    result = first[2]
    assert result.exit_code == 1
    said, more = result.stdout.splitlines()[-2:]
    assert said == "not done: raises on shift_10s, seed 0 (failed)"
    assert re.fullmatch(r"raises: more by 'python \S+run_bench\.py check \S+hostile/raises\.py'", more)


def test_every_planned_cell_has_a_record_beside_its_ceiling(first):
    statuses = {(r.task, r.row): r.status for r in read_records(first[0])}
    expected = {"behaves": "ok", "raises": "failed", "needs_package": "cannot", "bayes": "ok"}
    assert statuses == {("shift_10s", row): status for row, status in expected.items()}


def test_the_plan_is_said_before_it_runs_and_each_cell_when_it_is_done(first):
    lines = first[2].stdout.splitlines()
    assert lines[:2] == ["tasks   shift_10s", "rows    behaves, raises, needs_package"]
    assert lines[2] == "sizes   16 training, 8 validation, 12 test cases; 1 seed(s)"
    assert lines[3].startswith("plan    3 cells, 0 done before, 3 fits to run, ")
    assert lines[4] == "time    not yet timed here: behaves, needs_package, raises"
    done = sorted(line.split("] ", 1)[1] for line in lines if "s  [" in line)
    rows = ("behaves", "needs_package", "raises")
    assert [line.split(": ", 1)[0] for line in done] == [f"{row} on shift_10s, seed 0" for row in rows]
    assert done[2] == "raises on shift_10s, seed 0: failed: ValueError: no urease in sight [raises.py, line 45]"


def test_nothing_but_plain_text_is_printed_where_there_is_no_terminal(first):
    assert "\x1b" not in first[2].stdout
    assert first[2].stderr == ""


def test_boards_and_pictures_are_written(first):
    names = {path.name for path in first[0].iterdir()}
    assert {"board.md", "board.csv", "records.jsonl", "predictions", "examples", "fits"} <= names
    assert any(name.endswith(".png") for name in names)


def test_a_second_run_does_nothing_and_says_so(again):
    before, after, result = again
    assert after == before
    lines = result.stdout.splitlines()
    assert lines[3].startswith("plan    2 cells, 2 done before, 0 fits to run, ")
    assert lines[4] == "time    nothing to do"
    assert any(line.startswith("2 cells, 0 run in ") for line in lines)


def test_ok_and_cannot_make_the_status_0(again):
    assert again[2].exit_code == 0


def test_a_run_gives_its_rows_and_the_ceiling_as_values_and_says_the_rest_aside(first, invoke, monkeypatch):
    _, common, _ = first
    monkeypatch.setattr(commands._run.asked, "write_board", no_board)
    result = invoke("--task", "shift_10s", "--model", "behaves", *common, "--json")
    assert result.exit_code == 0
    assert {cell["row"]: cell["status"] for cell in json.loads(result.stdout)} == {"bayes": "ok", "behaves": "ok"}
    assert "1 cells, 0 run in " in result.stderr


def test_a_changed_setting_is_a_row_of_its_own_and_is_recorded(invoke, hostile, tmp_path, monkeypatch):
    monkeypatch.setattr(commands._run.asked, "write_board", no_board)
    common = ("--models", hostile, "--preset", "quick", "--out", tmp_path)
    result = invoke("--task", "shift_10s", "--model", "behaves", "--set", "width=8", "--set", "name=other", *common)
    assert result.exit_code == 0
    record = next(r for r in read_records(tmp_path) if r.model == "behaves")
    assert record.row == 'behaves(name="other",width=8)'
    assert (record.settings["width"], record.settings["name"], record.settings["rate"]) == (8, "other", 0.1)


def test_the_board_is_made_again_byte_for_byte(first, invoke, tmp_path):
    out, common, _ = first
    kept = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix in (".md", ".csv", ".png")}
    result = invoke("board", "--models", common[1], "--out", out, "--to", tmp_path / "elsewhere")
    assert result.exit_code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "elsewhere").iterdir()} == kept


def test_no_record_and_no_board_names_a_folder_of_this_machine(first):
    for name in ("records.jsonl", "board.md", "board.csv"):
        text = (first[0] / name).read_text()
        assert not any(str(folder) in text for folder in (ROOT, Path.home(), first[0]))


def test_records_of_older_cases_and_metrics_are_run_again_without_their_predictions(
    invoke, hostile, tmp_path, monkeypatch
):
    monkeypatch.setattr(commands._run.asked, "write_board", no_board)
    command = ("--task", "shift_10s", "--model", "behaves", "--models", hostile, "--preset", "quick", "--out", tmp_path)
    assert invoke(*command).exit_code == 0
    older = [replace(r, metric_version=0, cases_digest="before") for r in read_records(tmp_path)]
    shutil.rmtree(tmp_path / "predictions")
    append_records(tmp_path, older)
    result = invoke(*command)
    assert result.exit_code == 0
    assert "metrics changed" not in result.stdout
    assert {r.row: r.metric_version for r in read_records(tmp_path)} == {
        "bayes": METRIC_VERSION,
        "behaves": METRIC_VERSION,
    }


def test_an_interrupted_run_ends_with_one_line(invoke, hostile, tmp_path, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(commands._shared.running, "run_plan", interrupted)
    options = ("--models", hostile, "--preset", "quick", "--out", tmp_path)
    result = invoke("--task", "shift_10s", "--model", "behaves", *options)
    assert result.exit_code == 130
    assert result.stdout.splitlines()[-1] == (
        "stopped: 0 of 1 cells are done and kept. The same command does the rest."
    )


def test_a_rerun_that_is_interrupted_says_that_it_would_begin_anew(first, invoke, monkeypatch):
    def interrupted(plan, ceilings, out, *arguments, **options):
        yield next(r for r in read_records(out) if r.cell == plan.cells[0].key)
        raise KeyboardInterrupt

    _, common, _ = first
    monkeypatch.setattr(commands._shared.running, "run_plan", interrupted)
    result = invoke("--task", "shift_10s", "--model", "behaves", "--model", "needs_package", *common, "--rerun")
    assert result.exit_code == 130
    assert result.stdout.splitlines()[-2:] == [
        "stopped: 1 of 2 cells ran again, the others are as they were.",
        "The same command would begin anew: name what is left with --task and --model.",
    ]


def test_done_rows_are_put_beside_a_ceiling_that_is_computed_again(first, invoke, monkeypatch, tmp_path):
    out, common, _ = first
    monkeypatch.setattr(commands._run.asked, "write_board", no_board)
    shutil.copytree(out, tmp_path / "older")
    before = {r.row: r for r in read_records(out)}
    ratios = {target: beside | {"rmse_ratio": 9.0} for target, beside in before["behaves"].ceiling.items()}
    older = [replace(before["behaves"], ceiling=ratios), replace(before["bayes"], source_digest="before")]
    append_records(tmp_path / "older", older)
    result = invoke("--task", "shift_10s", "--model", "behaves", *common[:-1], tmp_path / "older")
    assert result.exit_code == 0
    assert "ceiling changed: 1 cell of shift_10s put beside the new one, none trained" in result.stdout
    assert "plan    1 cells, 1 done before, 0 fits to run" in result.stdout
    assert {r.row: r for r in read_records(tmp_path / "older")}["behaves"] == before["behaves"]


NO_SUCH = "device must be cpu, cuda or cuda:N, got 'nonsense'. Leave --device out to run on the processor."
TOO_FEW = (
    "device must be a GPU that torch can use here, got 'cuda:7' of 2. "
    "{}, or leave --device out to run on the processor."
)


@pytest.mark.parametrize(
    ("device", "cuda", "error"),
    [
        ("nonsense", "12.6", NO_SUCH),
        ("cuda:7", "12.6", TOO_FEW.format("See what nvidia-smi lists")),
        ("cuda:7", None, TOO_FEW.format("Install a torch that is built with CUDA")),
    ],
)
def test_a_device_that_is_not_there_is_refused_before_anything_runs(invoke, tmp_path, monkeypatch, device, cuda, error):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    result = invoke("--task", "shift_10s", "--device", device, "--out", tmp_path / "none")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: option '--device': {error}\n"
    assert not (tmp_path / "none").exists()


def start(folder, *arguments):
    """Start the command line as people do, from another folder."""
    environment = os.environ | {"TMPDIR": str(folder), "OMP_NUM_THREADS": "1"}
    line = [sys.executable, str(ROOT / "run_bench.py"), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, cwd=folder, env=environment, text=True, **pipes)


def test_the_command_line_works_from_any_folder(tmp_path):
    process = start(tmp_path, "board", "--out", "results")
    assert process.communicate(timeout=PATIENCE_S) == (
        "",
        "error: folder 'results': must hold records.jsonl, got none. Run a task, or name a folder with --out.\n",
    )
    assert process.returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def held(tmp_path, hostile, waiting):
    """A run in its own process that has finished one cell and waits in the next, its options beside it.

    Neither row has published times, so that they run in the order of the plan.
    """
    (tmp_path / "hold").touch()
    options = ("--model", "neighbour", "--model", "waits", "--models", str(hostile), "--preset", "quick", "--jobs", "1")
    process = start(tmp_path, "--task", "matched_10s", *options)
    wait_for(lambda: waiting(tmp_path) or process.poll() is not None)
    yield process, options
    process.kill()
    process.communicate()


def statuses(folder):
    return {r.row: r.status for r in read_records(folder / "results")}


@pytest.mark.slow
def test_an_interrupt_ends_a_run_at_once_and_keeps_what_is_finished(held, tmp_path, left_of):
    process, _ = held
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert stdout.splitlines()[-1] == "stopped: 1 of 2 cells are done and kept. The same command does the rest."
    assert stderr == ""
    assert left_of(tmp_path) == []
    assert statuses(tmp_path) == {"bayes": "ok", "neighbour": "ok", "waits": "not_run"}
    assert list((tmp_path / "results" / ".work").iterdir()) == []


@pytest.mark.slow
def test_a_killed_run_takes_its_children_along_and_the_next_does_the_rest(held, tmp_path, left_of):
    process, options = held
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    assert left_of(tmp_path) == []
    assert statuses(tmp_path) == {"bayes": "ok", "neighbour": "ok", "waits": "not_run"}
    finished = (tmp_path / "results" / "records.jsonl").read_text()
    (tmp_path / "hold").unlink()
    rest = start(tmp_path, "--task", "matched_10s", *options)
    stdout, _ = rest.communicate(timeout=PATIENCE_S)
    assert rest.returncode == 0
    assert "plan    2 cells, 1 done before, 1 fits to run" in stdout
    text = (tmp_path / "results" / "records.jsonl").read_text()
    assert text.startswith(finished)
    lines = [(record["row"], record["status"]) for record in map(json.loads, text.splitlines())]
    assert lines[:2] == [("neighbour", "not_run"), ("waits", "not_run")]
    assert lines[2:] == [("bayes", "ok"), ("neighbour", "ok"), ("waits", "ok")]
    assert list((tmp_path / "results" / ".work").iterdir()) == []


def test_called_with_nothing_it_greets_with_three_things_to_do(invoke):
    result = invoke()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[2] for line in lines if line.startswith("  python")] == ["infer", "--task", "new"]
    assert max(map(len, lines)) <= 80
