import pytest

from bench.errors import BenchError
from leaderboard.lines import Line, Spread, number_of, predict_us, relative_error, score_of, status_text
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
    assert status_text([]) == ""


def test_spread_prints_one_number_for_one_seed():
    assert Spread(0.5, 0.5, 0.5, 1).text(r2_text) == "0.500"


def test_relative_error_of_the_prior_mean_is_one(record_of):
    sds = {"E0_g_per_L": 1.2 / 12**0.5, "k_d_per_s": (5e-3 - 1e-5) / 12**0.5}
    record = record_of("tcn", scores={name: {"rmse": sd} for name, sd in sds.items()})
    assert relative_error(record) == pytest.approx(1.0)


def test_predict_time_a_case_needs_a_time_and_cases(record_of):
    assert predict_us(record_of("tcn", predict_s=0.01)) == pytest.approx(250.0)
    assert predict_us(record_of("tcn", predict_s=None)) is None
    assert predict_us(record_of("tcn", sizes={})) is None


def test_score_that_is_missing_is_named(record_of):
    with pytest.raises(BenchError) as error:
        score_of(record_of("tcn", scores={}), "E0_g_per_L", "r2")
    assert str(error.value) == (
        "record 'in_distribution/tcn': r2 of E0_g_per_L must be in the scores of an ok cell, got none. "
        "Run the cell again."
    )


def test_score_that_is_no_number_is_named(record_of):
    with pytest.raises(BenchError) as error:
        number_of(record_of("tcn", scores={"E0_g_per_L": {"rmse": "large"}}), "E0_g_per_L", "rmse")
    assert str(error.value) == (
        "record 'in_distribution/tcn': rmse of E0_g_per_L must be a number, got 'large'. Run the cell again."
    )
