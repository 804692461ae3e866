import csv
import io
import random

import pytest

from leaderboard.export.long_format import csv_board


def lines_of(records, stale=None):
    return list(csv.DictReader(io.StringIO(csv_board(records, stale))))


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
    assert csv_board(shuffled) == csv_board(cells)


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


def test_no_records_give_no_lines():
    assert csv_board([]).strip() == ""


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
