import csv
import importlib.util
import io

import pytest

import leaderboard.export.scores
from bench.errors import BenchError
from leaderboard.export.long_format import csv_board
from leaderboard.export.scores import LONG_COLUMNS, check_pyarrow, long_frame, write_parquet, write_parquet_of_csv

needs_pyarrow = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is an extra")


def lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_one_line_stands_for_each_row_task_target_and_seed(record_of):
    records = [record_of("gru", seed) for seed in (0, 1)]
    found = lines(long_frame(records))
    assert tuple(found[0]) == LONG_COLUMNS
    assert [(line["method"], line["task"], line["seed"]) for line in found] == [
        ("gru", f"in_distribution/{target}", str(seed)) for seed in (0, 1) for target in ("E0_g_per_L", "k_d_per_s")
    ]
    for line, record in zip(found, [each for each in records for _ in range(2)], strict=True):
        assert float(line["metric_error"]) == pytest.approx(record.scores[line["task"].split("/")[1]]["rmse"], rel=1e-8)
        assert (float(line["time_train_s"]), float(line["time_infer_s"])) == (record.fit_s, record.predict_s)


def test_cells_without_a_fresh_score_are_left_out(record_of):
    records = [record_of("gru"), record_of("tcn", status="timeout"), record_of("ridge")]
    found = lines(long_frame(records, {records[2].cell: ("source",)}))
    assert {line["method"] for line in found} == {"gru"}


def test_the_ceiling_stands_once_a_seed_and_costs_no_training(record_of):
    records = [record_of("bayes", fit_s=None), *(record_of("gru", seed) for seed in (0, 1, 2))]
    found = [line for line in lines(long_frame(records)) if line["method"] == "bayes"]
    assert [line["seed"] for line in found] == ["0", "1", "2"] * 2
    assert {line["time_train_s"] for line in found} == {"0"}
    assert len({line["metric_error"] for line in found}) == 2


def test_several_presets_are_refused(record_of):
    with pytest.raises(BenchError) as caught:
        long_frame([record_of("gru"), record_of("gru", preset="standard")])
    assert str(caught.value) == (
        "export 'preset': records must be of one preset, got quick, standard. Name one with --preset."
    )


def test_no_records_give_the_heading_alone():
    assert long_frame([]) == ",".join(LONG_COLUMNS) + "\n"


def test_a_missing_pyarrow_is_said_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(leaderboard.export.scores.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BenchError) as caught:
        check_pyarrow()
    assert str(caught.value) == (
        "export 'parquet': package pyarrow must be installed, got none. "
        "Run 'pip install pyarrow', or name another --format."
    )


@needs_pyarrow
def test_the_board_in_parquet_holds_numbers_as_numbers(record_of, tmp_path):
    from pyarrow import parquet

    text = csv_board([record_of("gru"), record_of("tcn", status="timeout")])
    write_parquet_of_csv(text, tmp_path / "cells.parquet")
    table = parquet.read_table(tmp_path / "cells.parquet").to_pydict()
    assert table["row"] == ["gru", "tcn"]
    assert table["E0_g_per_L_rmse"] == [pytest.approx(float(lines(text)[0]["E0_g_per_L_rmse"])), None]
    assert table["seed"] == [0, 0]


@needs_pyarrow
def test_columns_come_back_to_the_last_bit_with_what_they_are(tmp_path):
    from pyarrow import parquet

    write_parquet({"case": [0, 1], "ph": [[7.1, 0.1 + 0.2], [7.0]]}, tmp_path / "x.parquet", {"task": "shift_1s"})
    table = parquet.read_table(tmp_path / "x.parquet")
    assert table.to_pydict() == {"case": [0, 1], "ph": [[7.1, 0.1 + 0.2], [7.0]]}
    assert table.schema.metadata[b"task"] == b"shift_1s"
