import json

import numpy as np
import pytest

from bench.draw import test_cases as draw_test_cases
from bench.run.plan import Plugin
from bench.run.record import read_arrays

MESSAGES = {
    "nan": "the answer must be finite and at most 1e+100 in size, got nan for k_d_per_s of case 11, "
    "and 1 such values in all. Guard the division or the logarithm; volume_L does not vary, so that its spread is 0.",
    "text": "prediction 'mean': values must be real numbers, got <U32. Mend predict.",
    "undeclared": "prediction 'sd': standard deviations must be left out, as gives_sd is False, got some. "
    "Declare what predict does.",
    "symlink": "the answer test-mean.npy cannot be opened: Too many levels of symbolic links",
    "hardlink": "the answer test-mean.npy must be a file of its own, got one with 7 names",
    "fifo": "the answer test-mean.npy must be a regular file of at most 4288 bytes, got 0",
}


@pytest.fixture(scope="module")
def answered(run_rows, tmp_path_factory, notes):
    out = tmp_path_factory.mktemp("answers")
    kinds = [*MESSAGES, "pickle", "columns", "swapped", "bare", "float32", "mutates"]
    rows = [("answers", {"kind": kind}) for kind in kinds] + [("neighbour", {})]
    records = run_rows(out, rows, ("dense",), n_jobs=3)
    return out, {record.settings.get("kind", record.model): record for record in records.values()}


@pytest.mark.parametrize("kind", MESSAGES)
def test_an_answer_that_is_not_what_it_should_be_is_invalid_output_and_says_why(answered, kind):
    record = answered[1][kind]
    assert record.status == "invalid_output"
    assert record.message == MESSAGES[kind]
    assert (record.scores, record.prediction_file) == ({}, "")


def test_an_answer_that_is_a_pickle_is_refused_and_not_opened(answered, notes):
    record = answered[1]["pickle"]
    assert record.status == "invalid_output"
    assert record.message.startswith("the answer test-mean.npy is no plain array: ")
    assert not (notes / "exploded").exists()


def test_a_prediction_with_swapped_targets_fails_and_names_both_orders(answered):
    record = answered[1]["swapped"]
    assert record.status == "failed"
    assert record.message == (
        "prediction 'targets': order must be ('E0_g_per_L', 'k_d_per_s'), got ('k_d_per_s', 'E0_g_per_L'). "
        "Reorder the columns. [answers.py, line 62]"
    )


def test_a_prediction_of_another_shape_or_class_fails_in_one_sentence(answered):
    records = answered[1]
    assert records["columns"].status == records["bare"].status == "failed"
    assert records["columns"].message == (
        "prediction 'mean': shape must be (case, 2), got (1, 4). Give both targets, one row a case. "
        "[answers.py, line 73]"
    )
    assert records["bare"].message == (
        "plugin 'predict': result must be a bench.contract.Prediction, got ndarray. Wrap the means in one."
    )


def test_single_precision_is_taken_as_double(answered):
    out, records = answered
    assert records["float32"].status == "ok"
    assert read_arrays(out / records["float32"].prediction_file)["mean"].dtype == np.float64


def test_a_plugin_that_spoils_its_input_does_not_spoil_what_others_see(answered, plan_of):
    out, records = answered
    assert records["mutates"].status == records["neighbour"].status == "ok"
    cases = draw_test_cases(plan_of([("neighbour", {})]).cells[0].task, plan_of([("neighbour", {})]).cells[0].sizes)
    ph = cases.traces.ph
    expected = np.column_stack([ph.mean(axis=1), 1e-3 * np.ptp(ph, axis=1)])
    stored = {kind: read_arrays(out / records[kind].prediction_file) for kind in ("mutates", "neighbour")}
    np.testing.assert_array_equal(stored["neighbour"]["mean"], expected)
    np.testing.assert_array_equal(stored["mutates"]["truth"], cases.targets.values)


def test_predictions_lie_beside_the_records_with_their_standard_deviations(answered):
    out, records = answered
    arrays = read_arrays(out / records["neighbour"].prediction_file)
    assert {"case", "mean", "sd", "truth"} <= set(arrays)
    np.testing.assert_array_equal(arrays["sd"], np.full((12, 2), 0.5))
    np.testing.assert_array_equal(arrays["case"], np.arange(12))


def test_rows_are_named_after_the_settings_that_were_changed(answered):
    assert answered[1]["nan"].row == 'answers(kind="nan")'
    assert Plugin(answered[0] / "x.py", {"b": 1, "a": [0.5]}).row == "x(a=[0.5],b=1)"


def test_every_line_of_the_records_is_strict_json(answered):
    def refuse(constant):
        raise AssertionError(constant)

    lines = (answered[0] / "records.jsonl").read_text().splitlines()
    assert len([json.loads(line, parse_constant=refuse) for line in lines]) == 13
