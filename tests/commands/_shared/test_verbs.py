import ast
import re
import warnings

import pytest
import typer
from typer.main import get_command

from bench.compiled import ROOT
from bench.errors import BenchError, BenchWarning
from run_bench import VERBS, app

ORDER = "\x1b]0;title\x07\x1b[2J\x9b31m"
NAMES = ["", *(verb for verbs in VERBS.values() for verb in verbs)]


def command_of(group, verb):
    return group.get_command(typer.Context(group), verb) if verb else group


def asked(command, parameter, text):
    """Arguments that give one parameter a text, and those that are required something."""
    required = ["x" for each in command.params if each.param_type_name == "argument" and each is not parameter]
    if parameter.param_type_name == "argument":
        return [*required, text]
    return [*required, f"{parameter.opts[0]}={text}"]


@pytest.mark.filterwarnings("always::UserWarning")
@pytest.mark.parametrize("verb", NAMES)
def test_no_argument_gives_orders_to_the_terminal(verb, monkeypatch, capsys):
    group = get_command(app)
    command = command_of(group, verb)

    def complain(**given):
        shown = "; ".join(str(value) for value in given.values())
        warnings.warn(shown, BenchWarning, stacklevel=1)
        warnings.warn(shown, UserWarning, stacklevel=1)
        raise BenchError(f"arguments '{shown}': they must be others.")

    monkeypatch.setattr(command, "callback", complain)
    before = [verb] if verb else []
    lines = [[*before, *asked(command, each, ORDER)] for each in command.params if each.name != "help"]
    lines += [[*before, f"--{ORDER}"], [ORDER], [*before, "x", "x", "x", "x", ORDER]]
    for line in lines:
        with pytest.raises(SystemExit, match="2"):
            group.main(line)
        text = "".join(capsys.readouterr())
        assert text.strip(), line
        assert not set(text) & {"\x1b", "\x07", "\x9b"}, line


def test_nothing_but_json_the_version_and_the_greeting_is_printed_past_the_terminal():
    past = [
        f"{path.name}: {ast.unparse(call)[:60]}"
        for path in sorted((ROOT / "commands").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("print", "typer.echo", "sys.stdout.write")
    ]
    assert [line for line in past if not re.search(r"print\((json\.dumps|to_json)\(", line)] == [
        "verbs.py: print(greeting, end='')",
        "run.py: print(f\"{project['name']} {project['version']}, commit {comm",
    ]
