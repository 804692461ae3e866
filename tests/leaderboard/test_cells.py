import pytest

from bench.errors import BenchError
from leaderboard.cells import (
    draws_text,
    number_of,
    overall_ratio,
    predict_cpu_us,
    predict_us,
    ratio_of,
    relative_error,
    score_of,
    status_text,
)


def test_no_cells_have_no_status():
    assert status_text([]) == ""


def test_overall_ratio_is_the_geometric_mean_over_targets(record_of):
    ceiling = {"E0_g_per_L": {"rmse_ratio": 2.0}, "k_d_per_s": {"rmse_ratio": 8.0}}
    assert overall_ratio(record_of("tcn", ceiling=ceiling)) == pytest.approx(4.0)


def test_ratio_that_is_not_in_the_record_is_none(record_of):
    assert ratio_of(record_of("tcn"), "forecast") is None
    assert overall_ratio(record_of("tcn", ceiling={"k_d_per_s": {"rmse_ratio": 8.0}})) is None


def test_ceiling_beside_itself_is_one(record_of):
    assert overall_ratio(record_of("bayes")) == 1.0


def test_draws_are_named_with_what_confined_the_models(record_of):
    key = {"sealed": True, "seal_sha256": "5e" * 32}
    cells = [record_of("gru", seed, isolation="landlock 7" if seed else "none", **key) for seed in range(3)]
    cells += [record_of("bayes", **key), record_of("tcn", status="failed", isolation="landlock 6", **key)]
    assert draws_text(cells) == [
        "sealed run: test cases of key 5e5e5e5e5e5e; isolation landlock 7 (2 cells), none (1 cell)"
    ]
    assert draws_text([record_of("tcn"), record_of("tcn", 1)]) == ["open run: public test cases; isolation none"]
    assert draws_text([]) == []


def test_relative_error_of_the_prior_mean_is_one(record_of):
    sds = {"E0_g_per_L": 1.2 / 12**0.5, "k_d_per_s": (5e-3 - 1e-5) / 12**0.5}
    record = record_of("tcn", scores={name: {"rmse": sd} for name, sd in sds.items()})
    assert relative_error(record) == pytest.approx(1.0)


def test_predict_time_a_case_needs_a_time_and_cases(record_of):
    assert predict_us(record_of("tcn", predict_s=0.01)) == pytest.approx(250.0)
    assert predict_us(record_of("tcn", predict_s=None)) is None
    assert predict_cpu_us(record_of("tcn")) == pytest.approx(200.0)
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
