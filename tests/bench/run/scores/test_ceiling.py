import hashlib
from dataclasses import replace

import numpy as np
import pytest

from bench.compiled import ROOT
from bench.contract import Prediction
from bench.metrics import METRIC_VERSION
from bench.run.catalogue import load_task
from bench.run.plan import Cell, Plugin
from bench.run.record import append_records, read_arrays, read_records, write_arrays
from bench.run.scores.ceiling import CEILING, ceilings
from bench.run.scores.rescore import put_beside, rescore
from bench.run.scores.scoring import beside, r2_error, scored
from bench.task import Sizes

SIZES = Sizes(64, 32, 400, 1)
TASK = load_task(ROOT / "tasks" / "shift_1s.py")
CELL = Cell(TASK, Plugin(ROOT / "models" / "mean.py"), 3, "tiny", SIZES)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("ceiling")
    (record,) = ceilings([CELL, CELL], [], out)
    return out, record


def test_row_is_the_same_for_every_seed_and_model(run):
    _, record = run
    assert (record.row, record.seed, record.status, record.metric_version) == (CEILING, 0, "ok", METRIC_VERSION)


def test_it_is_computed_once_and_then_found(run):
    out, record = run
    (again,) = ceilings([CELL], read_records(out), out)
    assert again == read_records(out)[0]
    assert (out / "records.jsonl").read_text().count("\n") == 1
    assert again.started_utc == record.started_utc


def test_one_whose_uncertainty_was_scored_otherwise_is_computed_again(run, tmp_path):
    _, record = run
    older = replace(record, uncertainty_version=1, uncertainty={})
    (again,) = ceilings([CELL], [older], tmp_path)
    assert again.uncertainty == record.uncertainty
    assert again.uncertainty["both"]["energy"] > 0


def test_observed_r2_lies_near_the_implied_one(run):
    _, record = run
    for target, score in record.scores.items():
        ceiling = record.ceiling[target]
        assert abs(score["r2"] - ceiling["r2_implied"]) < 4 * ceiling["r2_error"]


def test_examples_hold_traces_forecast_and_band(run):
    out, _ = run
    examples = read_arrays(out / "examples" / "shift_1s.npz")
    assert examples["ph"].shape == (12, 31)
    assert examples["forecast_sd"].shape == examples["forecast_true"].shape == (12, 401)


def test_a_row_that_answers_like_the_posterior_has_ratio_one(run):
    out, record = run
    stored = read_arrays(out / record.prediction_file)
    known = np.tile([50.0, 0.25, 30.0, 7.0, 0.2], (SIZES.test, 1))
    same, arrays = scored(record, TASK, known, stored["truth"], Prediction(stored["mean"], stored["sd"]), None, {})
    found = beside(same, record)
    assert [found[target]["rmse_ratio"] for target in same.scores] == [1.0, 1.0]
    assert found["k_d_per_s"]["r2"] == record.scores["k_d_per_s"]["r2"]
    assert set(arrays) == {"case", "truth", "mean", "sd", "forecast_mse", "forecast"}


def test_scoring_again_changes_no_score_and_trains_nothing(run):
    out, record = run
    (again,) = rescore(read_records(out), {"shift_1s": TASK}, out, every=True)
    assert again.scores == record.scores
    assert again.uncertainty == record.uncertainty


def test_only_older_metric_versions_are_scored_by_themselves(run):
    out, _ = run
    assert list(rescore(read_records(out), {"shift_1s": TASK}, out, every=False)) == []


@pytest.fixture
def row(run):
    """Record of a row with twice the errors of the ceiling, beside it."""
    _, ceiling = run
    twice = {target: score | {"rmse": 2 * score["rmse"]} for target, score in ceiling.scores.items()}
    made = replace(ceiling, row="mean", model="mean", seed=3, cases_digest=CELL.cases_digest, scores=twice)
    return replace(made, ceiling=beside(made, ceiling))


def test_predictions_that_were_exchanged_are_not_scored_but_said_and_marked_and_the_others_are_scored(
    run, row, tmp_path
):
    out, ceiling = run
    arrays = read_arrays(out / ceiling.prediction_file)
    sha256 = write_arrays(tmp_path / "honest.npz", arrays)
    honest = replace(row, prediction_file="honest.npz", prediction_sha256=sha256)
    changed = replace(row, row="ridge", model="ridge", prediction_file="changed.npz", prediction_sha256=sha256)
    other = write_arrays(tmp_path / "changed.npz", arrays | {"mean": arrays["truth"]})
    append_records(tmp_path, [honest, changed])
    scored_again, marked = rescore(read_records(tmp_path), {"shift_1s": TASK}, tmp_path, every=True)
    assert (scored_again.row, scored_again.scores) == ("mean", ceiling.scores)
    assert scored_again.prediction_sha256 == hashlib.sha256((tmp_path / "honest.npz").read_bytes()).hexdigest()
    assert (marked.row, marked.status, marked.scores) == ("ridge", "invalid_output", {})
    assert marked.message.startswith(f"predictions 'shift_1s/ridge/3': SHA-256 of changed.npz must be {sha256[:16]}...")
    assert f"got {other[:16]}...." in marked.message
    assert {record.row: record.status for record in read_records(tmp_path)} == {
        CEILING: "ok",
        "mean": "ok",
        "ridge": "invalid_output",
    }


def test_rows_beside_an_older_ceiling_are_put_beside_that_of_today_without_their_predictions(run, row, tmp_path):
    _, ceiling = run
    older = replace(row, ceiling=row.ceiling | {"forecast": {"rmse_ratio": 9.0}}, prediction_file="gone.npz")
    append_records(tmp_path, [ceiling, older])
    (again,) = put_beside(read_records(tmp_path), [ceiling], {"shift_1s": TASK}, tmp_path)
    assert again == replace(row, prediction_file="gone.npz")
    assert again.ceiling["k_d_per_s"]["rmse_ratio"] == 2.0
    kept = read_records(tmp_path)
    assert kept[1].ceiling == again.ceiling
    assert put_beside(kept, [ceiling], {"shift_1s": TASK}, tmp_path) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"cases_digest": "before"},
        {"metric_version": METRIC_VERSION - 1},
        {"sizes": {"train": 64, "valid": 32, "test": 399, "seeds": 1}},
        {"seal_sha256": "5e" * 32},
        {"preset": "quick"},
        {"status": "failed"},
        {"row": CEILING},
    ],
)
def test_a_row_that_the_ceiling_is_not_of_is_left_as_it_is(run, row, tmp_path, changes):
    _, ceiling = run
    other = replace(row, ceiling={}, **changes)
    assert put_beside([other], [ceiling], {"shift_1s": TASK}, tmp_path) == []
    assert not (tmp_path / "records.jsonl").exists()


def test_r2_error_is_that_of_a_bootstrap():
    rng = np.random.default_rng(1)
    truth = rng.random(500)
    prediction = truth + 0.2 * rng.standard_normal(500) * (0.5 + truth)
    draws = rng.integers(0, 500, (2000, 500))
    residual, total = (truth - prediction) ** 2, truth
    r2 = [1 - residual[d].sum() / np.sum((total[d] - total[d].mean()) ** 2) for d in draws]
    assert r2_error(truth, prediction) == pytest.approx(np.std(r2), rel=0.1)
