import hashlib

import numpy as np
import pytest

from bench.errors import ContradictionError
from bench.run.record import write_arrays
from bench.run.scores.predictions import contradicted, read_predictions


def test_predictions_that_are_not_those_of_the_record_are_named_with_both_digests(tmp_path, make_record):
    path = tmp_path / "predictions" / "a.npz"
    record = make_record(prediction_file="predictions/a.npz", prediction_sha256=write_arrays(path, {"x": np.ones(2)}))
    assert list(read_predictions(tmp_path, record)) == ["x"]
    other = write_arrays(path, {"x": np.zeros(2)})
    with pytest.raises(ContradictionError) as caught:
        read_predictions(tmp_path, record)
    assert str(caught.value) == (
        f"predictions 'dense/mean/0': SHA-256 of predictions/a.npz must be {record.prediction_sha256[:16]}... as in "
        f"the record, got {other[:16]}.... Put the file back, or run the cell again with --rerun."
    )
    assert other == hashlib.sha256(path.read_bytes()).hexdigest()
    marked = contradicted(record, caught.value)
    assert (marked.status, marked.message, marked.scores) == ("invalid_output", str(caught.value), {})
    assert marked.cell == record.cell
