import shutil
from dataclasses import replace

import pytest

import commands.publish
import commands.release
from bench.run.record import FINAL, Record, append_records, read_records
from bench.task import PRESETS, Sizes
from bench.world.quantities import TARGET_NAMES
from leaderboard.predictions import Predictions
from leaderboard.published.board import BOARD_PAGE, COMMAND, README
from leaderboard.published.check import problems
from leaderboard.published.rows import PAGE
from leaderboard.published.store import publish_cells, read_published

ROWS = ("--model", "behaves", "--model", "raises")
TASKS = ("--task", "shift_10s", "--task", "matched_10s")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, hostile):
    """A checkout of its own, with two plugins, empty boards and tiny standard sizes, to publish into."""
    root = tmp_path_factory.mktemp("checkout")
    blocks = ((README, ["result", "rows", "questions"]), (BOARD_PAGE, ["board"]))
    for page, names in (*blocks, (PAGE, ["core tasks", "misled", "seeds"])):
        (root / page).parent.mkdir(exist_ok=True)
        marks = [f"<!-- begin: {name}, written by `{COMMAND}` -->\n<!-- end: {name} -->\n" for name in names]
        (root / page).write_text("# Title\n\n" + "".join(marks), encoding="utf-8")
    plugins = {name: hostile / f"{name}.py" for name in ("behaves", "raises")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "standard", Sizes(16, 8, 12, 2))
        patch.setattr(commands.release, "stale_in", lambda records, folders: {})
        for module in (commands.publish, commands.release):
            patch.setattr(module, "ROOT", root)
            patch.setattr(module, "PUBLISHED", root / "records")
            patch.setattr(module, "plugin_files", lambda folders: plugins)
        yield root


@pytest.fixture(scope="module")
def first(checkout, invoke, all_undrawn):
    """The first half of the plan, run."""
    return invoke("publish", *ROWS, "--task", "shift_10s", "--out", checkout / "work", "--jobs", 1)


@pytest.fixture(scope="module")
def second(checkout, first, invoke):
    """Two tasks asked for in a new working folder, as in a fresh clone."""
    return invoke("publish", *ROWS, *TASKS, "--out", checkout / "work_again", "--jobs", 1)


def test_the_plan_is_said_before_it_runs(first):
    lines = first.stdout.splitlines()
    assert lines[0] == "plan    2 rows on 1 tasks, 2 seeds, preset standard"
    assert lines[1] == "cells   4, 0 done before; 0 were published"
    assert lines[2].startswith("fits    4 to run, 1 at a time: ")


def test_a_row_that_fails_is_named_and_makes_the_status_1(first):
    lines = first.stdout.splitlines()
    assert first.exit_code == 1
    assert lines[-2:] == [
        "not done: raises on shift_10s, seed 0 (failed)",
        "not done: raises on shift_10s, seed 1 (failed)",
    ]
    assert any("; 2 of 4 cells are done and kept." in line for line in lines)


def test_board_is_written_at_the_end(first, checkout):
    written = [line for line in first.stdout.splitlines() if line.startswith("written: ")]
    assert written == [
        "written: leaderboard/site/index.html",
        "written: leaderboard/site/plan.json",
        "written: docs/pictures/board_ratios.png",
        "written: README.md",
        "written: docs/board.md",
        "written: docs/rows.md",
    ]
    assert "| `behaves` | 2 ok | 2 |" in (checkout / "docs" / "board.md").read_text(encoding="utf-8")


def test_published_cells_are_not_run_again_in_a_fresh_clone(second):
    lines = second.stdout.splitlines()
    assert lines[1] == "cells   8, 2 done before; 5 were published"
    assert lines[2].startswith("fits    6 to run, ")
    assert not any("] behaves on shift_10s" in line for line in lines)
    assert any("] behaves on matched_10s, seed 1: ok" in line for line in lines)


def test_every_cell_of_the_plan_is_published_beside_its_ceiling(second, checkout):
    records = read_published(checkout / "records")
    statuses = {(record.task, record.row, record.seed): record.status for record in records}
    assert {key for key, status in statuses.items() if status in FINAL} == {
        (task, row, seed)
        for task in ("shift_10s", "matched_10s")
        for row, seeds in (("behaves", (0, 1)), ("bayes", (0,)))
        for seed in seeds
    }
    assert {status for (_, row, _), status in statuses.items() if row == "raises"} == {"failed"}


def test_the_working_folder_is_that_of_an_ordinary_run(second, checkout):
    records = read_records(checkout / "work_again")
    assert len(records) == 10
    assert all((checkout / "work_again" / r.prediction_file).is_file() for r in records if r.prediction_file)


def test_records_and_board_agree_until_somebody_edits_one(second, checkout, invoke):
    result = invoke("publish", "--check")
    assert result.exit_code == 0, result.stdout
    assert result.stdout == "10 published cells are whole, and the board is what they give.\n"
    text = (checkout / BOARD_PAGE).read_text(encoding="utf-8")
    (checkout / BOARD_PAGE).write_text(text.replace("2 ok", "3 ok"), encoding="utf-8")
    result = invoke("publish", "--check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "not what the records give: docs/board.md",
        "Run 'python run_bench.py publish --no-run' and commit what it writes.",
    ]
    assert invoke("publish", "--no-run").stdout == "written: docs/board.md\n"
    assert (checkout / BOARD_PAGE).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("work", ["work_again", "fresh clone"])
def test_published_rows_beside_another_ceiling_are_put_right_without_a_fit(
    second, checkout, invoke, monkeypatch, tmp_path, work
):
    records = tmp_path / "records"
    shutil.copytree(checkout / "records", records)
    other = {target: {"r2": 0.9, "r2_error": 0.0, "rmse_ratio": 9.0} for target in (*TARGET_NAMES, "forecast")}
    scored = [r for r in read_records(checkout / "work_again") if (r.task, r.row) == ("matched_10s", "behaves")]
    publish_cells([replace(record, ceiling=other) for record in scored], checkout / "work_again", records)
    assert len(problems(Predictions(records), read_published(records))) == 4
    for module in (commands.publish, commands.release):
        monkeypatch.setattr(module, "PUBLISHED", records)
        monkeypatch.setattr(module, "ROOT", checkout)
    monkeypatch.setattr(commands.publish, "_write", lambda console: None)
    if work == "work_again":
        shutil.copytree(checkout / work, tmp_path / work)
    result = invoke("publish", "--model", "behaves", "--task", "matched_10s", "--out", tmp_path / work)
    assert result.exit_code == 0, result.output
    assert "cells   2, 2 done before; " in result.stdout
    said = "ceiling changed: 2 cells of matched_10s put beside the new one, none trained"
    assert (said in result.stdout) == (work == "fresh clone")
    assert problems(Predictions(records), read_published(records)) == []


def test_a_check_of_a_board_without_its_plan_is_one_sentence(second, checkout, invoke, monkeypatch, tmp_path):
    for module in (commands.publish, commands.release):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    result = invoke("publish", "--check")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: published 'leaderboard/site/plan.json': file must be the plan that the board was made with, got: No "
        "such file or directory. Run 'python run_bench.py publish --no-run' and commit what it writes.\n",
    )


def test_no_published_file_names_a_folder_of_this_machine(second, checkout):
    for path in [checkout / "README.md", *(checkout / "leaderboard" / "site").iterdir()]:
        assert str(checkout) not in path.read_text(encoding="utf-8")
    assert str(checkout) not in str(read_published(checkout / "records"))


def test_board_without_records_is_refused_in_one_sentence(checkout, invoke, monkeypatch, tmp_path):
    monkeypatch.setattr(commands.publish, "PUBLISHED", tmp_path)
    result = invoke("publish", "--no-run")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: published 'records': number must be at least 1, got none. Run 'publish' without --no-run.\n"
    )


def test_an_unknown_row_is_told_with_the_closest(checkout, invoke):
    result = invoke("publish", "--model", "behave", "--out", checkout / "none")
    assert result.exit_code == 2
    assert "behaves" in result.stderr
    shutil.rmtree(checkout / "none", ignore_errors=True)


def test_a_row_whose_plugin_is_gone_is_not_published_again(monkeypatch, tmp_path):
    sizes = {"train": 1, "valid": 1, "test": 1, "seeds": 1}
    there = [
        Record("shift_10s", "t", row, row, {}, 0, "standard", sizes, "cannot", "", "s", "c", 1) for row in ("a", "b")
    ]
    append_records(tmp_path, there)
    monkeypatch.setattr(commands.publish, "read_published", lambda folder: [])
    assert [record.row for record in commands.publish._unpublished(tmp_path, {"b"})] == ["b"]
