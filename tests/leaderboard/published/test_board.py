import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imsave

import leaderboard.published.board
from bench.errors import BenchError
from bench.run.record import read_records
from bench.task import PRESETS, Sizes, Task
from bench.world.acquisition import Acquisition
from leaderboard.families import Declared
from leaderboard.predictions import Predictions
from leaderboard.published.board import (
    BOARD_PAGE,
    COMMAND,
    COST_PICTURE,
    OVERVIEW_PICTURE,
    RATIOS_PICTURE,
    README,
    generated,
    out_of_date,
    planned_cells,
    published_findings,
)
from leaderboard.published.plan import PLAN_FILE, Published
from leaderboard.published.rows import PAGE
from leaderboard.published.store import publish_cells, read_published
from leaderboard.site.sentences import lacking
from leaderboard.site.values import page_values

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("result", "rows", "questions")
"""Blocks of the README."""
BEGIN, END = f"<!-- begin: board, written by `{COMMAND}` -->", "<!-- end: board -->"
FINE, COARSE = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
TASKS = {
    "in_distribution": Task("in_distribution", "can it be done", (FINE,), FINE, core=True),
    "shift_10s": Task("shift_10s", "is it robust", (FINE,), COARSE, core=True),
}
ERRORS = {"mean": 1.0, "tcn": 0.1}
ROWS = {
    "mean": Declared("The floor.", "baseline", "none"),
    "tcn": Declared("A network.", "learned", "one"),
    "gru": Declared("Not run yet.", "learned", "one"),
}
PLANNED = Published(ROWS, tuple(TASKS), {})
GENERATED = {
    README,
    BOARD_PAGE,
    PLAN_FILE,
    "leaderboard/site/index.html",
    "docs/rows.md",
    "docs/pictures/board_overview.png",
    "docs/pictures/board_accuracy_cost.png",
    "docs/pictures/board_ratios.png",
}


@pytest.fixture
def checkout(beside_ceiling, folder_of, tmp_path, monkeypatch):
    """A checkout with a README and published records of two rows on two tasks; a third row is planned."""
    monkeypatch.setitem(PRESETS, "standard", Sizes(1024, 256, 40, 3))
    sizes = {"train": 1024, "valid": 256, "test": 40, "seeds": 3}
    records = [replace(record, preset="standard", sizes=sizes) for record in beside_ceiling(ERRORS, TASKS)]
    run = folder_of(records, examples=False)
    root = tmp_path / "checkout"
    publish_cells(read_records(run), run, root / "records")
    marks = [f"<!-- begin: {name}, written by `{COMMAND}` -->\n<!-- end: {name} -->\n" for name in NAMES]
    (root / README).write_text("# Title\n\n" + "".join(marks), encoding="utf-8")
    (root / PAGE).parent.mkdir()
    (root / BOARD_PAGE).write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\n## Rest\n", encoding="utf-8")
    (root / PAGE).write_text((ROOT / PAGE).read_text(encoding="utf-8"), encoding="utf-8")
    return root


@pytest.fixture
def blank_pictures(monkeypatch):
    """Empty pictures: drawing them takes most of the time."""
    blank = {name: b"" for name in (OVERVIEW_PICTURE, COST_PICTURE, RATIOS_PICTURE)}
    monkeypatch.setattr(leaderboard.published.board, "_pictures", lambda findings: blank)


def png(pixels, level):
    written = io.BytesIO()
    imsave(written, pixels, format="png", pil_kwargs={"compress_level": level})
    return written.getvalue()


def made(checkout, planned=PLANNED):
    folder = checkout / "records"
    findings = published_findings(read_published(folder), Predictions(folder), TASKS, planned)
    return generated(checkout, findings, planned)


def readme(checkout, planned=PLANNED):
    return made(checkout, planned)[README].decode()


def board(checkout, planned=PLANNED):
    return made(checkout, planned)[BOARD_PAGE].decode()


def test_plan_is_every_row_task_and_seed_and_one_ceiling_a_task(checkout):
    cells = [record.cell for record in planned_cells(PLANNED, TASKS)]
    assert len(cells) == len(set(cells)) == 2 * (3 * 3 + 1)
    assert ("shift_10s", "gru", 2, "standard") in cells
    assert [cell for cell in cells if cell[1] == "bayes"] == [
        ("in_distribution", "bayes", 0, "standard"),
        ("shift_10s", "bayes", 0, "standard"),
    ]


def test_board_keeps_what_stands_around_its_block(checkout, blank_pictures):
    text = board(checkout)
    assert text.startswith(f"# Title\n\n{BEGIN}\n\nEvery row on every task, standard preset ")
    assert text.endswith(f"\n\n{END}\n\n## Rest\n")
    assert "old" not in text.split()


def test_board_counts_cells_and_shows_the_overview_and_the_headline_task(checkout, blank_pictures):
    text = board(checkout)
    assert "3 seeds: 20 cells, 14 ok, 6 not_run. Made by `python run_bench.py publish`" in text
    assert "### All core tasks together" in text
    assert "no score on any core task (3 not_run)" in text
    assert "| `gru` | 3 not_run | 0 |" in text.partition("### shift_10s")[2]
    assert "![Overview](pictures/board_overview.png)" in text


def test_stale_cells_are_marked_in_board_and_page(checkout, blank_pictures):
    cell = ("shift_10s", "tcn", 0, "standard")
    files = made(checkout, Published(PLANNED.rows, PLANNED.tasks, {cell: ("source",)}))
    assert "1 stale (made before a change)" in files[BOARD_PAGE].decode()
    assert "stale: source" in files[BOARD_PAGE].decode()
    assert '"stale":["source"]' in files["leaderboard/site/index.html"].decode()


def test_the_same_records_give_the_same_bytes(checkout, blank_pictures):
    files = made(checkout)
    assert set(files) == GENERATED
    assert made(checkout) == files


def test_written_files_are_up_to_date_until_one_of_them_or_a_record_changes(checkout, blank_pictures):
    files = made(checkout)
    assert set(out_of_date(checkout, files)) == GENERATED
    for name, content in files.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_bytes(content)
    assert out_of_date(checkout, made(checkout)) == []
    (checkout / BOARD_PAGE).write_text((checkout / BOARD_PAGE).read_text().replace("14 ok", "15 ok"))
    assert out_of_date(checkout, made(checkout)) == [BOARD_PAGE]
    (checkout / BOARD_PAGE).write_bytes(files[BOARD_PAGE])
    removed = checkout / "records" / "tcn" / "records-0.jsonl.xz"
    removed.unlink()
    assert {BOARD_PAGE, "leaderboard/site/index.html"} <= set(out_of_date(checkout, made(checkout)))


def test_a_picture_is_up_to_date_by_what_it_shows(tmp_path):
    shown = np.full((4, 4, 3), 200, dtype=np.uint8)
    drawn = {level: png(shown, level) for level in (0, 9)}
    (tmp_path / "a.png").write_bytes(drawn[0])
    assert drawn[0] != drawn[9]
    assert out_of_date(tmp_path, {"a.png": drawn[9]}) == []
    shown[0, 0] = 100
    assert out_of_date(tmp_path, {"a.png": png(shown, 0)}) == ["a.png"]
    assert out_of_date(tmp_path, {"a.png": png(shown[:2], 0)}) == ["a.png"]
    for damaged in (b"", drawn[0][: len(drawn[0]) // 2]):
        (tmp_path / "a.png").write_bytes(damaged)
        assert out_of_date(tmp_path, {"a.png": drawn[0]}) == ["a.png"]


def test_readme_says_the_best_row_where_the_records_show_no_result(checkout, blank_pictures):
    text = readme(checkout)
    assert "asks 3 methods on 2 tasks" in text
    assert "**Best of 1 row over the core tasks: tcn, with 4.89 times the best possible error.**" in text
    findings = published_findings(read_published(checkout / "records"), Predictions(checkout), TASKS, PLANNED)
    assert lacking(page_values(findings, []))


def test_plan_is_written_beside_the_page_and_read_again(checkout, blank_pictures):
    cell = ("shift_10s", "tcn", 0, "standard")
    planned = Published(PLANNED.rows, PLANNED.tasks, {cell: ("source", "metric")})
    assert Published.from_json(made(checkout, planned)[PLAN_FILE].decode()) == planned


def test_readme_without_the_marks_is_an_error_that_names_them(checkout, blank_pictures):
    (checkout / README).write_text("# Title\n", encoding="utf-8")
    with pytest.raises(BenchError) as error:
        made(checkout)
    begin = f"<!-- begin: result, written by `{COMMAND}` -->"
    told = f"page 'README.md': text must hold {begin} and <!-- end: result -->, got not both. Put them back."
    assert str(error.value) == told


def test_board_that_has_no_ceiling_of_a_core_task_has_no_ranking(checkout, blank_pictures):
    for path in (checkout / "records" / "bayes").iterdir():
        path.unlink()
    assert len(read_published(checkout / "records")) == 12
    assert "### All core tasks together" not in board(checkout)
