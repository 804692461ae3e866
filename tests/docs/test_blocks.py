# Every block of code in the documents runs, and every command in them exists; what the comments mean: conftest.py.
import ast
import io
import re
import shlex
import subprocess
import tomllib
from contextlib import redirect_stderr
from functools import cache
from pathlib import Path

import pytest
import typer.main
import yaml

from run_bench import app

ROOT = Path(__file__).resolve().parents[2]
INLINE_COMMAND = re.compile(r"`(?:[\w./]*python )?run_bench\.py ([^`\n]+)`")
NAMED_FILE = re.compile(
    r"(?<![\w./-])((?:bench|commands|leaderboard|models|tasks|tests|docs|\.ci)/(?:[\w.-]+/)*[\w-]+\.\w+)"
)
PLACEHOLDERS = ("models/_name.py",)
ENDS_OF_A_COMMAND = {"|", "||", "&&", ";", "&", ">", "2>", ">>"}


def syntax_error(block):
    """What is wrong with the syntax of a block; nothing where it is right, or is no code."""
    readers = {"python": ast.parse, "yaml": yaml.safe_load, "json": yaml.safe_load, "toml": tomllib.loads}
    if block.language == "bash":
        return subprocess.run(["bash", "-n", "-c", block.text], capture_output=True, text=True, check=False).stderr
    try:
        readers.get(block.language, str)(block.text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        return str(error)
    return ""


def commands_in(text):
    """Arguments of every call of run_bench.py in a shell block."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True) if "run_bench.py" in line else []  # what is printed may hold one quote
        if "run_bench.py" in words:
            arguments = words[words.index("run_bench.py") + 1 :]
            ends = [place for place, word in enumerate(arguments) if word in ENDS_OF_A_COMMAND]
            yield arguments[: ends[0]] if ends else arguments


@cache
def idle_command_line():
    """The command line with verbs that do nothing."""
    group = typer.main.get_command(app)
    for command in (group, *(group.get_command(None, name) for name in group.commands)):
        command.callback = None
    return group


def refusal(arguments):
    """What the command line says against arguments, without running them; nothing where it takes them."""
    with redirect_stderr(io.StringIO()) as said:
        status = idle_command_line().main(list(arguments), "run_bench.py", standalone_mode=False)
    return said.getvalue().rstrip().partition("error: ")[2] or f"status {status}" if status else ""


def missing_files(text):
    return [name for name in NAMED_FILE.findall(text) if name not in PLACEHOLDERS and not (ROOT / name).exists()]


def test_block_runs_as_it_stands(block, reader_of):
    reader_of(block.page).follow(block)


def test_block_has_no_error_of_syntax(any_block):
    assert syntax_error(any_block) == ""


def test_commands_of_a_block_are_taken_by_the_command_line(any_block):
    refused = {" ".join(words): refusal(words) for words in commands_in(any_block.text) if any_block.language == "bash"}
    assert {command: said for command, said in refused.items() if said} == {}


def test_a_block_that_is_never_run_says_why(any_block):
    assert any_block.kind != "syntax" or len(any_block.what.split()) >= 2


def test_every_fence_is_read_as_the_border_of_a_block(pages, blocks_in):
    fences = {page: len(re.findall(r"^ *```", text, re.MULTILINE)) for page, text in pages.items()}
    assert fences == {page: 2 * len(blocks_in(text)) for page, text in pages.items()}


def test_comments_that_look_like_marks_are_read_as_marks(pages, blocks_in):
    looks = r"^ *<!-- *(?:file|slow|syntax|output)\b"
    marks = {page: len(re.findall(looks, text, re.MULTILINE)) for page, text in pages.items()}
    assert marks == {page: sum(bool(block.kind) for block in blocks_in(text)) for page, text in pages.items()}


def test_commands_in_the_text_are_taken_by_the_command_line(pages):
    commands = {(page, found) for page, text in pages.items() for found in INLINE_COMMAND.findall(text)}
    assert len(commands) > 5
    said = {where: refusal(shlex.split(re.sub("<[^>]+>", "tcp://HOST:1", where[1]))) for where in commands}
    named_alone = "requires an argument."  # a text may name an option without its value
    assert {where: text for where, text in said.items() if text and not text.endswith(named_alone)} == {}


def test_the_index_names_every_verb_of_the_command_line(pages):
    named = re.findall(r"^\| `([a-z]+)` \|", pages["docs/index.md"], re.MULTILINE)
    assert named == sorted(idle_command_line().commands)


def test_make_targets_in_the_documents_exist(pages):
    targets = {target for text in pages.values() for target in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)}
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"bench", "test"} <= targets <= known


def test_files_that_the_documents_name_exist(pages):
    assert {page: missing for page, text in pages.items() if (missing := missing_files(text))} == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tusk", "shift_10s"], "No such option: --tusk"),
        (["boards"], "No such command 'boards'."),
        (["ceiling", "--cases", "many"], "Invalid value for '--cases': "),
        (["check"], "Missing argument 'NAME|FILE'."),
    ],
)
def test_command_that_the_command_line_would_refuse_is_found(arguments, said):
    assert refusal(arguments).startswith(said)


@pytest.mark.parametrize("arguments", [["--list"], ["board", "--out", "here"], ["--task", "shift_1s", "--seeds", "3"]])
def test_command_that_the_command_line_takes_is_let_through(arguments):
    assert refusal(arguments) == ""


def test_command_in_a_pipe_or_over_two_lines_is_read():
    text = "cd x\npython run_bench.py --list | head  # a comment\npython run_bench.py \\\n  board --out y\n"
    assert list(commands_in(text)) == [["--list"], ["board", "--out", "y"]]


def test_file_that_is_not_there_is_found():
    assert missing_files("see `bench/task.py`, tasks/none.py and my_models/tasks/x.py") == ["tasks/none.py"]
