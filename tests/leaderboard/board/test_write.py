import random
import shutil
from dataclasses import replace

import pytest

import leaderboard.board.write
from bench.errors import BenchError
from bench.run.record import read_records
from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.board.write import draw_priors, write_board
from leaderboard.comparison.findings import Findings


def run_of(record_of):
    return [
        record_of("tcn"),
        record_of("tcn", seed=1),
        record_of("nls", 0, "cannot", message="only one exposure is observed"),
    ]


FINE, COARSE = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)


def core_tasks():
    return {
        "in_distribution": Task("in_distribution", "why", (FINE,), FINE, core=True),
        "shift_10s": Task("shift_10s", "why", (FINE,), COARSE, core=True),
    }


def written(folder, out=None, stale=None, tasks=None):
    return write_board(Findings.of(read_records(folder), folder, tasks, stale), out)


def contents(paths):
    return {path.name: path.read_bytes() for path in paths}


def test_board_is_the_same_byte_for_byte_whatever_the_order_of_records(record_of, folder_of, tmp_path):
    cells = run_of(record_of)
    first = contents(written(folder_of(cells)))
    shuffled = cells.copy()
    random.Random(3).shuffle(shuffled)
    assert contents(written(folder_of(shuffled, name="again"), out=tmp_path / "elsewhere")) == first
    assert set(first) == {
        "board.md",
        "board.csv",
        "r2_in_distribution.png",
        "predicted_in_distribution.png",
        "examples_in_distribution.png",
        "forecast_in_distribution.png",
    }


@pytest.mark.usefixtures("undrawn")
def test_board_does_not_touch_the_records(record_of, folder_of, tmp_path):
    folder = folder_of([record_of("tcn")], examples=False)
    before = (folder / "records.jsonl").read_bytes()
    written(folder, out=tmp_path / "out")
    assert (folder / "records.jsonl").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["predictions", "records.jsonl"]


@pytest.mark.usefixtures("undrawn")
def test_missing_files_are_one_sentence_each_on_the_board(record_of, folder_of):
    folder = folder_of([record_of("tcn")], examples=False)
    shutil.rmtree(folder / "predictions")
    paths = written(folder)
    notes = [line for line in (folder / "board.md").read_text(encoding="utf-8").splitlines() if "Not drawn" in line]
    assert notes == [
        "Not drawn: `predictions 'in_distribution/tcn/0': predictions/in_distribution-tcn-0.npz must be beside the "
        "records, got no such file. Run the cell again.`",
        "Not drawn: `examples 'in_distribution': examples/in_distribution.npz must be beside the records, got no such "
        "file. Run the cell again.`",
    ]
    assert [path.name for path in paths] == ["board.md", "board.csv", "r2_in_distribution.png"]
    assert str(folder) not in (folder / "board.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("undrawn")
def test_presets_of_one_task_have_pictures_of_their_own(record_of, folder_of):
    cells = [record_of("tcn", status="failed"), record_of("tcn", status="failed", preset="full")]
    names = [path.name for path in written(folder_of(cells, examples=False))]
    assert names == ["board.md", "board.csv", "r2_in_distribution_full.png", "r2_in_distribution_quick.png"]


@pytest.mark.usefixtures("undrawn")
def test_sizes_of_one_preset_have_pictures_of_their_own(record_of, folder_of):
    cells = [
        record_of("tcn", status="failed"),
        record_of("tcn", 1, status="failed", sizes={"train": 1, "valid": 1, "test": 3, "seeds": 1}),
    ]
    names = [path.name for path in written(folder_of(cells, examples=False))]
    assert names[2:] == ["r2_in_distribution_quick.png", "r2_in_distribution_quick_2.png"]


@pytest.mark.usefixtures("undrawn")
def test_stale_cells_are_marked_on_page_and_in_values(record_of, folder_of):
    cell = record_of("tcn")
    folder = folder_of([cell], examples=False)
    written(folder, stale={cell.cell: ("source",)})
    assert "stale: source" in (folder / "board.md").read_text(encoding="utf-8")
    assert ",source," in (folder / "board.csv").read_text(encoding="utf-8")


def test_folder_without_records_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(BenchError) as error:
        written(tmp_path)
    assert str(error.value) == (
        f"board '{tmp_path}': number of records must be at least 1, got none. "
        "Run the benchmark with this output folder, or name the folder of an earlier run."
    )


def test_board_of_all_core_tasks_has_an_overview_and_a_map_the_same_again(beside_ceiling, folder_of, tmp_path, undrawn):
    errors = {"tcn": 0.1}
    sure = {"nll": 0.0, "crps": 0.1, "sharpness": 0.1, "coverage_50": 0.5, "coverage_90": 0.9}
    stated = {"uncertainty": {"E0_g_per_L": sure, "k_d_per_s": sure}}
    records = beside_ceiling(errors, core_tasks(), n_seeds=1, **stated)
    folder = folder_of(records, examples=False)
    first = contents(written(folder, tasks=core_tasks()))
    again = contents(written(folder, out=tmp_path / "again", tasks=dict(reversed(core_tasks().items()))))
    assert again == first
    assert {"overview.png", "ratios.png", "reliability_shift_10s.png"} <= set(first)
    page = first["board.md"].decode()
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["## Overview", "## How to read it"]
    assert "![Overview](overview.png)" in page
    assert "Leak alarm" not in page


@pytest.mark.usefixtures("undrawn")
def test_board_that_lacks_a_core_task_has_no_overview(beside_ceiling, folder_of):
    paths = written(folder_of(beside_ceiling({"tcn": 0.1}), examples=False), tasks=core_tasks())
    assert "overview.png" not in {path.name for path in paths}
    assert "## Overview" not in paths[0].read_text(encoding="utf-8")


@pytest.mark.usefixtures("undrawn")
def test_row_that_beats_the_ceiling_is_a_warning_at_the_top_and_in_its_section(beside_ceiling, folder_of):
    errors = {"tcn": 0.0001, "gru": 0.2}
    folder = folder_of(beside_ceiling(errors, n_seeds=1), examples=False)
    page = written(folder)[0].read_text(encoding="utf-8")
    warnings = [line for line in page.splitlines() if line.startswith("**Leak alarm: `tcn` beats the exact posterior")]
    assert len(warnings) == 2
    assert page.index(warnings[0]) < page.index("## How to read it") < page.rindex(warnings[1])


@pytest.mark.usefixtures("undrawn")
def test_shift_chapter_holds_what_remedies_recover(beside_ceiling, folder_of):
    matched = Task("matched", "why", (COARSE,), COARSE)
    records = beside_ceiling({"tcn": 0.1}, [*core_tasks(), "matched"], n_seeds=1)
    page, *_ = written(folder_of(records, examples=False), tasks=core_tasks() | {"matched": matched})
    chapter = page.read_text(encoding="utf-8").partition("## Sampling and prefix\n")[2]
    assert "| E0, row | `in_distribution` | `shift_10s` | `matched` |" in chapter


@pytest.mark.usefixtures("undrawn")
def test_tasks_that_are_not_known_have_neither_overview_nor_shifts(beside_ceiling, folder_of):
    page = written(folder_of(beside_ceiling({"tcn": 0.1}, core_tasks(), n_seeds=1), examples=False))[0]
    text = page.read_text(encoding="utf-8")
    assert ("## Overview" in text, "## Sampling and prefix" in text) == (False, False)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_presets_have_chapters_and_pictures_of_their_own(beside_ceiling, folder_of):
    tasks = core_tasks() | {"matched_10s": Task("matched_10s", "why", (COARSE,), COARSE)}
    cells = beside_ceiling({"tcn": 0.1}, tasks, n_seeds=1)
    folder = folder_of([replace(cell, preset=preset) for cell in cells for preset in ("quick", "full")], examples=False)
    page, *paths = written(folder, tasks=tasks)
    headings = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert [heading for heading in headings if "Overview" in heading or "Sampling" in heading] == [
        *("## Overview, full", "## Overview, quick", "## Sampling and prefix, full", "## Sampling and prefix, quick")
    ]
    stems = ("overview", "ratios", "accuracy_cost")
    expected = [f"{stem}_{preset}.png" for preset in ("full", "quick") for stem in stems]
    assert [path.name for path in paths[1:7]] == expected


def test_rows_beyond_what_can_be_read_are_counted_on_the_page_and_whole_in_the_values(
    beside_ceiling, folder_of, monkeypatch, undrawn
):
    monkeypatch.setattr(leaderboard.board.write, "MOST_LISTED", 4)
    monkeypatch.setattr(leaderboard.board.write, "MOST_DRAWN", 3)
    records = beside_ceiling({f"row{n}": 0.1 + 0.1 * n for n in range(5)}, n_seeds=1)
    folder = folder_of(records, examples=False)
    for record in records:
        (folder / record.prediction_file).unlink()  # nothing but the one picture takes time
    assert [path.name for path in written(folder)] == ["board.md", "board.csv", "r2_in_distribution.png"]
    page = (folder / "board.md").read_text(encoding="utf-8")
    assert "\nListed: the best 4 of 6 rows; board.csv has all.\n" in page
    assert "\nPictures: the best 3 of 6 rows; board.csv has all.\n" in page
    assert [name in page for name in ("row0", "row2", "row3", "row4", "bayes")] == [True, True, False, False, True]
    assert page.count("Not drawn: `predictions") == 3
    assert len((folder / "board.csv").read_text(encoding="utf-8").splitlines()) == 1 + 6


def test_a_picture_of_a_row_has_a_name_that_a_file_can_have(beside_ceiling, folder_of, tmp_path, undrawn):
    rows = ('net(weights="/home/me/a.pt")', f"net({'layer=1,' * 24})")
    folder = folder_of(beside_ceiling(dict.fromkeys(rows, 0.1), n_seeds=1), examples=False)
    drawn = draw_priors(Findings.of(read_records(folder), folder), tmp_path)
    assert sorted(path.name[:30] for path in drawn) == [
        "prior_net_layer_1_layer_1_laye",
        "prior_net_weights___home_me_a_",
    ]
