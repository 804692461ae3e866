import hashlib
import lzma
from dataclasses import replace

import numpy as np
import pytest

from bench.errors import BenchError, BenchWarning, ContradictionError
from bench.metrics import scores
from bench.run.record import append_records, read_arrays, read_records, write_arrays
from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.predictions import read_predicted
from leaderboard.published.store import publish_cells, read_published, stray_files, unpack

FINE = Acquisition(30.0, 0.3)
TASKS = {"in_distribution": Task("in_distribution", "why", (FINE,), FINE)}


@pytest.fixture
def run(record_of, folder_of):
    """Folder of a run with a ceiling, a row of two seeds, and one that cannot."""
    return folder_of([record_of("bayes"), record_of("tcn"), record_of("tcn", 1), record_of("nls", 0, "cannot")])


@pytest.fixture
def published(run, tmp_path):
    """The same run, published."""
    publish_cells(read_records(run), run, tmp_path / "published")
    return tmp_path / "published"


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_records_come_back_as_they_were_but_for_where_their_predictions_lie(run, published):
    expected = []
    for record in read_records(run):
        path = f"{record.row}/{record.task}-{record.seed}.npz" if record.scores else ""
        sha256 = hashlib.sha256((published / path).read_bytes()).hexdigest() if path else ""
        expected.append(replace(record, prediction_file=path, prediction_sha256=sha256))
    assert read_published(published) == expected


def test_files_are_small_ones_a_row_a_seed_and_a_cell(published):
    assert sorted(contents(published)) == [
        "bayes/in_distribution-0.npz",
        "bayes/records-0.jsonl.xz",
        "examples/in_distribution.npz",
        "nls/records-0.jsonl.xz",
        "tcn/in_distribution-0.npz",
        "tcn/in_distribution-1.npz",
        "tcn/records-0.jsonl.xz",
        "tcn/records-1.jsonl.xz",
        "truth.npz",
    ]
    assert {
        name: values.dtype for name, values in read_arrays(published / "tcn" / "in_distribution-0.npz").items()
    } == {"mean": np.float32}


def test_predictions_are_read_from_the_published_files_beside_the_exact_truth(run, published):
    for before, after in zip(read_records(run), read_published(published), strict=True):
        if before.prediction_file:
            first, second = read_predicted(run, before), read_predicted(published, after)
            assert np.array_equal(second.truth, first.truth)
            assert np.array_equal(second.case, first.case)
            assert second.mean == pytest.approx(first.mean, rel=1e-6)


def test_the_same_cells_give_the_same_bytes_however_they_come(run, published, tmp_path):
    for record in reversed(read_records(run)):
        publish_cells([record], run, tmp_path / "one_by_one")
    assert contents(tmp_path / "one_by_one") == contents(published)


def test_a_run_folder_made_from_them_publishes_the_same_bytes(published, tmp_path):
    given = unpack(published, tmp_path / "again", TASKS)
    assert len(given) == 4
    publish_cells(read_records(tmp_path / "again"), tmp_path / "again", tmp_path / "published_again")
    assert contents(tmp_path / "published_again") == contents(published)


def test_a_run_folder_made_from_them_holds_whole_prediction_files(published, tmp_path):
    unpack(published, tmp_path / "again", TASKS)
    for record in read_records(tmp_path / "again"):
        if record.prediction_file:
            arrays = read_arrays(tmp_path / "again" / record.prediction_file)
            assert {"case", "truth", "mean", "forecast"} == set(arrays)
            assert arrays["mean"].dtype == np.float64


def test_cells_that_the_run_has_are_not_given_again_unless_the_published_are_newer(run, published, record_of, tmp_path):
    assert unpack(published, run, TASKS) == []
    newer = replace(record_of("tcn"), started_utc="2030-01-01T00:00:00Z")
    publish_cells([newer], run, published)
    assert [(record.row, record.started_utc) for record in unpack(published, run, TASKS)] == [
        ("tcn", "2030-01-01T00:00:00Z")
    ]


def test_a_cell_without_scores_takes_the_place_of_one_with_them(run, published, record_of):
    publish_cells([record_of("tcn", status="failed", message="no memory")], run, published)
    record = next(record for record in read_published(published) if (record.row, record.seed) == ("tcn", 0))
    assert (record.status, record.message, record.prediction_file) == ("failed", "no memory", "")
    assert not (published / "tcn" / "in_distribution-0.npz").exists()
    assert stray_files(published, read_published(published)) == []


def test_a_number_too_large_for_float32_is_kept_whole(run, published, record_of):
    record = record_of("tcn")
    arrays = read_arrays(run / record.prediction_file)
    write_arrays(run / record.prediction_file, arrays | {"mean": arrays["mean"] * 1e60})
    record = replace(record, scores=scores(arrays["truth"], arrays["mean"] * 1e60))
    publish_cells([record], run, published)
    assert read_predicted(
        published, replace(record, prediction_file="tcn/in_distribution-0.npz")
    ).mean == pytest.approx(arrays["mean"] * 1e60)


def test_predictions_for_other_test_cases_are_refused(run, published, record_of):
    record = record_of("tcn")
    arrays = read_arrays(run / record.prediction_file)
    write_arrays(run / record.prediction_file, arrays | {"truth": arrays["truth"] + 1.0})
    with pytest.raises(BenchError) as error:
        publish_cells([record], run, published)
    assert str(error.value) == (
        "published 'tcn on in_distribution': true targets must be those of truth.npz, got others. "
        "Remove the published records and publish all rows again."
    )


def test_nothing_published_is_no_record(tmp_path):
    assert read_published(tmp_path) == []


def test_a_file_that_is_not_compressed_is_told(published):
    (published / "tcn" / "records-0.jsonl.xz").write_bytes(b"torn")
    with pytest.raises(BenchError) as error:
        read_published(published)
    assert str(error.value) == (
        "published 'tcn/records-0.jsonl.xz': file must be xz-compressed JSON records, got: Input format not "
        "supported by decoder. Take the file from git again, or remove it and publish again."
    )


def test_a_line_that_is_no_record_is_named_with_its_file_and_the_others_are_read(published):
    shard = published / "tcn" / "records-0.jsonl.xz"
    n_before = len(read_published(published))
    shard.write_bytes(lzma.compress(b"[]\n" + lzma.decompress(shard.read_bytes())))
    with pytest.warns(BenchWarning, match="^tcn/records-0.jsonl.xz '1': line must be a record, got one that is none"):
        assert len(read_published(published)) == n_before


def test_predictions_that_were_exchanged_are_not_published(run, published):
    (record,) = (each for each in read_published(published) if (each.row, each.seed) == ("tcn", 0))
    path = published / record.prediction_file
    other = write_arrays(path, {"mean": 2.0 * read_arrays(path)["mean"]})
    with pytest.raises(ContradictionError) as error:
        publish_cells([record], published, published)
    assert str(error.value) == (
        f"predictions 'in_distribution/tcn/0': SHA-256 of tcn/in_distribution-0.npz must be "
        f"{record.prediction_sha256[:16]}... as in the record, got {other[:16]}.... Put the file back, or run the cell "
        "again with --rerun."
    )


def test_an_unpacked_cell_has_the_digest_of_the_file_that_it_has_there(published, tmp_path):
    for record in unpack(published, tmp_path / "other", TASKS):
        if record.prediction_file:
            content = (tmp_path / "other" / record.prediction_file).read_bytes()
            assert record.prediction_sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_that_no_record_names_is_found(published):
    (published / "tcn" / "shift_1s-0.npz").write_bytes(b"")
    assert stray_files(published, read_published(published)) == ["tcn/shift_1s-0.npz"]


def test_several_tasks_share_one_file_of_truth(record_of, folder_of, tmp_path):
    run = folder_of([record_of("tcn"), record_of("tcn", task="shift_1s")])
    append_records(run, [record_of("nls", 0, "cannot")])
    publish_cells(read_records(run), run, tmp_path / "published")
    assert (tmp_path / "published" / "truth.npz").exists()
    assert len(read_published(tmp_path / "published")) == 3
