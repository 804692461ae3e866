import csv
import importlib.util

import pytest

import commands._run.asked


@pytest.fixture(scope="module")
def run(invoke, hostile, tmp_path_factory):
    """A run with a good row and a failing one."""
    out = tmp_path_factory.mktemp("export") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands._run.asked, "write_board", lambda findings: [findings.predictions.folder / "board.md"])
        invoke(
            *("--task", "shift_10s", "--models", hostile, "--model", "behaves", "--model", "raises"),
            *("--preset", "quick", "--out", out),
        )
    return out


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_scores_are_written_whole_and_as_the_long_frame(invoke, hostile, run, tmp_path):
    result = invoke("export", "--out", run, "--models", hostile, "--to", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("3 cells; not in long: 1 without a score, 0 stale.\n")
    assert [(line["row"], line["status"]) for line in read(tmp_path / "cells.csv")] == [
        ("bayes", "ok"),
        ("behaves", "ok"),
        ("raises", "failed"),
    ]
    long = read(tmp_path / "long.csv")
    assert {line["method"] for line in long} == {"bayes", "behaves"}
    assert {line["task"] for line in long} == {"shift_10s/E0_g_per_L", "shift_10s/k_d_per_s"}


def test_rows_of_a_folder_that_was_not_named_are_left_out_with_the_next_step(invoke, run, tmp_path):
    result = invoke("export", "--out", run, "--to", tmp_path)
    assert result.stdout.startswith(
        "3 cells; not in long: 1 without a score, 1 stale.\n"
        "behaves is stale: plugin not found. Give its folder with --models.\n"
    )


def test_the_cases_of_a_task_are_written_with_their_card(invoke, tmp_path):
    result = invoke("export", "--task", "shift_10s", "--format", "ts", "--to", tmp_path)
    assert result.exit_code == 0, result.stderr
    folder = tmp_path / "shift_10s"
    assert len(list(folder.glob("*.ts"))) == 6
    assert (folder / "README.md").read_text().startswith("# shift_10s\n")
    assert len(result.stdout.splitlines()) == 7


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is an extra")
def test_both_formats_of_a_task_are_written_if_none_is_named(invoke, tmp_path):
    result = invoke("export", "--task", "shift_10s", "--to", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert {path.suffix for path in (tmp_path / "shift_10s").iterdir()} == {".md", ".parquet", ".ts"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--format", "ts"),
            "format 'ts': name must be one of csv, parquet, got 'ts'. Run with --list to see what each one is.",
        ),
        (
            ("--task", "shift_10s", "--format", "csv"),
            "format 'csv': name must be one of parquet, ts, got 'csv'. Run with --list to see what each one is.",
        ),
        (
            ("--preset", "full"),
            "folder 'RUN': must hold records of preset full, got none. Run a task, or name a folder with --out.",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(invoke, run, options, message):
    result = invoke("export", "--out", run, *options)
    assert (result.exit_code, result.stderr) == (2, f"error: {message.replace('RUN', str(run))}\n")


def test_an_unknown_task_is_refused(invoke):
    result = invoke("export", "--task", "shift_10", "--format", "ts")
    assert result.exit_code == 2
    assert result.stderr.endswith("Did you mean 'shift_10s'?\n")
