import json

import pytest

from leaderboard.comparison.findings import Findings
from leaderboard.site.attainable import read_attainable
from leaderboard.site.chart import charts_of
from leaderboard.site.sentences import headline, lacking, result_of
from leaderboard.site.values import page_values
from tests.leaderboard.site.shown import EVIL, GRID, ROWS, shown_board


@pytest.fixture(scope="module")
def values_of(beside_ceiling, shared_folder_of, record_of):
    """Values of the board, which are made once: ``values_of({"laplace": 0.1})``."""
    made = {}

    def build(errors=None, stale=False):
        key = (str(errors), stale)
        if key not in made:
            board = shown_board(beside_ceiling, shared_folder_of, record_of, errors, stale)
            made[key] = page_values(board, read_attainable(GRID))
        return made[key]

    return build


@pytest.fixture(scope="module")
def values(values_of):
    return values_of()


def test_values_are_plain_and_have_no_number_that_json_lacks(values):
    json.dumps(values, allow_nan=False)


def test_rows_stand_in_families_the_best_first(values):
    assert [(group["title"], group["rows"]) for group in values["groups"]] == [
        ("Physics, nothing to train", ["laplace"]),
        ("Learned without physics, at many intervals", ["tcn_dt_subsampled"]),
        ("Learned without physics, at one interval", ["tcn", "gru"]),
        ("Baselines", ["mean"]),
        ("Family not stated", ["nls"]),
    ]


def test_tasks_stand_in_groups_with_two_short_lines_each(values):
    assert [(task["name"], task["group"], task["heading"]) for task in values["tasks"]] == [
        ("in_distribution", "alike", ["30 s", "@ 0.3"]),
        ("matched_10s", "alike", ["30 s", "@ 10"]),
        ("shift_1s", "interval", ["30 s", "@ 1"]),
        ("shift_10s", "interval", ["30 s", "@ 10"]),
        ("mixed", "remedy", ["mixed", "@ 10"]),
        ("resampled", "remedy", ["interp", "@ 10"]),
        ("lag", "fault", ["lag", "2 s"]),
    ]
    assert values["tasks"][0]["train"] == "30 s @ 0.3 s"


def test_one_attainable_error_stands_over_the_errors_in_units(values):
    (task,) = [task for task in values["tasks"] if task["name"] == "shift_1s"]
    cell = values["cells"]["shift_1s"]["tcn"]
    for i in range(2):
        assert cell["rmse"][i] == pytest.approx(task["attainable"][i] * cell["ratio"][i][0], rel=1e-4)
        assert cell["ratio"][i][1] <= cell["ratio"][i][0] <= cell["ratio"][i][2]


def test_what_was_not_trained_costs_nothing_to_train(values):
    assert values["rows"]["laplace"]["train"] == 0.0
    assert values["rows"]["mean"]["train"] == 0.0
    assert values["rows"]["tcn"]["train"] == 11.5


def test_a_cell_without_scores_says_why(values):
    cell = values["cells"]["in_distribution"]["nls"]
    assert (cell["status"], cell["why"]) == ("1 cannot, 1 not_run", EVIL[:300])
    assert "ratio" not in cell


def test_stale_cells_say_of_what(values_of):
    cells = values_of(stale=True)["cells"]
    assert cells["lag"]["gru"]["stale"] == ["source"]
    assert cells["lag"]["tcn"]["stale"] == []


def test_pairs_and_failures_are_found_from_the_tasks(values):
    assert values["measured"] == {
        "trained_s": 0.3,
        "at": [[30.0, 0.3, "in_distribution"], [30.0, 1.0, "shift_1s"], [30.0, 10.0, "shift_10s"]],
    }
    (failure,) = values["failures"]
    names = {key: failure[key] for key in ("base", "shift", "matched", "mixed", "resampled", "row", "at")}
    assert names == {
        **{"base": "in_distribution", "shift": "shift_10s", "matched": "matched_10s", "mixed": "mixed"},
        **{"resampled": "resampled", "row": "gru", "at": 10.0},
    }


def test_task_of_several_sizes_is_a_column_for_each(record_of, tmp_path):
    cells = [record_of("tcn"), record_of("tcn", preset="standard", sizes={"train": 9, "valid": 9, "test": 9})]
    values = page_values(Findings.of(cells, tmp_path, rows=ROWS), [])
    assert [task["name"] for task in values["tasks"]] == [
        "in_distribution: quick, 1,024 training, 256 validation, 40 test cases",
        "in_distribution: standard, 9 training, 9 validation, 9 test cases",
    ]


GOOD = {"laplace": 0.02, "tcn": 0.4, "mean": 1.0}


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (
            GOOD,
            "With the chemistry known, E0 and k_d are read as well as the samples allow, in milliseconds, ",
        ),
        (GOOD | {"laplace": 0.2}, "With the chemistry known and no training, laplace has "),
        (GOOD, " Networks trained at one sampling interval fail at any other: "),
        (GOOD | {"tcn": 0.02}, " Networks trained at one sampling interval work at another."),
        (GOOD | {"gru": 0.02}, " Of 2 networks trained at one sampling interval, 1 fail at any other: "),
        ({"tcn": 0.3, "mean": 1.0}, "Best of 1 row over the core tasks: tcn, with "),
    ],
)
def test_the_headline_says_what_the_records_bear(values_of, errors, said):
    assert said in headline(values_of(errors=errors))


def test_a_board_without_its_result_is_told(values_of):
    assert lacking(values_of()) == []
    (told,) = lacking(values_of(errors={"tcn": 0.3, "mean": 1.0}))
    assert told.startswith("the page begins with no result: no record of a row of family physics that is not trained")
    (told,) = lacking(values_of(errors={"laplace": 0.02}))
    assert "a learned row that was trained at one interval" in told


def test_the_picture_of_the_result_has_a_row_of_each_kind_at_every_interval(values):
    result = result_of(values)
    assert result["intervals"] == [0.3, 1.0, 10.0]
    assert result["rows"] == ["laplace", "tcn_dt_subsampled", "tcn", "gru", "mean"]
    assert result["note"].startswith("At 10 s, the 2 networks that saw 0.3 s only have ")
    assert "out of reach" not in result["note"]  # the exact posterior knows k_d on this board


@pytest.mark.parametrize(("n", "numbered"), [(3, [0, 1, 2]), (7, [0, 2, 4, 6])])
def test_of_many_intervals_every_other_has_its_attainable_error_below(values, n, numbered):
    result = result_of(values)
    result |= {"intervals": list(range(n)), "tasks": (3 * result["tasks"])[:n]}
    for chart in charts_of(values, result):
        assert [place for place, (_, _, attainable) in enumerate(chart["columns"]) if attainable] == numbered


def test_every_row_says_where_in_the_prior_it_errs(values):
    assert set(values["rows"]["tcn"]["where"]) >= {"E0_g_per_L", "k_d_per_s"}
    for thirds in values["rows"]["tcn"]["where"].values():
        assert [len(of_target) for of_target in thirds] == [3, 3]
