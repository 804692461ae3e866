import random
import shutil

import pytest

from bench.errors import BenchError
from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.board.write import write_board


def run_of(record_of):
    return [
        record_of("tcn"),
        record_of("tcn", seed=1),
        record_of("nls", 0, "cannot", message="only one exposure is observed"),
    ]


def core_tasks():
    fine, coarse = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
    return {
        "in_distribution": Task("in_distribution", "why", (fine,), fine, core=True),
        "shift_10s": Task("shift_10s", "why", (fine,), coarse, core=True),
    }


def contents(paths):
    return {path.name: path.read_bytes() for path in paths}


def test_board_is_the_same_byte_for_byte_whatever_the_order_of_records(record_of, folder_of, tmp_path):
    cells = run_of(record_of)
    first = contents(write_board(folder_of(cells)))
    shuffled = cells.copy()
    random.Random(3).shuffle(shuffled)
    assert contents(write_board(folder_of(shuffled, name="again"), out=tmp_path / "elsewhere")) == first
    assert set(first) == {
        "board.md",
        "board.csv",
        "r2_in_distribution.png",
        "predicted_in_distribution.png",
        "examples_in_distribution.png",
        "forecast_in_distribution.png",
    }


def test_board_does_not_touch_the_records(record_of, folder_of, tmp_path):
    folder = folder_of([record_of("tcn")], examples=False)
    before = (folder / "records.jsonl").read_bytes()
    write_board(folder, out=tmp_path / "out")
    assert (folder / "records.jsonl").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["predictions", "records.jsonl"]


def test_missing_files_are_one_sentence_each_on_the_board(record_of, folder_of):
    folder = folder_of([record_of("tcn")], examples=False)
    shutil.rmtree(folder / "predictions")
    paths = write_board(folder)
    notes = [line for line in (folder / "board.md").read_text(encoding="utf-8").splitlines() if "Not drawn" in line]
    assert notes == [
        "Not drawn: `predictions 'in_distribution/tcn/0': predictions/in_distribution-tcn-0.npz must be beside the "
        "records, got no such file. Run the cell again.`",
        "Not drawn: `examples 'in_distribution': examples/in_distribution.npz must be beside the records, got no such "
        "file. Run the cell again.`",
    ]
    assert [path.name for path in paths] == ["board.md", "board.csv", "r2_in_distribution.png"]
    assert str(folder) not in (folder / "board.md").read_text(encoding="utf-8")


def test_presets_of_one_task_have_pictures_of_their_own(record_of, folder_of):
    cells = [record_of("tcn", status="failed"), record_of("tcn", status="failed", preset="full")]
    names = [path.name for path in write_board(folder_of(cells, examples=False))]
    assert names == ["board.md", "board.csv", "r2_in_distribution_full.png", "r2_in_distribution_quick.png"]


def test_sizes_of_one_preset_have_pictures_of_their_own(record_of, folder_of):
    cells = [record_of("tcn", status="failed"), record_of("tcn", 1, status="failed", sizes={"test": 3})]
    names = [path.name for path in write_board(folder_of(cells, examples=False))]
    assert names[2:] == ["r2_in_distribution_quick.png", "r2_in_distribution_quick_2.png"]


def test_stale_cells_are_marked_on_page_and_in_values(record_of, folder_of):
    cell = record_of("tcn")
    folder = folder_of([cell], examples=False)
    write_board(folder, stale={cell.cell: ("source",)})
    assert "stale: source" in (folder / "board.md").read_text(encoding="utf-8")
    assert ",source," in (folder / "board.csv").read_text(encoding="utf-8")


def test_folder_without_records_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(BenchError) as error:
        write_board(tmp_path)
    assert str(error.value) == (
        f"board '{tmp_path}': number of records must be at least 1, got none. "
        "Run the benchmark with this output folder, or name the folder of an earlier run."
    )


def test_board_of_all_core_tasks_has_an_overview_and_a_map_the_same_again(beside_ceiling, folder_of, tmp_path):
    errors = {"tcn": 0.1}
    sure = {"nll": 0.0, "crps": 0.1, "sharpness": 0.1, "coverage_50": 0.5, "coverage_90": 0.9}
    stated = {"uncertainty": {"E0_g_per_L": sure, "k_d_per_s": sure}}
    records = beside_ceiling(errors, core_tasks(), **stated)
    folder = folder_of(records, errors=errors | {"bayes": 0.02}, examples=False)
    first = contents(write_board(folder, tasks=core_tasks()))
    again = contents(write_board(folder, out=tmp_path / "again", tasks=dict(reversed(core_tasks().items()))))
    assert again == first
    assert {"overview.png", "ratios.png", "reliability_shift_10s.png"} <= set(first)
    page = first["board.md"].decode()
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["## Overview", "## How to read it"]
    assert "![Overview](overview.png)" in page
    assert "Leak alarm" not in page


def test_board_that_lacks_a_core_task_has_no_overview(beside_ceiling, folder_of):
    paths = write_board(folder_of(beside_ceiling({"tcn": 0.1}), examples=False), tasks=core_tasks())
    assert "overview.png" not in {path.name for path in paths}
    assert "## Overview" not in paths[0].read_text(encoding="utf-8")


def test_row_that_beats_the_ceiling_is_a_warning_at_the_top_and_in_its_section(beside_ceiling, folder_of):
    errors = {"tcn": 0.0001, "gru": 0.2}
    folder = folder_of(beside_ceiling(errors, n_seeds=1), errors=errors | {"bayes": 0.02}, examples=False)
    page = write_board(folder)[0].read_text(encoding="utf-8")
    warnings = [line for line in page.splitlines() if line.startswith("**Leak alarm: `tcn` beats the exact posterior")]
    assert len(warnings) == 2
    assert page.index(warnings[0]) < page.index("## How to read it") < page.rindex(warnings[1])
