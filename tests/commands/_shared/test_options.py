import re

import pytest
import typer

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.scores.ceiling import CEILING
from bench.task import PRESETS
from commands._shared import running
from commands._shared.options import (
    NEAREST,
    REFERENCE,
    TAKEN,
    all_tasks,
    closest,
    parse_settings,
    plugin_files,
    published_rows,
    published_tasks,
    task_files,
)
from run_bench import VERBS, app

TASK_NAMES = ", ".join(task_files())


def error_of(result):
    """The one line on stderr of a refused command."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr.rstrip("\n")


def test_no_task_is_one_sentence_that_says_what_to_do(invoke):
    assert error_of(invoke("--model", "mean")) == (
        "error: run '--task': at least one task must be named, got none. "
        "Try --task shift_10s or --suite core; --list shows every task."
    )


def test_an_unknown_task_names_those_that_exist_and_the_closest(invoke):
    assert error_of(invoke("--task", "prefix_20s")) == (
        f"error: task 'prefix_20s': name must be one of {TASK_NAMES}, got 'prefix_20s'. Did you mean 'prefix_60s'?"
    )


def test_an_unknown_model_names_the_closest_and_where_ones_own_are_found(invoke):
    assert error_of(invoke("--task", "shift_1s", "--model", "my_net")) == (
        "error: model 'my_net': name must be one that --list shows, got 'my_net'. "
        "A plugin of your own is found with --models DIR."
    )


def test_a_name_from_elsewhere_is_told_the_nearest_row(invoke):
    assert error_of(invoke("--task", "shift_1s", "--model", "LightGBM")) == (
        "error: model 'LightGBM': name must be one that --list shows, got 'LightGBM'. "
        "The nearest row is 'gradient_boosting'. A plugin of your own is found with --models DIR."
    )


def test_rows_of_a_suite_are_not_on_the_published_board():
    rows = plugin_files([])
    assert "laboratory_posterior" in rows.keys() - published_rows(rows).keys()
    assert set(REFERENCE) <= published_rows(rows).keys()


def test_every_task_but_those_of_a_laboratory_is_on_the_published_board():
    left_out = {task.suite for name, task in all_tasks().items() if name not in published_tasks()}
    assert left_out == {"laboratory"}
    assert {"intervals", "worlds"} <= {task.suite for task in published_tasks().values()}


def test_names_from_elsewhere_are_no_rows_and_lead_to_rows():
    rows = set(plugin_files([]))
    assert set(NEAREST.values()) <= rows
    assert not NEAREST.keys() & rows


@pytest.mark.parametrize(("name", "meant"), [("LSTM", "gru"), ("gur", "gru"), ("xgboost", None), ("none", None)])
def test_the_closest_row_is_the_nearest_method_or_the_nearest_spelling_of_those_there_are(name, meant):
    assert closest(name, {"gru", "tcn"}) == meant


def test_the_name_of_the_ceiling_is_taken():
    assert CEILING in TAKEN


@pytest.mark.parametrize(("name", "whose"), [("bayes", "the ceiling's"), ("all", "that of every row")])
def test_a_plugin_whose_name_means_something_else_is_refused(invoke, tmp_path, name, whose):
    (tmp_path / f"{name}.py").touch()
    for options in (("--task", "shift_1s", "--model", "mean"), ("--list",), ("check", "mean")):
        assert error_of(invoke(*options, "--models", tmp_path)) == (
            f"error: plugin '{name}': name must be new, got {whose}. Rename the file."
        )


def test_a_plugin_that_is_no_python_is_listed_with_what_to_mend_among_the_others(invoke, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "whole.py").write_text('"""A row like others."""')
    shown = invoke("--list", "--models", tmp_path)
    assert shown.exit_code == 0
    assert "plugin 'broken': file must be Python, got invalid syntax in line 1. Mend the file." in shown.stdout
    assert "A row like others." in shown.stdout


@pytest.mark.parametrize("verb", [("--task", "shift_1s", "--model", "mean"), ("audit",), ("inputs",), ("export",)])
def test_an_unknown_preset_names_those_that_exist(invoke, verb):
    assert error_of(invoke(*verb, "--preset", "fast")) == (
        "error: preset 'fast': name must be one of full, quick, standard, got 'fast'. "
        "Run with --list to see what each one is."
    )


def test_an_unknown_suite_names_those_that_exist(invoke):
    assert error_of(invoke("--suite", "cor")) == (
        "error: suite 'cor': name must be one of all, core, intervals, laboratory, worlds, got 'cor'. "
        "Did you mean 'core'?"
    )


def test_children_at_a_time_are_the_workers_matter_on_a_cluster(invoke):
    address = "tcp://127.0.0.1:8786"
    assert error_of(invoke("--task", "shift_1s", "--cluster", address, "--jobs", "4")) == (
        "error: option '--jobs': children at a time must be left to the workers of --cluster, got 4. "
        f"Start each with 'python run_bench.py worker {address} --jobs 4'."
    )


def test_settings_need_named_models(invoke):
    assert error_of(invoke("--task", "shift_1s", "--set", "width=8")) == (
        "error: option '--set': the models that it changes must be named, got no --model. Add --model NAME."
    )


@pytest.mark.parametrize("text", ["width", "=8", ""])
def test_a_setting_without_a_field_or_a_value_is_refused(invoke, text):
    assert error_of(invoke("--task", "shift_1s", "--model", "mean", "--set", text)) == (
        f"error: option '--set': value must be field=value, got {text!r}. Write for example --set epochs=20."
    )


def test_an_unknown_setting_is_refused_before_anything_runs(invoke, hostile, tmp_path):
    result = invoke(
        "--task", "shift_1s", "--models", hostile, "--model", "behaves", "--set", "widht=8", "--out", tmp_path / "out"
    )
    assert error_of(result) == (
        "error: setting of behaves 'widht': name must be one of flag, most, name, rate, starts, width, got 'widht'. "
        "Did you mean 'width'?"
    )
    assert not (tmp_path / "out").exists()


def test_a_setting_of_another_type_is_refused(invoke, hostile):
    result = invoke("--task", "shift_1s", "--models", hostile, "--model", "behaves", "--set", "width=wide")
    assert error_of(result) == ("error: setting 'width': value must be of type int, got 'wide'. Mend the --set option.")


def test_a_folder_of_plugins_that_does_not_exist_is_named(invoke):
    assert error_of(invoke("--task", "shift_1s", "--models", "nowhere", "--model", "mean")) == (
        "error: folder 'nowhere': path must be an existing folder, got none. Check the spelling."
    )


def test_a_plugin_with_the_name_of_another_is_refused(invoke, tmp_path):
    (tmp_path / "mean.py").touch()
    assert error_of(invoke("--task", "shift_1s", "--models", tmp_path, "--model", "mean")) == (
        f"error: plugin 'mean': name must be unique, got it in models and {tmp_path.name}. Rename one file."
    )


@pytest.mark.parametrize("verb", ["board", "score"])
def test_a_folder_without_records_is_refused(invoke, tmp_path, verb):
    assert error_of(invoke(verb, "--out", tmp_path)) == (
        f"error: folder '{tmp_path}': must hold records.jsonl, got none. Run a task, or name a folder with --out."
    )


def test_a_number_out_of_range_is_refused(invoke):
    for option, value in (("--seeds", "0"), ("--jobs", "0"), ("--time-limit", "0"), ("--memory-limit", "1")):
        result = invoke("--task", "shift_1s", option, value)
        assert error_of(result).startswith(f"error: Invalid value for '{option}': ")
        assert error_of(result).endswith(" --help'.")


def test_values_of_settings_are_json_or_text():
    assert parse_settings(["a=1", "b=0.5", "c=true", "d=[1, 2]", "e=relu", "f=x=y", "g="]) == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": [1, 2],
        "e": "relu",
        "f": "x=y",
        "g": "",
    }
    with pytest.raises(BenchError):
        parse_settings(["=1"])


def test_help_teaches_every_option_of_every_verb(invoke):
    main = typer.main.get_command(app)
    assert {"board", "score"} <= set(main.commands)
    for command in (main, *(main.get_command(None, name) for name in main.commands)):
        assert command.help
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"{command.name} {parameter.name}"
    shown = invoke("--help").stdout
    for parameter in main.params:
        assert parameter.opts[0] in shown
    assert "\n    python run_bench.py --task shift_10s\n" in shown
    assert "----" not in shown


def test_each_verb_has_one_line_of_help_that_80_columns_hold(invoke, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = invoke("--help").stdout.splitlines()
    for title, verbs in VERBS.items():
        first = shown.index(f"{title}:") + 1
        assert [line.split() for line in shown[first : first + len(verbs)]] == [
            [name, *text.split()] for name, text in verbs.items()
        ]


def test_a_verb_that_does_not_exist_is_told_the_closest(invoke):
    result = invoke("bord")
    assert error_of(result).startswith("error: No such command 'bord'. Did you mean 'board'? See ")


def test_the_version_is_that_of_the_project_and_of_the_checkout(invoke):
    assert re.fullmatch(r"early-inference-bench \d+\.\d+\.\d+, commit \S+\n", invoke("--version").stdout)


def test_every_name_is_listed_in_full_and_no_plugin_is_imported(invoke, hostile):
    result = invoke("--list", "--models", hostile)
    assert result.exit_code == 0
    words = result.stdout.split()
    for name in (*task_files(), *plugin_files([hostile]), *PRESETS):
        assert name in words
    assert "broken_import" in words
    assert "\x1b" not in result.stdout


def test_the_reference_rows_exist_and_are_those_of_the_documents():
    assert set(REFERENCE) <= set(plugin_files([]))
    told = (ROOT / "docs" / "install.md").read_text(encoding="utf-8").partition("one row of each kind runs:")[2]
    assert re.findall(r"`(\w+)`", told.partition(". `--model")[0]) == list(REFERENCE)


def test_the_core_suite_is_the_declared_one():
    assert {name for name, task in all_tasks().items() if task.core} == {
        "in_distribution",
        "shift_1s",
        "shift_10s",
        "prefix_10s",
        "prefix_60s",
        "shift_10s_prefix_60s",
    }


def test_jobs_are_given_ten_minutes_and_a_second_a_training_case_unless_told_otherwise(invoke, tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(running, "best_of", lambda *arguments: {})
    monkeypatch.setattr(running, "run_plan", lambda *arguments, **options: given.append(arguments[4]) or _none())
    for options in ((), ("--time-limit", "30", "--memory-limit", "500")):
        invoke("--task", "shift_1s", "--model", "mean", "--preset", "quick", "--out", tmp_path, *options)
    assert given == [Limits(616.0), Limits(30.0, 500.0)]


def _none():
    """Stands for a run that gives no record."""
    yield from ()
