from dataclasses import asdict

import pytest

import commands.release
from bench.errors import BenchError
from bench.metrics import METRIC_VERSION
from bench.run.record import Record
from bench.task import PRESETS
from commands.release import planned_then, planned_today
from leaderboard.families import Declared
from leaderboard.published.plan import PLAN_FILE, Published


def record_of(row, status="ok", **changes):
    values = {"commit": "0123456789ab", "metric_version": METRIC_VERSION} | changes
    sizes = asdict(PRESETS["standard"])
    return Record("shift_10s", "t", row, row, {}, 0, "standard", sizes, status, "", "s", "c", **values)


@pytest.fixture
def checked(invoke, monkeypatch):
    """What ``release`` says of records: ``checked([record], stale={...}, wrong=[...], out_of_date=[...])``."""

    def check(records, stale=None, wrong=(), out_of_date=()):
        planned = Published({"tcn": Declared("A network.")}, ("shift_10s",), stale or {})
        cells = [record_of("tcn", "not_run"), record_of("bayes", "not_run")]
        for name, answer in {
            "read_published": records,
            "planned_today": planned,
            "planned_cells": cells,
            "problems": list(wrong),
            "generated": {},
            "page_values": {},
            "lacking": [],
            "kept_attainable": "kept",
            "out_of_date": list(out_of_date),
        }.items():
            monkeypatch.setattr(commands.release, name, lambda *_, answer=answer: answer)
        result = invoke("release")
        return result.exit_code, result.stdout.splitlines()

    return check


WHOLE = [record_of("tcn"), record_of("bayes")]
NEXT = "Run 'python run_bench.py publish' from a clean checkout, and commit what it writes."


def test_a_whole_board_is_ready(checked):
    assert checked(WHOLE) == (0, ["ready: 2 cells, 1 rows, 1 tasks."])


def test_a_row_whose_package_is_not_installed_here_is_told_and_no_reason_against_a_release(checked, monkeypatch):
    line = "npe: not checked here, scores kept (60 cells): sbi 0.27.0 not installed."
    monkeypatch.setattr(commands.release, "unchecked_in", lambda *_: [line])
    assert checked(WHOLE) == (0, [line, "ready: 2 cells, 1 rows, 1 tasks."])


def test_a_row_that_says_cannot_is_done(checked):
    assert checked([record_of("tcn", "cannot"), record_of("bayes")])[0] == 0


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"records": WHOLE[1:]}, "not done: tcn on shift_10s, seed 0 (not_run)"),
        ({"records": [record_of("tcn", "timeout"), WHOLE[1]]}, "not done: tcn on shift_10s, seed 0 (timeout)"),
        (
            {"records": WHOLE, "stale": {("shift_10s", "tcn", 0, "standard"): ("source", "metric")}},
            "stale: tcn on shift_10s, seed 0: source, metric",
        ),
        (
            {"records": [record_of("tcn", commit="0123456789ab+changes"), WHOLE[1]]},
            "made from uncommitted sources: tcn on shift_10s, seed 0",
        ),
        ({"records": WHOLE, "wrong": ["tcn: broken"]}, "wrong: tcn: broken"),
        ({"records": WHOLE, "out_of_date": ["README.md"]}, "not what the records give: README.md"),
    ],
)
def test_one_thing_that_is_not_as_it_should_be_is_named_and_fails(checked, given, line):
    assert checked(**given) == (1, [line, NEXT])


def test_a_long_list_is_cut_and_counted(checked):
    status, lines = checked(WHOLE, wrong=[f"cell {number}" for number in range(25)])
    assert (status, len(lines), lines[-2]) == (1, 22, "wrong: and 5 more")


def test_plan_of_today_is_every_plugin_on_every_task_and_marks_what_is_stale(monkeypatch):
    old = record_of("tcn")
    monkeypatch.setattr(commands.release, "stale_in", lambda records, folders: {old.cell: ("metric",)})
    planned = planned_today([old, record_of("bayes")], {"shift_10s": None})
    assert {"mean", "ridge", "tcn", "nls"} <= set(planned.rows)
    assert (planned.rows["tcn"].family, planned.rows["tcn"].trained_at) == ("learned", "one")
    assert planned.tasks == ("shift_10s",)
    assert planned.stale == {old.cell: ("metric",)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "JSONDecodeError: Expecting property name"), ("{}", "KeyError: 'stale'"), ("[]", "TypeError: list indices")],
)
def test_a_plan_that_cannot_be_read_is_one_sentence(tmp_path, text, reason):
    path = tmp_path / PLAN_FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BenchError) as refused:
        planned_then(tmp_path)
    begin = f"published '{PLAN_FILE}': file must be the plan that the board was made with, got: {reason}"
    assert str(refused.value).startswith(begin)
    assert str(refused.value).endswith("Run 'python run_bench.py publish --no-run' and commit what it writes.")
