import json
from dataclasses import asdict

import commands._run.asked
import commands.board
from bench.run.record import Record, append_records
from bench.task import PRESETS


def test_page_and_pictures_of_the_prior_are_written_where_they_are_asked_for(invoke, hostile, tmp_path, monkeypatch):
    for module in (commands._run.asked, commands.board):  # the board itself takes most of a tiny run's time
        monkeypatch.setattr(module, "write_board", lambda findings, out=None: [tmp_path / "board.md"])
    common = ("--models", hostile, "--out", tmp_path / "run")
    asked = ("--task", "shift_10s", "--model", "behaves", "--preset", "quick", "--jobs", 1)
    assert invoke(*asked, *common).exit_code == 0
    (tmp_path / "board").mkdir()
    assert len(invoke("board", *common, "--to", tmp_path / "board").stdout.splitlines()) > 1
    assert not (tmp_path / "board" / "index.html").exists()
    result = invoke("board", *common, "--to", tmp_path / "board", "--page", "--prior")
    assert result.exit_code == 0
    page, prior = result.stdout.splitlines()[-2:]
    assert page.endswith("board/index.html")
    assert prior.endswith("board/prior_behaves.png")
    html = (tmp_path / "board" / "index.html").read_text(encoding="utf-8")
    assert '"behaves":{"about":' in html
    assert str(tmp_path) not in html


def test_a_line_that_is_no_record_is_a_warning_and_the_board_is_made_of_the_others(invoke, tmp_path, monkeypatch):
    monkeypatch.setattr(commands.board, "write_board", lambda findings, out=None: [tmp_path / "board.md"])
    sizes = asdict(PRESETS["quick"])
    record = Record("shift_10s", "", "mean", "mean", {}, 0, "quick", sizes, "failed", "too long", "", "", 1)
    append_records(tmp_path, [record])
    with open(tmp_path / "records.jsonl", "ab") as file:
        file.write(b"\xff\x1b[31m\n")
    result = invoke("board", "--out", tmp_path)
    cells = json.loads(invoke("board", "--out", tmp_path, "--json").stdout)
    assert [(cell["row"], cell["status"], cell["E0_g_per_L_r2"], cell["n_train"]) for cell in cells] == [
        ("mean", "failed", None, sizes["train"])
    ]
    assert (result.exit_code, "failed: too long" in result.stdout) == (0, True)
    assert result.stderr == (
        "warning: records.jsonl '2': line must be a record, got one that is none: Invalid JSON: expected value at "
        "line 1 column 1. It is passed over, all others are read; remove the line.\n"
    )
