import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import commands._run.asked
from bench.run.record import read_records

ROOT = Path(__file__).parents[2]
MADE = "{path} is written and works. Change it, then:"


@pytest.fixture(scope="module")
def made(invoke):
    """The first plugin of a user, in a folder of its own, and what was said."""
    return invoke("new", "my_ridge")


def test_three_commands_are_said_and_the_plugin_is_written(made):
    assert made.exit_code == 0
    first, *commands = made.stdout.splitlines()
    assert first == MADE.format(path="my_models/my_ridge.py")
    assert [command.split("run_bench.py ", 1)[1] for command in commands] == [
        "check my_models/my_ridge.py",
        "--task in_distribution --model mean --model my_ridge --models my_models --preset quick",
        "--suite core --model mean --model nls --model my_ridge --models my_models",
    ]


def test_it_passes_the_check_as_it_is(made, invoke):
    result = invoke("check", "my_models/my_ridge.py")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "my_ridge: ready to run")


def test_the_second_command_gives_a_scored_row_beside_floor_and_ceiling(made, invoke, monkeypatch):
    monkeypatch.setattr(commands._run.asked, "write_board", lambda findings: [findings.predictions.folder / "board.md"])
    options = made.stdout.splitlines()[2].split("run_bench.py ", 1)[1].split()
    result = invoke(*options)
    assert result.exit_code == 0
    assert "my_ridge on in_distribution, seed 0: ok, R2(E0)" in result.stdout
    statuses = {record.row: record.status for record in read_records(Path("results"))}
    assert statuses == {"mean": "ok", "my_ridge": "ok", "bayes": "ok"}


@pytest.mark.slow
def test_a_network_passes_the_check_as_it_is(invoke):
    assert invoke("new", "my_net", "--network").stdout.startswith("my_models/my_net.py is written and works.")
    result = invoke("check", "my_models/my_net.py")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "my_net: ready to run")


def test_an_existing_file_is_left_alone(made, invoke):
    before = Path("my_models/my_ridge.py").read_text()
    result = invoke("new", "my_ridge")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: file 'my_models/my_ridge.py': path must be free, got a file. Choose another name or remove it.\n"
    )
    assert Path("my_models/my_ridge.py").read_text() == before


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("9lives", "name must be lower-case letters, digits and underscores, got '9lives'. Rename it."),
        ("Ridge", "name must be lower-case letters, digits and underscores, got 'Ridge'. Rename it."),
        ("my-net.py", "name must be lower-case letters, digits and underscores, got 'my-net.py'. Try 'my_net'."),
        ("bayes", "name must be new, got the ceiling's. Choose another."),
        ("all", "name must be new, got that of every row. Choose another."),
        ("class", "name must be lower-case letters, digits and underscores, got 'class'. Rename it."),
        ("ridge", "name must be new, got a row of the suite. Choose another."),
        ("numpy", "name must be no library's, got one. Choose another."),
    ],
)
def test_a_name_that_cannot_be_is_refused(invoke, name, what):
    result = invoke("new", name, "--folder", "elsewhere")
    assert (result.exit_code, result.stderr) == (2, f"error: plugin '{name}': {what}\n")
    assert not os.path.exists("elsewhere")


COPIED = ("bench", "commands", "docs", "leaderboard", "models", "tasks", "tests")
ABOUT_ROWS = ("tests/test_structure.py", "tests/models/test_contract.py", "tests/commands/_shared/test_options.py")


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Copy of the checkout with one more row, made by ``new``; gives what runs a command in it."""
    root = tmp_path_factory.mktemp("checkout") / "grown"
    root.mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (path for path in ROOT.iterdir() if path.is_file()):
        shutil.copy(path, root)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"OMP_NUM_THREADS": "1", "COLUMNS": "120"}

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run("run_bench.py", "new", "my_ridge", "--folder", "models").startswith("models/my_ridge.py is written")
    return run


@pytest.mark.slow
def test_a_new_row_among_the_models_breaks_no_test_and_is_shown_as_unpublished(grown):
    asked = grown("-m", "pytest", "-q", *ABOUT_ROWS, "-k", "not test_contract or my_ridge")
    assert "passed" in asked
    assert "failed" not in asked
    line = next(line for line in grown("run_bench.py", "--list").splitlines() if "my_ridge" in line)
    assert "unpublished" in line
    options = ("--task", "in_distribution", "--model", "my_ridge", "--preset", "quick")
    assert "my_ridge on in_distribution, seed 0: ok" in grown("run_bench.py", *options)
    assert "my_ridge" in grown("run_bench.py", "board")
