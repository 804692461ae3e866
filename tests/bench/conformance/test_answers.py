# What a run takes no answer from, a check refuses in the same words, once.
import re

import pytest

from bench.conformance.subject import FEW, Subject
from bench.conformance.suite import (
    ANSWERS,
    CHECKS,
    FAILED,
    PASSED,
    conformance,
    examine,
)
from bench.contract import Model
from tests.bench.conformance.answering import (
    Sound,
    bare,
    framed,
    listed,
    masked,
    narrow,
    structured,
    without_row,
    worded,
)

BY_NAME = {check.name: check for check in CHECKS}
PLACE = re.compile(r" \[.*, line \d+\]$")
CONVERT = "Convert it by np.asarray, a tensor by .detach().cpu().numpy()."
JOIN = "Join its columns E0_g_per_L and k_d_per_s, by name, into one array."
REFUSED = [
    (
        Sound(bare),
        "plugin 'predict': result must be a bench.contract.Prediction, got ndarray. Wrap the means in one.",
    ),
    (
        Sound(without_row),
        "the answer must have shape (32, 2), got (31, 2) of float64. Give both targets, one row a case.",
    ),
    (Sound(listed), f"prediction 'mean': values must be a plain numpy array, got list. {CONVERT}"),
    (Sound(masked), f"prediction 'mean': values must be a plain numpy array, got MaskedArray. {CONVERT}"),
    (
        Sound(framed),
        f"prediction 'mean': values must be a plain numpy array, got DataFrame with named columns. {JOIN}",
    ),
    (
        Sound(structured),
        f"prediction 'mean': values must be a plain numpy array, got ndarray with named columns. {JOIN}",
    ),
    (Sound(worded), "prediction 'mean': values must be real numbers, got <U32. Mend predict."),
]
"""What a run takes no answer from either: told once, with its place where the plugin made it."""


@pytest.mark.parametrize(("model", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_an_answer_that_a_run_does_not_take_is_one_finding(model: Model, message: str) -> None:
    *before, outcome = conformance(Subject(model, FEW))
    assert [each.status for each in before] == [PASSED]  # frozen
    assert (outcome.check, outcome.status, PLACE.sub("", outcome.message)) == (ANSWERS, FAILED, message)


def test_single_precision_is_taken_by_both() -> None:
    assert examine(BY_NAME[ANSWERS], Subject(Sound(narrow), FEW)).status == PASSED
