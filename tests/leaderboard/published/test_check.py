from dataclasses import replace

import numpy as np
import pytest

from bench.run.record import read_arrays, read_records, write_arrays
from leaderboard.predictions import Predictions
from leaderboard.published.check import problems
from leaderboard.published.store import publish_cells, read_published


@pytest.fixture
def published(beside_ceiling, folder_of, record_of, tmp_path):
    """Published cells of a row with a ceiling, and one that cannot."""
    errors = {"tcn": 0.1}
    run = folder_of([*beside_ceiling(errors, n_seeds=1), record_of("nls", 0, "cannot")])
    publish_cells(read_records(run), run, tmp_path / "published")
    return tmp_path / "published"


def changed(published, row, **changes):
    return [replace(record, **changes) if record.row == row else record for record in read_published(published)]


def test_whole_records_have_no_problem(published):
    assert problems(Predictions(published), read_published(published)) == []


@pytest.mark.parametrize("known", [True, False], ids=["digest of the old file", "digest of the new file"])
def test_predictions_that_say_something_else_than_the_record_are_found(published, known):
    path = published / "tcn" / "in_distribution-0.npz"
    mean = read_arrays(path)["mean"]
    old = next(record for record in read_published(published) if record.row == "tcn").prediction_sha256
    new = write_arrays(path, {"mean": mean * np.float32(1.001)})
    told = problems(Predictions(published), changed(published, "tcn", prediction_sha256=old if known else new))
    assert len(told) == 1
    what = f"SHA-256 of tcn/in_distribution-0.npz must be {old[:16]}... as in" if known else "r2 of E0_g_per_L in"
    assert told[0].startswith(f"tcn on in_distribution, seed 0: predictions 'in_distribution/tcn/0': {what} the record")


def test_a_published_record_without_a_digest_is_found(published):
    assert problems(Predictions(published), changed(published, "tcn", prediction_sha256="")) == [
        "tcn on in_distribution, seed 0: the digest of its predictions lacks"
    ]


def test_missing_predictions_are_found(published):
    (published / "tcn" / "in_distribution-0.npz").unlink()
    assert problems(Predictions(published), read_published(published)) == [
        "tcn on in_distribution, seed 0: predictions 'in_distribution/tcn/0': tcn/in_distribution-0.npz must be beside "
        "the records, got no such file. Run the cell again."
    ]


def test_a_ratio_to_another_ceiling_is_found(published):
    record = next(record for record in read_published(published) if record.row == "tcn")
    ratio = record.ceiling["k_d_per_s"]["rmse_ratio"]
    ceiling = record.ceiling | {"k_d_per_s": {"rmse_ratio": 1.5 * ratio}}
    text = f"the ratio of k_d_per_s is {1.5 * ratio:.6g}, not that to the published ceiling"
    assert problems(Predictions(published), changed(published, "tcn", ceiling=ceiling)) == [
        f"tcn on in_distribution, seed 0: {text}"
    ]


def test_scores_without_a_ceiling_are_found(published):
    records = [record for record in read_published(published) if record.row != "bayes"]
    told = [text for text in problems(Predictions(published), records) if text.startswith("tcn")]
    assert told == [
        "tcn on in_distribution, seed 0: E0_g_per_L stands beside no ceiling",
        "tcn on in_distribution, seed 0: k_d_per_s stands beside no ceiling",
    ]


def test_scores_of_a_failure_and_files_of_nobody_are_found(published):
    (published / "gru").mkdir()
    (published / "gru" / "in_distribution-0.npz").write_bytes(b"")
    assert problems(Predictions(published), changed(published, "tcn", status="failed")) == [
        "gru/in_distribution-0.npz: no record names this file",
        "tcn on in_distribution, seed 0: status failed comes with scores",
    ]


def test_another_number_of_cases_is_found(published):
    sizes = {"train": 1024, "valid": 256, "test": 41, "seeds": 3}
    assert problems(Predictions(published), changed(published, "tcn", sizes=sizes)) == [
        "tcn on in_distribution, seed 0: predictions 'in_distribution/tcn/0': cases in tcn/in_distribution-0.npz must "
        "be 41 as in the record, got 40. Put the file back, or run the cell again with --rerun."
    ]
