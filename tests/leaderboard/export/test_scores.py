import csv
import importlib.util
import io
import random

import pytest

import leaderboard.export.scores
from bench.errors import BenchError
from leaderboard.export.scores import (
    COLUMNS,
    LONG_COLUMNS,
    check_pyarrow,
    csv_board,
    long_frame,
    write_parquet,
    write_parquet_of_csv,
)
from leaderboard.frame import frame_of

needs_pyarrow = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is an extra")


def lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_one_line_stands_for_each_row_task_target_and_seed(record_of):
    records = [record_of("gru", seed) for seed in (0, 1)]
    long_lines = lines(long_frame(frame_of(records)))
    assert list(long_lines[0]) == LONG_COLUMNS
    assert [(line["method"], line["task"], line["seed"]) for line in long_lines] == [
        ("gru", f"in_distribution/{target}", str(seed)) for seed in (0, 1) for target in ("E0_g_per_L", "k_d_per_s")
    ]
    for line, record in zip(long_lines, [each for each in records for _ in range(2)], strict=True):
        assert float(line["metric_error"]) == pytest.approx(record.scores[line["task"].split("/")[1]]["rmse"], rel=1e-8)
        assert (float(line["time_train_s"]), float(line["time_infer_s"])) == (record.fit_s, record.predict_s)


def test_cells_without_a_fresh_score_are_left_out(record_of):
    records = [record_of("gru"), record_of("tcn", status="timeout"), record_of("ridge")]
    long_lines = lines(long_frame(frame_of(records, {records[2].cell: ("source",)})))
    assert {line["method"] for line in long_lines} == {"gru"}


def test_the_ceiling_stands_once_a_seed_and_costs_no_training(record_of):
    records = [record_of("bayes", fit_s=None), *(record_of("gru", seed) for seed in (0, 1, 2))]
    long_lines = [line for line in lines(long_frame(frame_of(records))) if line["method"] == "bayes"]
    assert [line["seed"] for line in long_lines] == ["0", "1", "2"] * 2
    assert {line["time_train_s"] for line in long_lines} == {"0"}
    assert len({line["metric_error"] for line in long_lines}) == 2


def test_several_presets_are_refused(record_of):
    with pytest.raises(BenchError) as caught:
        long_frame(frame_of([record_of("gru"), record_of("gru", preset="standard")]))
    assert str(caught.value) == (
        "export 'preset': records must be of one preset, got quick, standard. Name one with --preset."
    )


def test_no_records_give_the_heading_alone():
    assert long_frame(frame_of([])) == ",".join(LONG_COLUMNS) + "\n"


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

    text = csv_board(frame_of([record_of("gru"), record_of("tcn", status="timeout")]))
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


def lines_of(records, stale=None):
    return list(csv.DictReader(io.StringIO(csv_board(frame_of(records, stale)))))


def test_values_survive_the_way_through_the_file(record_of):
    record = record_of("tcn")
    (line,) = lines_of([record])
    for target, scores in record.scores.items():
        for score, value in scores.items():
            assert float(line[f"{target}_{score}"]) == pytest.approx(value, rel=1e-8)
    assert (line["n_parameters"], line["n_test"], line["simulator_calls"]) == ("10234", "40", "")


def test_there_is_one_line_a_cell_and_nothing_is_averaged(record_of):
    cells = [record_of(row, seed, preset=p) for row in ("tcn", "gru") for seed in (0, 1) for p in ("quick", "full")]
    keys = [(line["row"], line["preset"], line["seed"]) for line in lines_of(cells)]
    assert keys == sorted(keys)
    assert len(set(keys)) == 8


def test_order_of_records_does_not_matter(record_of):
    cells = [record_of(row, seed) for row in ("tcn", "gru") for seed in range(3)]
    shuffled = cells.copy()
    random.Random(1).shuffle(shuffled)
    assert csv_board(frame_of(shuffled)) == csv_board(frame_of(cells))


def test_cell_without_scores_has_empty_numbers_and_its_reason(record_of):
    (line,) = lines_of([record_of("tcn", status="failed", message='quoted "a, b"\nsecond line')])
    assert (line["status"], line["note"], line["k_d_per_s_r2"]) == ("failed", 'quoted "a, b"', "")


def test_undefined_r2_is_empty_with_the_sentence_in_the_note(record_of):
    cell = record_of("tcn")
    cell.scores["k_d_per_s"]["r2"] = "undefined: the true values are all the same"
    (line,) = lines_of([cell])
    assert line["k_d_per_s_r2"] == ""
    assert line["note"] == "k_d_per_s_r2 undefined: the true values are all the same"


def test_stale_cells_say_why(record_of):
    cell = record_of("tcn")
    (line,) = lines_of([cell], {cell.cell: ("source", "metric")})
    assert line["stale"] == "source;metric"


def test_no_records_give_the_heading_of_the_board_alone():
    assert csv_board(frame_of([])) == ",".join(COLUMNS) + "\n"


def test_cells_beside_a_ceiling_say_ratio_and_ceiling(beside_ceiling):
    records = beside_ceiling({"tcn": 0.1}, n_seeds=1)
    ceiling, line = lines_of(records)
    assert float(line["k_d_per_s_rmse_ratio"]) == pytest.approx(records[1].ceiling["k_d_per_s"]["rmse_ratio"])
    assert line["k_d_per_s_ceiling_r2"] == ceiling["k_d_per_s_ceiling_r2"] == ceiling["k_d_per_s_r2"]
    assert (line["k_d_per_s_ceiling_r2_error"], line["k_d_per_s_ceiling_r2_implied"]) == ("0.02", "")
    assert (ceiling["k_d_per_s_rmse_ratio"], ceiling["k_d_per_s_ceiling_r2_implied"]) == ("1", "0.93")


def test_forecast_and_uncertainty_are_written(beside_ceiling):
    ceiling, line = lines_of(beside_ceiling({"tcn": 0.1}, n_seeds=1))
    assert (line["forecast_ph_rmse"], line["forecast_rmse_ratio"], line["forecast_n_clipped"]) == (
        "0.0125",
        "1.25",
        "3",
    )
    assert (line["k_d_per_s_nll"], ceiling["k_d_per_s_nll"]) == ("", "-1.5")
    assert ceiling["k_d_per_s_coverage_90"] == "0.91"
