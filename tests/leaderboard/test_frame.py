import math
import random

import pandas as pd
import pytest

import leaderboard.published.store
from leaderboard.frame import draws_text, frame_of, published_scores, ratio_of, status_text


def cells_of(*records):
    return frame_of(records).to_dict("records")


def test_frame_has_a_line_a_cell_and_does_not_depend_on_the_order_of_records(record_of):
    records = [record_of(row, seed) for row in ("tcn", "gru") for seed in range(3)]
    cells = frame_of(records)
    assert list(zip(cells["row"], cells["seed"], strict=True)) == [(row, n) for row in ("gru", "tcn") for n in range(3)]
    random.Random(2).shuffle(records)
    pd.testing.assert_frame_equal(frame_of(records), cells)


def test_frame_of_no_records_has_the_columns_of_any_other(record_of):
    assert list(frame_of([])) == list(frame_of([record_of("tcn")]))


def test_cell_without_scores_has_no_numbers_but_its_costs(record_of):
    (cell,) = cells_of(record_of("bayes", status="timeout"))
    assert all(map(math.isnan, (cell["k_d_per_s_r2"], cell["k_d_per_s_rmse_ratio"], cell["relative_rmse"])))
    assert (cell["fit_s"], cell["n_test"]) == (12.5, 40)


def test_cost_is_processor_time_where_it_is_known(record_of):
    known, old = cells_of(record_of("tcn"), record_of("tcn", 1, fit_cpu_s=None, predict_cpu_s=None))
    assert (known["fit_cost_s"], known["predict_cost_us"]) == (11.5, pytest.approx(200.0))
    assert (old["fit_cost_s"], old["predict_cost_us"]) == (12.5, pytest.approx(250.0))


def test_no_cells_have_no_status():
    assert status_text([]) == ""


def test_overall_ratio_is_the_geometric_mean_over_targets(record_of):
    ceiling = {"E0_g_per_L": {"rmse_ratio": 2.0}, "k_d_per_s": {"rmse_ratio": 8.0}}
    (cell,) = cells_of(record_of("tcn", ceiling=ceiling))
    assert cell["overall"] == pytest.approx(4.0)


def test_ratio_that_is_not_in_the_record_is_none(record_of):
    assert ratio_of(record_of("tcn"), "forecast") is None
    (cell,) = cells_of(record_of("tcn", ceiling={"k_d_per_s": {"rmse_ratio": 8.0}}))
    assert (cell["k_d_per_s_rmse_ratio"], math.isnan(cell["overall"])) == (8.0, True)


def test_ceiling_beside_itself_is_one(record_of):
    (cell,) = cells_of(record_of("bayes"))
    assert cell["overall"] == 1.0


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
    scores = {name: {"r2": 0.0, "rmse": sd, "mae": sd, "bias": 0.0} for name, sd in sds.items()}
    (cell,) = cells_of(record_of("tcn", scores=scores))
    assert cell["relative_rmse"] == pytest.approx(1.0)


def test_predict_time_a_case_needs_a_time_and_cases(record_of):
    known, no_time, no_cases = cells_of(
        record_of("tcn"), record_of("tcn", 1, predict_s=None), record_of("tcn", 2, sizes={})
    )
    assert known["predict_us_per_case"] == pytest.approx(250.0)
    assert known["predict_cpu_us_per_case"] == pytest.approx(200.0)
    assert all(math.isnan(cell["predict_us_per_case"]) for cell in (no_time, no_cases))


def test_published_scores_are_a_line_a_cell_with_what_is_stale(record_of, monkeypatch):
    records = [record_of("tcn"), record_of("gru")]
    monkeypatch.setattr(leaderboard.published.store, "read_published", lambda folder: records)
    cells = published_scores()
    assert list(cells["row"]) == ["gru", "tcn"]
    assert list(cells["stale"]) == [(), ()]
