import re
import threading
import time
from types import SimpleNamespace

import pytest

import bench.conformance.examination
from bench.conformance.examination import LOADS
from bench.conformance.suite import CHECKS

LATE = "its process must go on, got: "


def rows(result):
    """Check to its result, from the lines that begin one."""
    names = [LOADS, *(check.name for check in CHECKS)]
    cells = [re.match(r"(\w+) +(passed|failed|declined|not put)\b", line) for line in result.stdout.splitlines()]
    return {cell[1]: cell[2] for cell in cells if cell and cell[1] in names}


def words(result):
    return " ".join(result.stdout.split())


def test_every_check_of_a_good_plugin_is_shown_and_the_status_is_0(invoke):
    result = invoke("check", "mean")
    assert result.exit_code == 0
    assert list(rows(result)) == ["loads", *(check.name for check in CHECKS)]
    declined = {"small_task", "both_targets", "overfits"}
    assert {name for name, status in rows(result).items() if status != "passed"} == declined
    assert result.stdout.splitlines()[-1] == "mean: ready to run"


def test_what_fails_is_shown_with_how_to_mend_it(invoke, hostile):
    result = invoke("check", "answers", "--models", hostile, "--only", "finite")
    assert result.exit_code == 1
    assert rows(result) == {"loads": "passed", "finite": "failed"}
    text = words(result)
    assert "got nan for k_d_per_s of case 63, and 1 such values in all. Guard the division or the logarithm;" in text
    assert result.stdout.splitlines()[-1] == "answers: 1 of 2 checks failed"


def test_programs_get_the_outcomes_and_people_are_told_beside(invoke, hostile, values_of):
    result = invoke("check", "answers", "--models", hostile, "--only", "finite", "--json")
    assert result.exit_code == 1
    values = values_of(result)
    assert (values["plugin"], values["verdict"]) == ("answers", "1 of 2 checks failed")
    outcomes = [(each["check"], each["status"]) for each in values["checks"]]
    assert outcomes == [("loads", "passed"), ("finite", "failed")]
    assert "got nan for k_d_per_s of case 63" in values["checks"][1]["message"]
    assert result.stderr.endswith("answers: 1 of 2 checks failed\n")


def test_an_error_that_every_check_meets_is_told_once_with_its_place(invoke, hostile):
    result = invoke("check", "raises", "--models", hostile)
    assert result.exit_code == 1
    assert rows(result) == {"loads": "passed", "frozen": "passed", "shape": "failed"}
    lines = (hostile / "raises.py").read_text().splitlines()
    number = 1 + lines.index('            raise ValueError("no urease in sight")')
    assert f"got ValueError: no urease in sight [raises.py, line {number}]. Run it with --only shape" in words(result)
    last = "raises: 1 of 3 checks failed; the other 13 ask for what it failed"
    assert result.stdout.splitlines()[-1] == last


def test_a_check_that_passes_alone_says_that_others_were_not_put(invoke):
    result = invoke("check", "mean", "--only", "shape")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "mean: shape did not fail; run without --only for the other checks"


def test_settings_are_those_of_the_plugin_but_for_what_is_set(invoke, hostile):
    arguments = ("check", "raises", "--models", hostile, "--only", "finite", "--set")
    assert rows(invoke(*arguments, "where=elsewhere")) == {"loads": "passed", "finite": "passed"}
    refused = invoke(*arguments, "wher=fit")
    assert (refused.exit_code, rows(refused)) == (1, {"loads": "failed"})
    text = words(refused)
    assert "setting of raises 'wher': name must be one of where, got 'wher'. Did you mean 'where'?" in text


def test_a_plugin_of_a_folder_beside_is_pointed_at(invoke):
    invoke("new", "my_ridge")
    for name in ("my_ridge", "my_models/my_ridge"):
        assert invoke("check", name).stderr == (
            f"error: plugin '{name}': name must be that of a row or a file, got neither. "
            "Did you mean 'my_models/my_ridge.py'?\n"
        )


def test_a_check_put_alone_shows_where_the_plugin_raised(invoke, hostile):
    result = invoke("check", hostile / "raises.py", "--only", "shape")
    assert result.exit_code == 1
    assert "no urease in sight" in result.stdout
    assert "Traceback (most recent call last):" in result.stdout


@pytest.mark.parametrize(
    ("plugin", "checks", "what"),
    [
        ("broken_import", {"loads": "failed"}, "RuntimeError: this plugin cannot be imported"),
        ("no_model", {"loads": "failed"}, "file must define MODEL"),
        ("needs_package", {"loads": "failed"}, "the package no-such-package-of-urease is not installed"),
        (
            "ends",
            {"loads": "passed", "frozen": "passed", "shape": "failed"},
            f"{LATE}exit status 139. It printed nothing.",
        ),
    ],
)
def test_a_plugin_that_does_not_load_or_ends_its_process_fails(invoke, hostile, plugin, checks, what):
    result = invoke("check", plugin, "--models", hostile)
    assert (result.exit_code, rows(result)) == (1, checks)
    assert what in words(result)


def test_a_plugin_that_hangs_is_ended_at_the_limit(invoke, hostile, tmp_path, monkeypatch):
    class EarlyTimer(threading.Timer):
        """Ends as soon as the plugin waits in its fit, so that a slow machine has the time to come there."""

        def run(self):
            deadline = time.monotonic() + self.interval
            while not (tmp_path / "pids-waits").exists() and time.monotonic() < deadline:
                if self.finished.wait(0.05):
                    return
            self.function()

    fields = SimpleNamespace(Timer=EarlyTimer, Event=threading.Event)
    monkeypatch.setattr(bench.conformance.examination, "threading", fields)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "hold").touch()
    result = invoke("check", "waits", "--models", hostile, "--time-limit", "300")
    assert (result.exit_code, rows(result)) == (1, {"loads": "passed", "frozen": "passed", "shape": "failed"})
    assert f"{LATE}stopped at the time limit of 300 s." in words(result)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.py",), "plugin 'nothing.py': path must be an existing file, got none. Check the spelling."),
        (
            ("tcm",),
            "plugin 'tcm': name must be that of a row or a file, got neither. Did you mean 'tcn'?",
        ),
        (
            ("my_own",),
            "plugin 'my_own': name must be that of a row or a file, got neither. "
            "Give its file, or its folder with --models.",
        ),
        (("mean", "--only", "finit"), "check 'finit': name must be one of "),
    ],
)
def test_what_does_not_exist_is_refused(invoke, arguments, message):
    result = invoke("check", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
