import numpy as np
import pytest

from bench.errors import BenchError
from bench.run.record import write_arrays
from leaderboard.predictions import read_examples, read_predicted

WHERE = "predictions 'in_distribution/tcn/0'"


def test_predictions_are_read_beside_the_truth(record_of, folder_of):
    record = record_of("tcn")
    predicted = read_predicted(folder_of([record]), record)
    assert predicted.truth.shape == predicted.mean.shape == (len(predicted.case), 2)


def test_record_that_names_no_predictions_is_told(record_of, tmp_path):
    with pytest.raises(BenchError) as error:
        read_predicted(tmp_path, record_of("tcn", status="timeout"))
    assert str(error.value) == f"{WHERE}: file must be named in the record, got none. Run the cell again."


def test_missing_predictions_are_told_without_the_path_of_the_folder(record_of, tmp_path):
    with pytest.raises(BenchError) as error:
        read_predicted(tmp_path, record_of("tcn"))
    assert str(error.value) == (
        f"{WHERE}: predictions/in_distribution-tcn-0.npz must be beside the records, got no such file. "
        "Run the cell again."
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"not an archive"], ids=["empty", "torn", "other"])
def test_predictions_that_cannot_be_read_are_told(record_of, tmp_path, content):
    record = record_of("tcn")
    path = tmp_path / record.prediction_file
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(BenchError) as error:
        read_predicted(tmp_path, record)
    assert str(error.value) == (
        f"{WHERE}: predictions/in_distribution-tcn-0.npz must be a file of plain arrays, got one that is not. "
        "Run the cell again."
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"mean": np.zeros((3, 1))}, "shape of mean must be (3, 2), got (3, 1)"),
        ({"truth": np.zeros(3)}, "shape of truth must be (3, 2), got (3,)"),
        ({"case": np.array(1)}, "shape of case must be (1,), got ()"),
    ],
)
def test_predictions_of_another_shape_are_told(record_of, tmp_path, change, problem):
    record = record_of("tcn")
    arrays = {"case": np.arange(3), "truth": np.zeros((3, 2)), "mean": np.zeros((3, 2))} | change
    write_arrays(tmp_path / record.prediction_file, arrays)
    with pytest.raises(BenchError) as error:
        read_predicted(tmp_path, record)
    assert str(error.value) == f"{WHERE}: {problem}. Run the cell again."


def test_examples_are_read_whole(record_of, folder_of):
    examples = read_examples(folder_of([record_of("tcn")]), "in_distribution")
    assert examples.ph.shape == examples.time_s.shape == examples.valid.shape == (1, 7)
    assert examples.valid.dtype == bool


def test_examples_that_lack_an_array_are_told(example_file_of, tmp_path):
    arrays = example_file_of()
    del arrays["known"]
    write_arrays(tmp_path / "examples" / "shift_1s.npz", arrays)
    with pytest.raises(BenchError) as error:
        read_examples(tmp_path, "shift_1s")
    assert str(error.value) == "examples 'shift_1s': shape of known must be (2, 5), got none. Run the cell again."


def test_rank_of_a_stated_sd_is_that_of_a_gaussian(record_of, tmp_path):
    record = record_of("tcn")
    arrays = {"case": np.arange(2), "truth": np.zeros((2, 2)), "mean": np.array([[0.0, 1.96], [-1.0, 9.0]])}
    write_arrays(tmp_path / record.prediction_file, arrays | {"sd": np.ones((2, 2))})
    assert read_predicted(tmp_path, record).rank == pytest.approx(np.array([[0.5, 0.025], [0.8413, 0.0]]), abs=1e-4)
    write_arrays(tmp_path / record.prediction_file, arrays)
    assert read_predicted(tmp_path, record).rank is None


def test_rank_of_the_exact_posterior_is_as_stored(record_of, tmp_path):
    record = record_of("bayes")
    rank = np.array([[0.1, 0.2], [0.3, 0.4]])
    arrays = {"case": np.arange(2), "truth": np.zeros((2, 2)), "mean": np.zeros((2, 2)), "rank": rank}
    write_arrays(tmp_path / record.prediction_file, arrays)
    assert read_predicted(tmp_path, record).rank == pytest.approx(rank)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sd": np.ones(3)}, "shape of sd must be (3, 2), got (3,)"),
        ({"forecast": np.ones((4, 5))}, "shape of forecast must be (3, 5), got (4, 5)"),
    ],
)
def test_what_comes_with_predictions_is_checked_too(record_of, tmp_path, change, problem):
    record = record_of("tcn")
    arrays = {"case": np.arange(3), "truth": np.zeros((3, 2)), "mean": np.zeros((3, 2))} | change
    write_arrays(tmp_path / record.prediction_file, arrays)
    with pytest.raises(BenchError) as error:
        read_predicted(tmp_path, record)
    assert str(error.value) == f"{WHERE}: {problem}. Run the cell again."


def test_forecasts_are_read_with_the_examples_where_there_are_any(example_file_of, examples_of, tmp_path):
    path = tmp_path / "examples" / "shift_1s.npz"
    write_arrays(path, example_file_of(n_cases=2))
    assert read_examples(tmp_path, "shift_1s").forecasts.sd.shape == (2, 5)
    write_arrays(path, examples_of(n_cases=2))
    assert read_examples(tmp_path, "shift_1s").forecasts is None


def test_forecasts_of_another_shape_are_told(example_file_of, tmp_path):
    write_arrays(tmp_path / "examples" / "shift_1s.npz", example_file_of() | {"forecast_sd": np.ones((2, 4))})
    with pytest.raises(BenchError) as error:
        read_examples(tmp_path, "shift_1s")
    assert str(error.value) == (
        "examples 'shift_1s': shape of forecast_sd must be (2, 5), got (2, 4). Run the cell again."
    )
