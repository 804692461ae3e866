import random

import pytest

from bench.run.record import STATUSES
from leaderboard.tables import Line, Spread, tables
from leaderboard.wording import r2_text


def rows(table):
    return [line.row for line in table.lines]


def line_of(*records, stale=None):
    ((line,),) = (table.lines for table in tables(records, stale))
    return line


def test_table_orders_floor_then_models_by_error_then_ceiling(record_of):
    cells = [record_of(row, error=error) for row, error in (("tcn", 0.2), ("bayes", 0.01), ("mean", 1), ("gru", 0.05))]
    (table,) = tables([*cells, record_of("ridge", status="failed")])
    assert rows(table) == ["mean", "gru", "tcn", "ridge", "bayes"]


def test_table_does_not_depend_on_the_order_of_records(record_of):
    cells = [record_of(row, seed) for row in ("mean", "tcn", "gru") for seed in range(3)]
    cells += [record_of("nls", seed, "cannot", message="why") for seed in range(3)]
    shuffled = cells.copy()
    random.Random(5).shuffle(shuffled)
    assert tables(shuffled) == tables(cells)


def test_presets_are_never_mixed(record_of):
    sorted_tables = tables([record_of("tcn"), record_of("tcn", seed=1), record_of("tcn", preset="full", error=0.9)])
    assert [(table.preset, [len(line.scored) for line in table.lines]) for table in sorted_tables] == [
        ("full", [1]),
        ("quick", [2]),
    ]


def test_sizes_are_never_mixed(record_of):
    sizes = {"train": 9, "valid": 9, "test": 40, "seeds": 3}
    sorted_tables = tables([record_of("tcn"), record_of("tcn", seed=1, sizes=sizes)])
    assert [table.title for table in sorted_tables] == [
        "in_distribution: quick, 9 training, 9 validation, 40 test cases",
        "in_distribution: quick, 1,024 training, 256 validation, 40 test cases",
    ]


@pytest.mark.parametrize(
    "change", [{"settings": {"epochs": 3}}, {"source_digest": "new"}, {"task_digest": "t2"}, {"metric_version": 2}]
)
def test_seeds_that_differ_in_more_than_the_seed_are_not_averaged(record_of, change):
    (table,) = tables([record_of("tcn"), record_of("tcn", seed=1), record_of("tcn", seed=2, **change)])
    assert sorted(len(line.scored) for line in table.lines) == [1, 2]
    assert {line.note[:6] for line in table.lines} == {"1 of 2", "2 of 2"}


def test_stale_cells_are_not_averaged_with_fresh_ones_and_come_after_them(record_of):
    old = record_of("tcn", seed=1, error=0.001)
    (table,) = tables([record_of("tcn"), old, record_of("gru", error=0.5)], {old.cell: ("source", "task")})
    assert [(line.row, line.stale) for line in table.lines] == [("tcn", ()), ("gru", ()), ("tcn", ("source", "task"))]


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "ok"])
def test_every_cell_without_a_score_is_told_with_its_status_and_reason(record_of, status):
    cells = [record_of("tcn"), *(record_of("tcn", seed, status, message="why\nmore") for seed in (1, 2))]
    (table,) = tables(cells)
    assert table.unscored == [("tcn", "1, 2", status, "why")]
    assert table.lines[0].status == f"1 ok, 2 {status}"


def test_cell_without_a_score_is_told_once_beside_several_lines(record_of):
    cells = [record_of("tcn"), record_of("tcn", seed=1, source_digest="new"), record_of("tcn", 2, "failed")]
    (table,) = tables(cells)
    assert len(table.lines) == 2
    assert len(table.unscored) == 1


def test_no_records_give_no_tables():
    assert tables([]) == []


def scored(record_of, r2s, **changes):
    both = {"rmse": 0.1, "mae": 0.1, "bias": 0.0}
    return tuple(
        record_of(
            "tcn", seed=seed, scores={name: {"r2": r2, **both} for name in ("E0_g_per_L", "k_d_per_s")}, **changes
        )
        for seed, r2 in enumerate(r2s)
    )


def test_line_averages_seeds_and_keeps_their_range(record_of):
    line = line_of(*scored(record_of, [0.5, 0.7, 0.9]))
    assert line.r2("E0_g_per_L") == Spread(pytest.approx(0.7), 0.5, 0.9, 3)
    assert line.r2_text("E0_g_per_L") == "0.700 (0.500..0.900)"


def test_line_of_one_seed_shows_no_range(record_of):
    assert line_of(*scored(record_of, [0.5])).r2_text("k_d_per_s") == "0.500"


def test_line_shows_the_sentence_where_r2_is_undefined(record_of):
    line = line_of(*scored(record_of, ["undefined: the true values are all the same"]))
    assert line.r2("E0_g_per_L") == "undefined: the true values are all the same"
    assert line.r2_text("E0_g_per_L") == "undefined: the true values are all the same"
    assert line.error is not None


def test_line_without_scores_has_no_numbers(record_of):
    line = line_of(record_of("tcn", status="timeout"))
    assert line.error is None
    assert line.r2("E0_g_per_L") is None
    assert line.mean("E0_g_per_L_rmse") is None
    assert line.mean("fit_s") is None
    assert line.status == "timeout"


def test_line_costs_are_means_over_the_seeds_that_know_them(record_of):
    records = (record_of("tcn", fit_s=10.0), record_of("tcn", seed=1, fit_s=20.0), record_of("tcn", seed=2, fit_s=None))
    assert line_of(*records).mean("fit_s") == 15.0


def test_line_names_role_and_marks(record_of):
    assert [Line(row, (), ()).role for row in ("mean", "bayes", "tcn")] == ["floor", "ceiling", ""]
    assert Line("tcn", (), (), stale=("source",), note="settings ab").label == "tcn (settings ab, stale)"


def test_line_status_counts_cells_and_says_what_is_stale(record_of):
    cells = (*scored(record_of, [0.1, 0.2]), record_of("tcn", 2, "timeout"))
    line = line_of(*cells, stale={cell.cell: ("source", "metric") for cell in cells})
    assert line.status == "2 ok, 1 timeout; stale: source, metric"


def test_spread_of_seeds_that_agree_in_print_is_one_number():
    assert Spread(0.5, 0.49999, 0.50001, 3).text(r2_text) == "0.500"


def test_line_beside_a_ceiling_averages_its_ratios(beside_ceiling):
    records = beside_ceiling({"tcn": 0.1})
    line = line_of(*(record for record in records if record.row == "tcn"))
    ratios = [record.scores["k_d_per_s"]["rmse"] / records[0].scores["k_d_per_s"]["rmse"] for record in line.scored]
    assert line.ratio("k_d_per_s") == Spread(pytest.approx(sum(ratios) / 3), min(ratios), max(ratios), 3)
    assert line.ratio("forecast").mean == pytest.approx(1.25)
    assert line.overall.low <= line.overall.mean <= line.overall.high


def test_line_with_one_cell_without_a_ceiling_has_no_ratio(record_of, beside_ceiling):
    one, two = beside_ceiling({"tcn": 0.1}, n_seeds=2)[1:]
    assert line_of(one, two).overall.n == 2
    assert line_of(one, two, record_of("tcn", 2)).overall is None


def test_line_without_forecast_or_uncertainty_has_none_of_their_scores(record_of):
    line = line_of(record_of("tcn"))
    assert line.mean("forecast_ph_rmse") is None
    assert line.mean("k_d_per_s_nll") is None


def test_line_gives_uncertainty_in_the_unit_asked_for(record_of):
    line = line_of(record_of("tcn", uncertainty={"k_d_per_s": {"crps": 2e-3}}))
    assert line.mean("k_d_per_s_crps", 1e-3) == pytest.approx(2.0)
