import pytest

from leaderboard.lines import Line, Spread
from leaderboard.wording import r2_text


def scored(record_of, r2s, **changes):
    both = {"rmse": 0.1, "mae": 0.1, "bias": 0.0}
    return tuple(
        record_of(
            "tcn", seed=seed, scores={name: {"r2": r2, **both} for name in ("E0_g_per_L", "k_d_per_s")}, **changes
        )
        for seed, r2 in enumerate(r2s)
    )


def test_line_averages_seeds_and_keeps_their_range(record_of):
    line = Line("tcn", scored(record_of, [0.5, 0.7, 0.9]), ())
    assert line.r2("E0_g_per_L") == Spread(pytest.approx(0.7), 0.5, 0.9, 3)
    assert line.r2_text("E0_g_per_L") == "0.700 (0.500..0.900)"


def test_line_of_one_seed_shows_no_range(record_of):
    assert Line("tcn", scored(record_of, [0.5]), ()).r2_text("k_d_per_s") == "0.500"


def test_line_shows_the_sentence_where_r2_is_undefined(record_of):
    line = Line("tcn", scored(record_of, ["undefined: the true values are all the same"]), ())
    assert line.r2("E0_g_per_L") == "undefined: the true values are all the same"
    assert line.r2_text("E0_g_per_L") == "undefined: the true values are all the same"
    assert line.error is not None


def test_line_without_scores_has_no_numbers(record_of):
    line = Line("tcn", (), (record_of("tcn", status="timeout"),))
    assert line.error is None
    assert line.r2("E0_g_per_L") is None
    assert line.mean("E0_g_per_L", "rmse") is None
    assert set(line.costs().values()) == {"-"}
    assert line.status == "timeout"


def test_line_costs_are_means_over_the_seeds_that_know_them(record_of):
    records = (record_of("tcn", fit_s=10.0), record_of("tcn", seed=1, fit_s=20.0), record_of("tcn", seed=2, fit_s=None))
    assert Line("tcn", records, ()).costs()["fit [s]"] == "15.0"


def test_line_names_role_and_marks(record_of):
    assert [Line(row, (), ()).role for row in ("mean", "bayes", "tcn")] == ["floor", "ceiling", ""]
    assert Line("tcn", (), (), stale=("source",), note="settings ab").label == "tcn (settings ab, stale)"


def test_line_status_counts_cells_and_says_what_is_stale(record_of):
    line = Line("tcn", scored(record_of, [0.1, 0.2]), (record_of("tcn", 2, "timeout"),), stale=("source", "metric"))
    assert line.status == "2 ok, 1 timeout; stale: source, metric"


def test_spread_prints_one_number_for_one_seed():
    assert Spread(0.5, 0.5, 0.5, 1).text(r2_text) == "0.500"


def test_spread_of_seeds_that_agree_in_print_is_one_number():
    assert Spread(0.5, 0.49999, 0.50001, 3).text(r2_text) == "0.500"


def test_line_beside_a_ceiling_averages_its_ratios(beside_ceiling):
    records = beside_ceiling({"tcn": 0.1})
    line = Line("tcn", tuple(record for record in records if record.row == "tcn"), ())
    ratios = [record.scores["k_d_per_s"]["rmse"] / records[0].scores["k_d_per_s"]["rmse"] for record in line.scored]
    assert line.ratio("k_d_per_s") == Spread(pytest.approx(sum(ratios) / 3), min(ratios), max(ratios), 3)
    assert line.ratio("forecast").mean == pytest.approx(1.25)
    assert line.overall.low <= line.overall.mean <= line.overall.high


def test_line_with_one_cell_without_a_ceiling_has_no_ratio(record_of, beside_ceiling):
    one, two = beside_ceiling({"tcn": 0.1}, n_seeds=2)[1:]
    assert Line("tcn", (one, two), ()).overall.n == 2
    assert Line("tcn", (one, two, record_of("tcn", 2)), ()).overall is None


def test_line_without_forecast_or_uncertainty_has_none_of_their_scores(record_of):
    line = Line("tcn", (record_of("tcn"),), ())
    assert line.forecast("ph_rmse") is None
    assert line.uncertainty("k_d_per_s", "nll") is None


def test_line_gives_uncertainty_in_the_unit_asked_for(record_of):
    line = Line("tcn", (record_of("tcn", uncertainty={"k_d_per_s": {"crps": 2e-3}}),), ())
    assert line.uncertainty("k_d_per_s", "crps", 1e-3) == pytest.approx(2.0)
