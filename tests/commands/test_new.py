import os
from pathlib import Path

import pytest

import commands.run
from bench.run.record import read_records

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
    monkeypatch.setattr(commands.run, "write_board", lambda out, **options: [out / "board.md"])
    options = made.stdout.splitlines()[2].split("run_bench.py ", 1)[1].split()
    result = invoke(*options)
    assert result.exit_code == 0
    assert "my_ridge on in_distribution, seed 0: ok, R2(E0)" in result.stdout
    statuses = {record.row: record.status for record in read_records(Path("results"))}
    assert statuses == {"mean": "ok", "my_ridge": "ok", "bayes": "ok"}


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
        ("class", "name must be lower-case letters, digits and underscores, got 'class'. Rename it."),
        ("ridge", "name must be new, got a row of the suite. Choose another."),
        ("numpy", "name must be no library's, got one. Choose another."),
    ],
)
def test_a_name_that_cannot_be_is_refused(invoke, name, what):
    result = invoke("new", name, "--folder", "elsewhere")
    assert (result.exit_code, result.stderr) == (2, f"error: plugin '{name}': {what}\n")
    assert not os.path.exists("elsewhere")
