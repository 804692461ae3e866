import base64
import json

import numpy as np
import pytest

from leaderboard.comparison.errors import Errors
from leaderboard.comparison.overview import Overview
from leaderboard.comparison.standing import stand
from leaderboard.predictions import Predictions, read_predicted
from leaderboard.site.values import N_SHOWN, overview_values, table_values
from leaderboard.tables import tables

SURE = {"nll": 0.0, "crps": 0.1, "sharpness": 0.1, "coverage_50": 0.5, "coverage_90": 0.9}


@pytest.fixture
def shown(beside_ceiling, folder_of, record_of):
    """Values of one table with a floor, two rows, a failure and a ceiling; its folder and records."""
    records = beside_ceiling({"mean": 1.0, "tcn": 0.1, "gru": 0.2}, uncertainty=dict.fromkeys(TARGETS, SURE))
    records.append(record_of("nls", 0, "failed", message="Traceback (most recent call last):\nValueError: no time"))
    folder = folder_of(records)
    truths = []
    values = table_values(tables(records)[0], Predictions(folder), (), truths)
    return values, truths, folder, records


TARGETS = ("E0_g_per_L", "k_d_per_s")


def line_of(values, row):
    return next(line for line in values["lines"] if line["row"] == row)


def test_values_are_plain_and_have_no_number_that_json_lacks(shown):
    json.dumps(shown[0], allow_nan=False)


def test_lines_come_floor_first_then_from_best_to_worst_and_the_ceiling_last(shown):
    assert [(line["row"], line["role"]) for line in shown[0]["lines"]] == [
        ("mean", "floor"),
        ("tcn", ""),
        ("gru", ""),
        ("nls", ""),
        ("bayes", "ceiling"),
    ]


def test_numbers_are_printed_as_on_the_board_and_given_to_sort_by(shown):
    values = line_of(shown[0], "tcn")["values"]
    assert values["ratio_1"][1].startswith("4.8")
    assert values["ratio_1"][0] == pytest.approx(float(values["ratio_1"][1].split(" ")[0]), abs=0.005)
    assert line_of(shown[0], "bayes")["values"]["r2_0"][1].endswith("± 0.02")
    assert line_of(shown[0], "nls")["values"]["ratio_0"] == (None, "-")


def test_processor_time_is_the_cost_where_it_is_known(shown, record_of, folder_of):
    assert line_of(shown[0], "tcn")["values"]["fit"] == (11.5, "11.5")
    old = [record_of("tcn", fit_cpu_s=None, predict_cpu_s=None)]
    values = table_values(tables(old)[0], Predictions(folder_of(old, name="old")), (), [])
    assert line_of(values, "tcn")["values"]["fit"] == (12.5, "12.5")


def test_a_cell_without_scores_says_why(shown):
    assert line_of(shown[0], "nls")["cells"] == [
        {"seed": 0, "status": "failed", "message": "ValueError: no time", "commit": "0123456789ab"}
    ]


def test_predictions_come_back_to_a_step_of_the_window(shown):
    values, truths, folder, records = shown
    record = next(record for record in records if record.row == "gru" and record.seed == 1)
    predicted = read_predicted(folder, record)
    packed = next(cell for cell in line_of(values, "gru")["cells"] if cell["seed"] == 1)["predicted"]
    steps = np.frombuffer(base64.b64decode(packed), "<u2").reshape(2, -1) / 65535.0
    n_cases = min(N_SHOWN, len(predicted.case))
    for target, (low, high, scale) in enumerate([(0.05, 1.25, 1.0), (0.01, 5.0, 1e-3)]):
        width = high - low
        inside = np.clip(predicted.mean[:n_cases, target] / scale, low - width / 2, high + width / 2)
        assert low - width / 2 + 2 * width * steps[target] == pytest.approx(inside, abs=2 * width / 65535)
        assert truths[values["truth"]][target] == pytest.approx(predicted.truth[:n_cases, target] / scale, rel=1e-3)


def test_tables_with_the_same_test_cases_share_their_truth(beside_ceiling, folder_of):
    records = beside_ceiling({"tcn": 0.1}, ("in_distribution", "shift_1s"))
    folder, truths = folder_of(records), []
    places = [table_values(table, Predictions(folder), (), truths)["truth"] for table in tables(records)]
    assert (places, len(truths)) == ([0, 0], 1)


def test_coverage_rises_from_none_to_all_and_density_averages_to_one(shown):
    reliability = line_of(shown[0], "gru")["reliability"]
    assert len(reliability) == 2
    for target in reliability:
        assert (target["coverage"][0], target["coverage"][-1]) == (0.0, 1.0)
        assert target["coverage"] == sorted(target["coverage"])
        assert np.mean(target["density"]) == pytest.approx(1.0, abs=0.01)
    assert line_of(shown[0], "nls")["reliability"] is None


def test_missing_predictions_are_told_and_leave_the_scores(record_of, tmp_path):
    values = table_values(tables([record_of("tcn")])[0], Predictions(tmp_path), ("look out",), [])
    assert values["notes"] == [
        "predictions 'in_distribution/tcn/0': predictions/in_distribution-tcn-0.npz must be beside the records, got no "
        "such file. Run the cell again."
    ]
    assert (values["truth"], values["alarms"]) == (None, ["look out"])
    assert line_of(values, "tcn")["values"]["r2_0"][0] is not None


def test_overview_gives_places_with_several_seeds_only():
    draws = np.random.default_rng(0).normal(size=(2, 3, 1, 400)) * np.reshape([1.0, 2.0], (2, 1, 1, 1))
    names = ("fine", "coarse")
    ceiling = np.ones((1, 400))
    several, one = (stand(Errors(names, squares, ceiling)) for squares in (draws**2, draws[:, :1] ** 2))
    values = overview_values(Overview("quick", {}, ("a",), (0, 1, 2), (several, several), (("nls", "no score"),)))
    assert [row["row"] for row in values["rows"]] == ["fine", "coarse"]
    assert [row["targets"][1]["place"] for row in values["rows"]] == ["1", "2"]
    assert values["outside"] == [["nls", "no score"]]
    values = overview_values(Overview("quick", {}, ("a",), (0,), (one, one), ()))
    assert values["cases_only"]
    assert values["notes"][1].startswith("Cases only: with one seed")
    assert {row["targets"][0]["place"] for row in values["rows"]} == {""}
