from dataclasses import replace

import numpy as np
import pytest

from bench.errors import BenchError, BenchWarning, ContradictionError
from bench.run.record import read_arrays, write_arrays
from bench.run.scores.uncertainty import uncertainty_of
from leaderboard.predictions import Predictions, read_examples, read_predicted

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
        ({"sd": np.ones(3)}, "shape of sd must be (3, 2), got (3,)"),
        ({"forecast": np.ones((4, 5))}, "shape of forecast must be (3, 5), got (4, 5)"),
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


def test_rank_of_a_stated_sd_is_that_of_a_gaussian_within_the_prior(record_of, tmp_path):
    record = record_of("tcn", metric_version=0)
    mean, sd = np.array([[0.5, 2e-3], [0.5, 2e-3]]), np.array([[0.01, 1e-4], [9.0, 9.0]])
    arrays = {"case": np.arange(2), "truth": mean + np.array([[0.0, 1.96e-4], [0.15, 0.0]]), "mean": mean}
    write_arrays(tmp_path / record.prediction_file, arrays | {"sd": sd})
    expected = np.array([[0.5, 0.975], [0.5, (2e-3 - 1e-5) / (5e-3 - 1e-5)]])
    assert read_predicted(tmp_path, record).rank == pytest.approx(expected, abs=1e-4)
    write_arrays(tmp_path / record.prediction_file, arrays)
    assert read_predicted(tmp_path, record).rank is None


def test_rank_of_the_exact_posterior_is_as_stored(record_of, tmp_path):
    record = record_of("bayes", metric_version=0)
    rank = np.array([[0.1, 0.2], [0.3, 0.4]])
    arrays = {"case": np.arange(2), "truth": np.zeros((2, 2)), "mean": np.zeros((2, 2)), "rank": rank}
    write_arrays(tmp_path / record.prediction_file, arrays)
    assert read_predicted(tmp_path, record).rank == pytest.approx(rank)


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


@pytest.mark.parametrize("name", ["r2", "rmse", "mae", "bias"])
def test_a_score_that_its_predictions_do_not_give_is_said_and_the_cell_is_marked(record_of, folder_of, name):
    honest, record = record_of("tcn"), record_of("gru")
    folder = folder_of([honest, record])
    true = record.scores["k_d_per_s"][name]
    told = true + 0.001 * (1.0 - true if name == "r2" else record.scores["k_d_per_s"]["rmse"])
    record.scores["k_d_per_s"][name] = told
    text = (
        f"predictions 'in_distribution/gru/0': {name} of k_d_per_s in the record must be {true:.6g} as "
        f"predictions/in_distribution-gru-0.npz gives it, got {told:.6g}. Put the file back, or run the cell "
        "again with --rerun."
    )
    with pytest.raises(ContradictionError) as error:
        read_predicted(folder, record)
    assert str(error.value) == text
    with pytest.warns(BenchWarning) as said:
        kept = Predictions(folder).proven([honest, record])
    assert [str(each.message) for each in said] == [text]
    assert kept[0] == honest
    assert (kept[1].status, kept[1].message, kept[1].scores, kept[1].ceiling) == ("invalid_output", text, {}, {})


def test_predictions_that_cannot_be_scored_contradict_their_record(record_of, folder_of):
    record = record_of("tcn")
    folder = folder_of([record])
    arrays = read_arrays(folder / record.prediction_file)
    write_arrays(folder / record.prediction_file, arrays | {"mean": np.full_like(arrays["mean"], np.nan)})
    with pytest.raises(ContradictionError, match="must have been scored, got metrics 'prediction': values must be fin"):
        read_predicted(folder, record)


def test_scores_of_an_older_metric_are_not_compared(record_of, folder_of):
    record = record_of("tcn", metric_version=0)
    folder = folder_of([record])
    record.scores["k_d_per_s"]["rmse"] *= 2.0
    read_predicted(folder, record)


@pytest.fixture
def sampled(record_of, folder_of):
    """Folder with a row that stated samples, its record, and what its file holds."""
    record = record_of("npe")
    folder = folder_of([record])
    arrays = read_arrays(folder / record.prediction_file)
    n_cases = len(arrays["mean"])
    pairs = {name: np.full((n_cases, 2), 0.25, np.float32) for name in ("sd", "rank", "log_density", "crps")}
    arrays |= pairs | {name: np.full(n_cases, 0.5, np.float32) for name in ("energy", "apart", "apart_chance")}
    write_arrays(folder / record.prediction_file, arrays)
    return folder, replace(record, uncertainty=uncertainty_of(arrays)), arrays


def test_scores_of_samples_must_be_those_of_what_was_kept_of_them(sampled):
    folder, record, arrays = sampled
    assert read_predicted(folder, record).rank == pytest.approx(arrays["rank"])
    record.uncertainty["both"]["energy"] = 0.4
    with pytest.raises(
        ContradictionError, match=r"energy of both in the record must be 0.5 as .* gives it, got 0.4. P"
    ):
        read_predicted(folder, record)


def test_uncertainty_that_was_scored_otherwise_is_scored_again_from_the_predictions(record_of, folder_of):
    old = {target: {"nll": 0.18} for target in ("E0_g_per_L", "k_d_per_s")}
    record = record_of("tcn", uncertainty=old, uncertainty_version=1)
    again = Predictions(folder_of([record])).restated(record)
    assert again.uncertainty_version > 1
    assert again.uncertainty["k_d_per_s"].keys() > {"nll", "crps"}
    assert Predictions(folder_of([record])).restated(again) is again
